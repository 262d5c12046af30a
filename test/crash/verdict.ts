/**
 * Compares what a server holds with what was to be uploaded: nothing lost, nothing doubled, every byte the same. Used by
 * the crash harness.
 */

import type { EmulatorState } from '../fixtures/emulator-control.ts';
import type { Expected } from './input.ts';

/** `label` begins the titles of this round's units. @throws Error that names everything that is wrong */
export function compare(
  state: EmulatorState,
  dataset: string,
  label: string,
  expected: readonly Expected[],
): void {
  const wrong: string[] = [];
  const rows = state.datasets.find(({ dataset_hash }) => dataset_hash === dataset)?.rows ?? [];
  const ours = new RegExp(`^(video|image|group)-${label}-`);
  const items = state.items.filter(({ title, type }) => ours.test(title) && type !== 'group');
  for (const unit of expected) {
    const its = rows.filter(({ title }) => title === unit.title);
    if (its.length === 0) wrong.push(`lost: ${unit.title} has no row`);
    if (its.length > 1) wrong.push(`doubled: ${unit.title} has ${its.length} rows`);
    for (const row of its) {
      const sha256s =
        unit.type === 'IMG_GROUP' ? (row.images ?? []).map(({ sha256 }) => sha256) : [row.sha256];
      if (row.data_type !== unit.type) wrong.push(`${unit.title} is a ${row.data_type}`);
      if (sha256s.join() !== unit.sha256s.join())
        wrong.push(`${unit.title} has other bytes, or in another order`);
    }
    const stored = items.filter(({ title }) => title === unit.title);
    if (stored.length !== 1) wrong.push(`${unit.title} is ${stored.length} storage items`);
    if (stored.some(({ linked }) => !linked)) wrong.push(`${unit.title} has a storage item without a row`);
  }
  if (rows.length !== expected.length) wrong.push(`${rows.length} rows for ${expected.length} units`);
  if (items.length !== expected.length)
    wrong.push(`${items.length} storage items for ${expected.length} units`);
  // Both counted by the server: each unit was registered once, and once more is seen even if it was removed again.
  const units = state.items.filter(({ title }) => /^(video|image|group)-r/.test(title));
  if (state.registrations !== units.length) {
    wrong.push(`${state.registrations} registrations for ${units.length} units on the server`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
