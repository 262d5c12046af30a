/** What a run of watch folders remembers, sums up and says. */

import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../main/app/watch/watching.ts';
import { createTerminal } from '../../../main/cli/terminal.ts';
import { sayState, WatchNews } from '../../../main/cli/watch-news.ts';
import { RunRecord } from '../../../main/cli/watch-record.ts';
import type { TurnedAway } from '../../../main/core/model.ts';
import { FakeQueue } from './watch-fakes.ts';

const NO_TROUBLE = () => null;

const turnedAway = (kind: TurnedAway['kind'], path: string): TurnedAway => ({
  kind,
  path,
  title: path,
  media: null,
  size: 1,
  failure: { code: 'file-type', message: 'It is no video.', details: {}, at: 0 },
  dataHash: null,
});

describe('the record', () => {
  it('sums up what was added, also what is not over', () => {
    const queue = new FakeQueue();
    const record = new RunRecord(queue, Number.POSITIVE_INFINITY);
    queue.put(1, ['done', 'failed']);
    queue.put(2, ['ready', 'done']);
    record.addBatch(1);
    record.addBatch(2);
    record.addTurnedAway(turnedAway('skipped', '/a'));
    expect(record.look()).toEqual([1]);
    expect(record.look()).toEqual([]);
    const summary = record.summary(NO_TROUBLE);
    expect(summary).toMatchObject({ done: 2, failed: 1, skipped: 1, refused: 0, bytes: 20 });
    expect(summary.units.map((unit) => unit.state).sort()).toEqual([
      'done',
      'done',
      'failed',
      'skipped',
      'waiting',
    ]);
    expect(summary.units.every((unit) => unit.earlier === (unit.state === 'skipped'))).toBe(true);
  });

  it('begins with what an earlier run left open, and counts nothing twice', () => {
    const queue = new FakeQueue();
    queue.put(1, ['done', 'collecting']);
    const record = new RunRecord(queue, Number.POSITIVE_INFINITY);
    const [, left] = queue.ids(1);
    queue.put(2, ['done']);
    record.addBatch(2);
    for (const id of [...queue.ids(1), ...queue.ids(2)]) record.addTwin(id);
    queue.set(left ?? 0, 'done');
    record.look();
    const { units } = record.summary(NO_TROUBLE);
    expect(units.map((unit) => [unit.title, unit.earlier])).toEqual([
      ['unit 2', true],
      ['unit 1', true],
      ['unit 3', false],
    ]);
  });

  it('calls failed what a person has to help', () => {
    const queue = new FakeQueue();
    const record = new RunRecord(queue, Number.POSITIVE_INFINITY);
    queue.put(7, ['ready', 'ready']);
    record.addBatch(7);
    let asked = 0;
    const summary = record.summary((id) => {
      asked += 1;
      return { code: 'unauthenticated', message: `Batch ${id} cannot go on.`, details: {}, at: 0 };
    });
    expect(summary).toMatchObject({
      failed: 2,
      units: [{ error: { message: 'Batch 7 cannot go on.' } }, {}],
    });
    expect(asked).toBe(1);
  });

  it('counts what is long ago instead of naming it, but forgets nothing that is open', () => {
    const queue = new FakeQueue();
    queue.put(1, ['collecting']);
    const record = new RunRecord(queue, 10);
    for (let batch = 2; batch <= 101; batch += 1) {
      queue.put(batch, ['done', 'failed']);
      record.addBatch(batch);
      record.addTurnedAway(turnedAway('refused', `/${batch}`));
    }
    record.look(Number.POSITIVE_INFINITY);
    const summary = record.summary(NO_TROUBLE);
    expect(summary).toMatchObject({ done: 100, failed: 100, refused: 100, bytes: 1_000 });
    expect(summary.units.length).toBeLessThanOrEqual(11);
    expect(summary.units.filter((unit) => unit.state === 'waiting')).toHaveLength(1);
  });

  it('looks at some batches each time, at all of them in turn', () => {
    const queue = new FakeQueue();
    const record = new RunRecord(queue, Number.POSITIVE_INFINITY);
    for (let batch = 1; batch <= 500; batch += 1) {
      queue.put(batch, [batch === 500 ? 'done' : 'ready']);
      record.addBatch(batch);
    }
    expect([record.look(), record.look(), record.look()]).toEqual([[], [], [500]]);
  });
});

