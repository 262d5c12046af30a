/**
 * The end of an upload job, told unit by unit (encord-api.md C.7 step 4). Called by the storage route.
 *
 * A unit is `failed` only where it is proved that it was not made; where anything is left open it is `unknown`, and a
 * lookup decides. Calling a made unit failed would double it at the next try.
 */

import type { JobState, JobUnitResult, KnownUnit } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { hasFrames } from '../../core/media/index.ts';
import type { UnitId } from '../../core/model.ts';
import type { UploadState } from './schemas.ts';
import { scrubWords } from './scrub.ts';

/** `linked`: whether a made item is in the dataset already, as it is in a mirrored one's folder. */
export function jobState(state: UploadState, units: readonly KnownUnit[], linked: boolean): JobState {
  const { unitsDoneCount, unitsErrorCount, unitsCancelledCount, unitsPendingCount } = state;
  const ended = (unitsDoneCount ?? 0) + unitsErrorCount + unitsCancelledCount;
  if (!['DONE', 'ERROR', 'CANCELLED'].includes(state.status)) {
    return { kind: 'pending', done: ended, total: Math.max(units.length, ended + unitsPendingCount) };
  }
  const { made, unmatched } = matchItems(state, units);
  const errors = matchErrors(state, units);
  // Everything that the job made is accounted for, so a unit without an item was not made. Nothing is where the job does
  // not tell how many it made.
  const complete = unmatched === 0 && made.size === unitsDoneCount;
  const left = units.filter((unit) => !made.has(unit.id));
  const results = new Map<UnitId, JobUnitResult>();
  for (const unit of units) {
    const itemUuid = made.get(unit.id);
    const error = errors.get(unit.id);
    if (itemUuid !== undefined && error === undefined) {
      results.set(unit.id, { kind: 'done', itemUuid, dataHash: null, linked });
    } else if (itemUuid === undefined && error !== undefined) {
      results.set(unit.id, { kind: 'failed', error });
    } else if (itemUuid === undefined && complete && unitsErrorCount + unitsCancelledCount >= left.length) {
      results.set(unit.id, { kind: 'failed', error: jobError(state, unit) });
    } else {
      results.set(unit.id, { kind: 'unknown' });
    }
  }
  return { kind: 'ended', results };
}

/**
 * Whether these are all units of the job. Of some only, neither a name nor being alone proves anything, because what is
 * meant may be one of the others. A group or sequence is always alone in its job.
 */
function isWhole(state: UploadState, units: readonly KnownUnit[]): boolean {
  const { unitsDoneCount, unitsErrorCount, unitsCancelledCount, unitsPendingCount } = state;
  const total = (unitsDoneCount ?? Number.NaN) + unitsErrorCount + unitsCancelledCount + unitsPendingCount;
  const [only] = units;
  const alone = units.length === 1 && only !== undefined && hasFrames(only.media);
  return total === units.length || alone;
}

/** Unit → item: by the placeholder, then by a name that is unique on both sides, then the only one of the job. */
function matchItems(
  state: UploadState,
  units: readonly KnownUnit[],
): { made: Map<UnitId, string>; unmatched: number } {
  const made = new Map<UnitId, string>();
  const singles = new Map<string, UnitId>();
  const frames = new Set<string>();
  for (const unit of units) {
    if (!hasFrames(unit.media) && unit.frames[0]) singles.set(unit.frames[0].id, unit.id);
    else for (const frame of unit.frames) frames.add(frame.id);
  }
  let items = state.itemsWithNames.filter((item) => {
    const unitId = singles.get(item.itemUuid);
    if (unitId !== undefined) made.set(unitId, item.itemUuid);
    // The frames of a group may be listed beside it.
    return unitId === undefined && !frames.has(item.itemUuid);
  });
  if (!isWhole(state, units)) return { made, unmatched: items.length };
  const open = (): readonly KnownUnit[] => units.filter((unit) => !made.has(unit.id));
  const names = countBy(items, (item) => item.name);
  const titles = countBy(open(), (unit) => unit.title);
  items = items.filter((item) => {
    if (names.get(item.name) !== 1 || titles.get(item.name) !== 1) return true;
    const unit = open().find((each) => each.title === item.name);
    if (unit) made.set(unit.id, item.itemUuid);
    return unit === undefined;
  });
  const [item] = items;
  const [unit] = units;
  if (units.length === 1 && items.length === 1 && item && unit && !made.has(unit.id)) {
    made.set(unit.id, item.itemUuid);
    items = [];
  }
  return { made, unmatched: items.length };
}

function matchErrors(state: UploadState, units: readonly KnownUnit[]): Map<UnitId, UploaderError> {
  const byKey = new Map<string, KnownUnit>();
  for (const unit of units) {
    for (const frame of unit.frames) {
      byKey.set(frame.objectKey, unit);
      byKey.set(frame.id, unit);
    }
  }
  const errors = new Map<UnitId, UploaderError>();
  const only = units.length === 1 && isWhole(state, units) ? units[0] : undefined;
  for (const unitError of state.unitErrors) {
    const named = unitError.objectUrls.map((url) => byKey.get(url) ?? byKey.get(pathOf(url)));
    const unit = named.find((each) => each !== undefined) ?? only;
    if (unit === undefined) continue;
    const words = [unitError.error, unitError.actionDescription].filter((each) => each !== '').join(' ');
    errors.set(unit.id, mediaRefused(unit, words, unitError.subtaskUuid));
  }
  return errors;
}

/** The object's key out of a whole address: the path without the bucket. */
function pathOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname).split('/').slice(2).join('/');
  } catch {
    return url;
  }
}

function mediaRefused(unit: KnownUnit, words: string, subtask: string | null): UploaderError {
  const said = scrubWords(words);
  const because = said === '' ? '' : ` It says: ${said.replace(/[.\s]+$/, '')}.`;
  return new UploaderError(
    'media-refused',
    `Encord could not make a data unit of ${unit.title}.${because} Check that it opens, convert it to a usual format, then retry.`,
    {
      details: {
        ...(said === '' ? {} : { words: said }),
        ...(subtask === null ? {} : { subtask: scrubWords(subtask) }),
      },
    },
  );
}

/** For a unit of which the job says nothing but that it was not made. */
function jobError(state: UploadState, unit: KnownUnit): UploaderError {
  if (state.status === 'CANCELLED' || (state.unitsCancelledCount > 0 && state.unitsErrorCount === 0)) {
    return new UploaderError(
      'job-cancelled',
      `Somebody cancelled the upload of ${unit.title} in Encord, so it is not in the dataset. Retry to upload it again.`,
    );
  }
  return mediaRefused(unit, state.errors.join(' '), null);
}

function countBy<T>(list: readonly T[], key: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1);
  return counts;
}
