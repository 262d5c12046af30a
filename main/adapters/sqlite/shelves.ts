/**
 * The five shelves that lists are filtered by, and the blocks that count what stands on them.
 * Called by the files of this folder; `schema.ts` has the same rule as a generated column.
 */

import type { UnitStateName } from '../../core/model.ts';

/** `waiting`: no grant yet. `active`: begun. `attention`: failed or uncertain. */
export const SHELVES = ['waiting', 'active', 'attention', 'done', 'cancelled'] as const;
export type Shelf = (typeof SHELVES)[number];

/** Units in one block of `unit_block`. */
export const BLOCK = 4096;

export function shelfOf(state: UnitStateName, begun: boolean): Shelf {
  switch (state) {
    case 'collecting':
      return begun ? 'active' : 'waiting';
    case 'ready':
    case 'registering':
    case 'processing':
    case 'linking':
      return 'active';
    case 'failed':
    case 'uncertain':
      return 'attention';
    case 'done':
    case 'cancelled':
      return state;
  }
}

/** The shelves on which units of a state can stand. */
export function shelvesOf(state: UnitStateName): readonly Shelf[] {
  return state === 'collecting' ? ['waiting', 'active'] : [shelfOf(state, true)];
}
