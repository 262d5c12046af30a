/** Chance, as the core's port. Made once by the composition roots. */

import { randomUUID } from 'node:crypto';
import type { Random } from '../core/ports.ts';

export function createRandom(): Random {
  return { uuid: () => randomUUID(), fraction: () => Math.random() };
}
