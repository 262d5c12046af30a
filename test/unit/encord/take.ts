/**
 * What the engine does with ready units: prepares them where the route wants it, then registers. For the tests here.
 */

import type { Answer, RegisterUnit, Registration, Route } from '../../../main/core/encord-port.ts';
import type { Target } from '../../../main/core/model.ts';

export async function take(
  route: Route,
  target: Target,
  units: readonly RegisterUnit[],
  signal: AbortSignal,
): Promise<Answer<Registration>> {
  const prepared = route.prepare === null ? null : await route.prepare(target, units, signal);
  return prepared === null || prepared.ok ? route.register(target, units, signal) : prepared;
}
