/** The end of an upload job: `failed` only where it is proved, `done` only for the right unit, else `unknown`. */
import { describe, expect, it } from 'vitest';
import { uploadState } from '../../../main/adapters/encord/schemas.ts';
import { jobState } from '../../../main/adapters/encord/storage-job.ts';
import type { JobState, KnownUnit } from '../../../main/core/encord-port.ts';

function single(id: number, title: string): KnownUnit {
  return {
    id,
    media: 'image',
    title,
    frames: [{ id: `item-${id}`, objectKey: `images/user/${id}` }],
    intentAt: 0,
  };
}

function group(
  id: number,
  title: string,
  count: number,
  media: 'image-group' | 'image-sequence' = 'image-group',
): KnownUnit {
  const frames = Array.from({ length: count }, (_, nth) => ({ id: `frame-${nth}`, objectKey: `key-${nth}` }));
  return { id, media, title, frames, intentAt: 0 };
}

function end(state: object, units: readonly KnownUnit[], linked = false): JobState {
  return jobState(uploadState.parse({ status: 'DONE', ...state }), units, linked);
}

/** `done` with its item, or the kind with the code. */
function results(state: JobState): Record<number, string> {
  if (state.kind !== 'ended') throw new Error(`not ended: ${state.kind}`);
  return Object.fromEntries(
    [...state.results].map(([id, result]) => [
      id,
      result.kind === 'done'
        ? `done ${result.itemUuid}`
        : result.kind === 'failed'
          ? `failed ${result.error.code}`
          : result.kind,
    ]),
  );
}

const item = (itemUuid: string, name: string): object => ({ itemUuid, name });

describe('while it runs', () => {
  it('counts', () => {
    const counts = { unitsDoneCount: 1, unitsErrorCount: 1, unitsPendingCount: 3 };
    const state = end({ status: 'PENDING', ...counts }, [single(1, 'a')]);
    expect(state).toEqual({ kind: 'pending', done: 2, total: 5 });
  });
});

describe('singles', () => {
  const units = [single(1, 'a.png'), single(2, 'b.png'), single(3, 'a.png')];

  it('are found by their placeholders, whatever their names', () => {
    const itemsWithNames = [item('item-3', 'x'), item('item-1', 'b.png'), item('item-2', 'a.png')];
    expect(results(end({ itemsWithNames, unitsDoneCount: 3 }, units))).toEqual({
      1: 'done item-1',
      2: 'done item-2',
      3: 'done item-3',
    });
  });

  it('fail alone, by object key or by whole address', () => {
    const state = end(
      {
        itemsWithNames: [item('item-2', 'b.png')],
        unitErrors: [
          { objectUrls: ['images/user/1'], error: 'cannot read', subtaskUuid: 's-1', actionDescription: '' },
          { objectUrls: ['https://storage.googleapis.com/bucket/images/user/3?sig=x'], error: 'broken' },
        ],
        unitsDoneCount: 1,
        unitsErrorCount: 2,
      },
      units,
      true,
    );
    expect(results(state)).toEqual({
      1: 'failed media-refused',
      2: 'done item-2',
      3: 'failed media-refused',
    });
    if (state.kind !== 'ended') throw new Error('not ended');
    const failed = state.results.get(1);
    expect(failed?.kind === 'failed' && failed.error.message).toContain('cannot read');
    expect(failed?.kind === 'failed' && failed.error.details).toMatchObject({ subtask: 's-1' });
    expect(state.results.get(2)).toMatchObject({ linked: true });
  });

  it('are found by a name only where it is unique and the job is known whole', () => {
    const itemsWithNames = [item('n-1', 'a.png'), item('n-2', 'b.png'), item('n-3', 'a.png')];
    expect(results(end({ itemsWithNames, unitsDoneCount: 3 }, units))).toEqual({
      1: 'unknown',
      2: 'done n-2',
      3: 'unknown',
    });
    // Of a part of the job, the item of that name may be another unit's.
    const part = [single(1, 'a.png')];
    const state = { itemsWithNames: [item('n-3', 'a.png')], unitsDoneCount: 1, unitsErrorCount: 1 };
    expect(results(end(state, part))).toEqual({ 1: 'unknown' });
  });

  it('about which nothing is said are unknown', () => {
    expect(results(end({}, units))).toEqual({ 1: 'unknown', 2: 'unknown', 3: 'unknown' });
    const state = { itemsWithNames: [item('item-1', 'a.png')], unitsDoneCount: 3 };
    expect(results(end(state, units))).toMatchObject({ 2: 'unknown', 3: 'unknown' });
  });

  it('that are both made and in error are unknown', () => {
    const state = {
      itemsWithNames: [item('item-1', 'a.png')],
      unitErrors: [{ objectUrls: ['images/user/1'], error: 'odd' }],
      unitsDoneCount: 1,
    };
    expect(results(end(state, [single(1, 'a.png')]))).toEqual({ 1: 'unknown' });
  });

  it('of a failed or cancelled job fail only where all that it made is accounted for', () => {
    const made = { itemsWithNames: [item('item-1', 'a.png')], unitsDoneCount: 1 };
    expect(results(end({ status: 'CANCELLED', ...made, unitsCancelledCount: 2 }, units))).toEqual({
      1: 'done item-1',
      2: 'failed job-cancelled',
      3: 'failed job-cancelled',
    });
    expect(
      results(end({ status: 'ERROR', ...made, unitsErrorCount: 2, errors: ['all bad'] }, units)),
    ).toEqual({
      1: 'done item-1',
      2: 'failed media-refused',
      3: 'failed media-refused',
    });
    const unnamed = { itemsWithNames: [], unitsDoneCount: 1, unitsCancelledCount: 2 };
    expect(results(end({ status: 'CANCELLED', ...unnamed }, units))).toEqual({
      1: 'unknown',
      2: 'unknown',
      3: 'unknown',
    });
  });
});

describe('a group or sequence, alone in its job', () => {
  it.each(['image-group', 'image-sequence'] as const)(
    'is the only item that is not one of its frames (%s)',
    (media) => {
      const itemsWithNames = [item('frame-0', '0.png'), item('G', 'whatever'), item('frame-1', '1.png')];
      const units = [group(7, 'g', 2, media)];
      expect(results(end({ itemsWithNames, unitsDoneCount: 1 }, units))).toEqual({ 7: 'done G' });
      // More units than it: then the job is not what it is thought to be, but the item is still its own.
      expect(results(end({ itemsWithNames, unitsDoneCount: 2 }, units))).toEqual({ 7: 'done G' });
    },
  );

  it('fails by the error of any frame, or by an error without address', () => {
    for (const objectUrls of [['key-1'], []]) {
      const state = { unitErrors: [{ objectUrls, error: 'bad frame' }], unitsErrorCount: 1 };
      expect(results(end(state, [group(7, 'g', 2)]))).toEqual({ 7: 'failed media-refused' });
    }
  });

  it('is unknown where several items could be it', () => {
    const itemsWithNames = [item('G1', 'g (1)'), item('G2', 'g (2)')];
    expect(results(end({ itemsWithNames, unitsDoneCount: 2 }, [group(7, 'g', 2)]))).toEqual({ 7: 'unknown' });
  });
});