describe('the news', () => {
  const added = (more: Partial<Extract<WatchEvent, { kind: 'added' }>>): WatchEvent => ({
    kind: 'added',
    watchId: 1,
    batchId: null,
    twins: [],
    turnedAway: [],
    ...more,
  });

  function told(json: boolean, act: (news: WatchNews, queue: FakeQueue, record: RunRecord) => void) {
    const queue = new FakeQueue();
    const record = new RunRecord(queue, 100);
    const news = new WatchNews(queue, [{ id: 1, root: '/data/a' }], record, json);
    act(news, queue, record);
    let out = '';
    const terminal = createTerminal(json, { write: (text) => (out += text) }, { write: () => undefined });
    while (news.tell(terminal, 2));
    const lines = out.split('\n').filter(Boolean);
    return json ? lines.map((line): unknown => JSON.parse(line)) : lines;
  }

  const story = (news: WatchNews, queue: FakeQueue, record: RunRecord): void => {
    news.heard({ kind: 'state', watchId: 1, state: { kind: 'starting', files: 1 } });
    news.heard({ kind: 'state', watchId: 1, state: { kind: 'starting', files: 2 } });
    news.heard({ kind: 'state', watchId: 1, state: { kind: 'watching', how: 'chokidar' } });
    queue.put(5, ['collecting', 'collecting']);
    news.heard(
      added({
        batchId: 5,
        turnedAway: [turnedAway('refused', '/data/a/x'), turnedAway('skipped', '/data/a/y')],
      }),
    );
    for (const id of queue.ids(5)) queue.set(id, 'done');
    news.ended(record.look());
  };

  it('says to people what they have to know', () => {
    expect(told(false, story)).toEqual([
      '/data/a: looking through it',
      '/data/a: watching (chokidar)',
      'refused: /data/a/x: It is no video.',
      'Batch 5 → D: 2 uploaded (20 bytes).',
    ]);
  });

  it('says to scripts every file, in the order of events', () => {
    const unit = { watch: 1, batch: 5, media: 'image' };
    expect(told(true, story)).toEqual([
      { state: { watch: 1, root: '/data/a', kind: 'starting', files: 1 } },
      { state: { watch: 1, root: '/data/a', kind: 'watching', how: 'chokidar' } },
      { added: { ...unit, unit: 1, title: 'unit 1', path: '/unit-1', bytes: 10, earlier: false } },
      { added: { ...unit, unit: 2, title: 'unit 2', path: '/unit-2', bytes: 10, earlier: false } },
      {
        refused: {
          watch: 1,
          path: '/data/a/x',
          title: '/data/a/x',
          code: 'file-type',
          message: 'It is no video.',
        },
      },
      {
        skipped: {
          watch: 1,
          path: '/data/a/y',
          title: '/data/a/y',
          code: 'file-type',
          message: 'It is no video.',
        },
      },
      { ended: { ...unit, unit: 1, title: 'unit 1', path: '/unit-1', state: 'done', earlier: false } },
      { ended: { ...unit, unit: 2, title: 'unit 2', path: '/unit-2', state: 'done', earlier: false } },
    ]);
  });

  it('tells units of earlier runs apart', () => {
    const lines = told(true, (news, queue) => {
      queue.put(5, ['ready']);
      news.heard(added({ twins: queue.ids(5) }));
    });
    expect(lines).toEqual([
      expect.objectContaining({ added: expect.objectContaining({ unit: 1, earlier: true }) }),
    ]);
  });
});

it('says why a folder is not watched by events', () => {
  const failure = { code: 'file-missing' as const, message: 'It is not there.', details: {}, at: 0 };
  expect(sayState({ kind: 'polling', everySeconds: 5, why: 'It is on NFS.' })).toBe(
    'looked through every 5 s. It is on NFS.',
  );
  expect(sayState({ kind: 'suspended', failure })).toBe('suspended. It is not there.');
});
