/**
 * Fails to compile when the contract's closed lists differ from the core's. Core and contract know nothing of each
 * other; this is where they are held together. Imported by nobody: the type checker reads it.
 */

import type { ErrorCode as ContractErrorCode } from '../../preload/contract/errors.ts';
import type {
  ItemStateName as ContractItemState,
  MediaId as ContractMediaId,
  RouteChoice as ContractRouteChoice,
  UnitStateName as ContractUnitState,
} from '../../preload/contract/views.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { ItemStateName, MediaId, RouteChoice, UnitStateName } from '../core/model.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

export const SAME_LISTS: readonly [
  Same<ErrorCode, ContractErrorCode>,
  Same<MediaId, ContractMediaId>,
  Same<RouteChoice, ContractRouteChoice>,
  Same<UnitStateName, ContractUnitState>,
  Same<ItemStateName, ContractItemState>,
] = [true, true, true, true, true];
