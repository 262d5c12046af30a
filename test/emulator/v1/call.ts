/** What a v1 operation gets, and what an operation is. One list of operations is in `v1/operations.ts`. */

import type { Principal } from '../auth/principal.ts';
import type { FaultKind } from '../control/faults.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Project } from '../store/projects.ts';
import type { World } from '../world.ts';

export interface V1Call {
  readonly world: World;
  readonly principal: Principal;
  readonly uid: unknown;
  readonly payload: unknown;
  /** Scheme, host and port for signed URLs. */
  readonly base: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export interface DatasetCall extends V1Call {
  readonly dataset: Dataset;
}

export interface ProjectCall extends V1Call {
  readonly project: Project;
}

export type Operation =
  | {
      readonly on: 'user';
      readonly kind?: FaultKind;
      readonly run: (call: V1Call) => unknown;
    }
  | {
      readonly on: 'dataset';
      readonly scope: 'dataset.read' | 'dataset.write' | 'any';
      readonly kind?: FaultKind;
      readonly run: (call: DatasetCall) => unknown;
    }
  | {
      /** By people who administer the project; the operation sees to the rest. */
      readonly on: 'project';
      readonly kind?: FaultKind;
      readonly run: (call: ProjectCall) => unknown;
    };

/** Keyed by `<query_type> <query_method>`. */
export type Operations = Readonly<Record<string, Operation>>;
