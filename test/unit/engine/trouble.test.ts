/** What is told of trouble: by the log of failed uploads, a few lines however many fail; of a data folder that is full, once. */

import { afterEach, describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { FailureLog } from '../../../main/core/failure-log.ts';
import type { Clock, Log } from '../../../main/core/ports.ts';
import type { Change } from '../../../main/core/store-port.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { SILENT, World } from './world.ts';

const worlds: World[] = [];

function world(log?: Log): World {
  const made = new World('storage', log);
  worlds.push(made);
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const failure = { code: 'media-refused', message: 'It is no video.', details: {}, at: 0 } as const;

describe('uploads that fail', () => {
  const timers: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(_, fn) {
      timers.push(fn);
      return () => undefined;
    },
  };

  function logged(): { log: Log; lines: [string, unknown][] } {
    const lines: [string, unknown][] = [];
    const info = (message: string, fields?: unknown): void => void lines.push([message, fields]);
    return { log: { ...SILENT, info }, lines };
  }

  it('are logged with their number, code and sentence; what goes on is not', () => {
    const { log, lines } = logged();
    const changes: Change[] = [
      { kind: 'unit', id: 1, event: { on: 'refused', failure } },
      { kind: 'unit', id: 2, event: { on: 'job-failed', failure } },
      { kind: 'unit', id: 3, event: { on: 'link-refused', failure } },
      { kind: 'item', id: 4, event: { on: 'failed', failure } },
      { kind: 'unit', id: 5, event: { on: 'absent', final: true, repeatable: false, failure, notBefore: 0 } },
      { kind: 'unit', id: 6, event: { on: 'absent', final: true, repeatable: true, failure, notBefore: 0 } },
      { kind: 'unit', id: 7, event: { on: 'later', failure, notBefore: 0 } },
      { kind: 'item', id: 8, event: { on: 'transient', failure, notBefore: 0 } },
      { kind: 'account-blocked', id: 'a', failure },
    ];
    new FailureLog(log, clock).note(changes);
    const said = { code: failure.code, reason: failure.message };
    expect(lines).toEqual(
      [{ unit: 1 }, { unit: 2 }, { unit: 3 }, { item: 4 }, { unit: 5 }].map((each) => [
        'An upload failed.',
        { ...each, ...said },
      ]),
    );
  });

  it('are counted where many fail in a minute', () => {
    const { log, lines } = logged();
    const failures = new FailureLog(log, clock);
    const all = Array.from(
      { length: 5_000 },
      (_, id): Change => ({ kind: 'unit', id, event: { on: 'refused', failure } }),
    );
    failures.note(all);
    expect(lines).toHaveLength(20);
    timers.at(-1)?.();
    expect(lines.at(-1)).toEqual(['More uploads failed in that minute.', { more: 4_980 }]);
    failures.note(all.slice(0, 1));
    expect(lines).toHaveLength(22);
  });
});

describe('a store that cannot be written', () => {
  it('is what stands between the queue and Encord, until it can or until nothing waits for it', async () => {
    const logged: string[] = [];
    const fields: unknown[] = [];
    const keep = (message: string, more?: unknown): void => {
      logged.push(message);
      fields.push(more);
    };
    const w = world({ ...SILENT, error: keep, info: keep });
    let full = true;
    w.commits = (changes) => {
      if (full && changes.some((change) => change.kind === 'item')) {
        throw new UploaderError('disk-full', 'No room.', { details: { file: '/data/uploader.db' } });
      }
    };
    w.add('image', 'a.png');
    await eventually(() =>
      expect(w.engine.connection()).toMatchObject({
        kind: 'stuck',
        failure: { code: 'disk-full', details: { file: '/data/uploader.db', message: 'No room.' } },
      }),
    );
    await eventually(() => expect(w.engine.busy).toBe(false));
    // Work began and came no further: it is still so.
    w.ahead.monotonic += 10_000;
    w.engine.wake();
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.engine.connection().kind).toBe('stuck');

    expect(logged).toEqual(['The data folder cannot be used.']);
    expect(fields).toEqual([{ code: 'disk-full', reason: 'No room.', file: '/data/uploader.db' }]);

    full = false;
    w.ahead.monotonic += 10_000;
    w.engine.wake();
    await eventually(() => expect(w.state('a.png')).toBe('done'));
    expect(w.engine.connection().kind).toBe('open');
    expect(logged).toEqual(['The data folder cannot be used.', 'The data folder can be used again.']);

    full = true;
    w.add('image', 'b.png');
    await eventually(() => expect(w.engine.connection().kind).toBe('stuck'));
    full = false;
    const [unit] = w.store.unitsIn({ kind: 'all' }, ['collecting']);
    w.store.commit([{ kind: 'unit', id: unit ?? 0, event: { on: 'cancel' } }]);
    w.ahead.monotonic += 10_000;
    w.engine.wake();
    await eventually(() => expect(w.engine.connection().kind).toBe('open'));
  });

  it('is not one that refuses a single change; why it did is logged', async () => {
    const lines: [string, unknown][] = [];
    const error = (message: string, fields?: unknown): void => void lines.push([message, fields]);
    const w = world({ ...SILENT, error });
    const no = new TypeError('no');
    w.commits = (changes) => {
      if (changes.some((change) => change.kind === 'item' && change.event.on === 'granted')) throw no;
    };
    w.add('image', 'a.png');
    await eventually(() => expect(w.calls).toContain('grant'));
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.engine.connection().kind).toBe('open');
    expect(lines[0]).toEqual([
      'A grant could not be recorded.',
      { code: 'internal', reason: expect.stringMatching(/: no$/), cause: no },
    ]);
  });
});
