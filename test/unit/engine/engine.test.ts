/**
 * The engine against a real store and a pretended Encord: each step's ways to go wrong, and that none loses or
 * doubles a unit.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { NO_MTIME_MS, type PlannedUnit, type RouteName } from '../../../main/core/model.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { type CallKind, World } from './world.ts';

const worlds: World[] = [];

function world(route: RouteName): World {
  const made = new World(route);
  worlds.push(made);
  return made;
}

afterEach(async () => {
  for (const each of worlds.splice(0)) await each.end();
});

const lost = { kind: 'lost', error: new UploaderError('connection-lost', 'The answer was lost.') } as const;
const after = { kind: 'after', error: lost.error } as const;
const neverSent = { kind: 'never-sent', error: new UploaderError('refused', 'Nobody listens.') } as const;

/** Answers once for the first call of a kind. */
function once<T>(kind: CallKind, answer: T): (asked: CallKind) => T | null {
  let used = false;
  return (asked) => {
    if (used || asked !== kind) return null;
    used = true;
    return answer;
  };
}

async function reaches(w: World, title: string, state: string): Promise<void> {
  await eventually(() => expect(w.state(title)).toBe(state));
}

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  it('brings a single, a group and a sequence to the dataset, once', async () => {
    const w = world(route);
    w.add('image', 'a.png');
    w.add('image-group', 'frames', 12);
    w.add('image-sequence', 'film', 2);
    await reaches(w, 'a.png', 'done');
    await reaches(w, 'frames', 'done');
    await reaches(w, 'film', 'done');
    expect(w.rows('a.png')).toHaveLength(1);
    expect(w.rows('frames')).toHaveLength(1);
    expect(w.rows('frames')[0]?.frames).toHaveLength(12);
    expect(w.rows('film').map((row) => row.frames.length)).toEqual([2]);
    expect(w.made.every((made) => made.linked)).toBe(true);
  });

  it.each(['grant', 'put', 'register', 'poll', 'lookup', 'link'] as const)(
    'goes on when %s does not get through once',
    async (kind) => {
      const w = world(route);
      const put = { kind: 'transient', error: neverSent.error, retryAfterMs: null } as const;
      const meets = once(kind, kind === 'put' ? put : neverSent);
      const doubt = once('register', after);
      w.meets = (asked) => meets(asked) ?? (kind === 'lookup' ? doubt(asked) : null);
      w.add('image', 'a.png');
      await reaches(w, 'a.png', 'done');
      expect(w.rows('a.png')).toHaveLength(1);
    },
  );

  it('settles a lost answer by looking, for a single and for a group', async () => {
    const w = world(route);
    const first = once('register', after);
    w.meets = (kind) => first(kind);
    w.add('image-group', 'frames', 3);
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames')).toHaveLength(1);
    expect(w.calls).toContain('lookup');
  });

  it('registers a single again when it never arrived', async () => {
    const w = world(route);
    const first = once('register', lost);
    w.meets = (kind) => first(kind);
    w.add('video', 'v.mp4');
    await reaches(w, 'v.mp4', 'done');
    expect(w.rows('v.mp4')).toHaveLength(1);
    expect(w.calls.filter((kind) => kind === 'register')).toHaveLength(2);
  });

  it('parks a group that never arrived, and both ways out work', async () => {
    const w = world(route);
    let silent = true;
    w.meets = (kind) => (kind === 'register' && silent ? lost : null);
    w.add('image-group', 'frames', 3);
    await reaches(w, 'frames', 'uncertain');
    expect(w.rows('frames')).toHaveLength(0);
    const [id] = w.store.unitsIn({ kind: 'all' }, ['uncertain']);
    if (id === undefined) throw new Error('no uncertain unit');
    const failure = { code: 'uncertain', message: '', details: {}, at: 0 } as const;
    w.store.commit([{ kind: 'unit', id, event: { on: 'check-again', failure } }]);
    w.engine.wake();
    await reaches(w, 'frames', 'uncertain');
    silent = false;
    w.store.commit([{ kind: 'unit', id, event: { on: 'register-anyway' } }]);
    w.engine.wake();
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames')).toHaveLength(1);
  });

  it('looks after a restart that came between intent and answer', async () => {
    const w = world(route);
    const first = once('register', after);
    // The lookup stays unanswered in this life, as if the program had died with the call.
    let died = false;
    w.meets = (kind) => first(kind) ?? (kind === 'lookup' && !died ? neverSent : null);
    w.add('image-group', 'frames', 3);
    await reaches(w, 'frames', 'registering');
    died = true;
    await w.restart();
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames')).toHaveLength(1);
  });

  it('waits as long as it is told to', async () => {
    const w = world(route);
    const wait = {
      kind: 'wait',
      error: new UploaderError('rate-limited', 'Slow down.'),
      retryAfterMs: 120,
    } as const;
    const first = once('grant', wait);
    w.meets = (kind) => first(kind);
    const begun = performance.now();
    w.add('image', 'a.png');
    await reaches(w, 'a.png', 'done');
    expect(performance.now() - begun).toBeGreaterThan(110);
  });

  it('gives a server that says "at once" a moment all the same', async () => {
    const w = world(route);
    const error = new UploaderError('rate-limited', 'Slow down.');
    let asked = 0;
    w.meets = (kind) => {
      if (kind !== 'grant' || ++asked > 20) return null;
      return { kind: 'wait', error, retryAfterMs: 0 };
    };
    const begun = performance.now();
    w.add('image', 'a.png');
    await reaches(w, 'a.png', 'done');
    // Twenty waits, each of at least a tenth of the first backoff (4 ms, by a random of one half: 2.2 ms).
    expect(performance.now() - begun).toBeGreaterThan(20 * 2);
  });

  it('asks for a new URL when the old one is refused, and gives up in the end', async () => {
    const w = world(route);
    const expired = { kind: 'expired', error: new UploaderError('url-expired', 'The URL is old.') } as const;
    const first = once('put', expired);
    w.meets = (kind, detail) => (detail.includes('never') && kind === 'put' ? expired : first(kind));
    w.add('image', 'a.png');
    await reaches(w, 'a.png', 'done');
    expect(w.calls.filter((kind) => kind === 'grant').length).toBeGreaterThan(1);
    w.add('image', 'never.png');
    await reaches(w, 'never.png', 'failed');
    expect(w.puts.filter((put) => put.path.includes('never'))).toHaveLength(4);
  });

  it('sends a file again whose bytes arrived otherwise, and gives up in the end, without calling the server down', async () => {
    const w = world(route);
    const mismatch = new UploaderError('hash-mismatch', 'The storage holds other bytes than were sent.');
    w.meets = (kind) => (kind === 'put' ? { kind: 'transient', error: mismatch, retryAfterMs: null } : null);
    w.add('image', 'a.png');
    await reaches(w, 'a.png', 'failed');
    expect(w.puts).toHaveLength(4);
    expect(w.engine.connection().kind).toBe('open');
  });

  it('plans a changed file again, and fails one that is gone', async () => {
    const w = world(route);
    const changed = { kind: 'file', error: new UploaderError('file-changed', 'It changed.') } as const;
    const missing = { kind: 'file', error: new UploaderError('file-missing', 'It is gone.') } as const;
    const first = once('put', changed);
    w.meets = (kind, detail) => (kind === 'put' && detail.includes('gone') ? missing : first(kind));
    w.add('image', 'a.png');
    await reaches(w, 'a.png', 'done');
    expect(w.puts.at(-1)?.identity).toEqual({ size: 11, mtimeMs: 2 });
    w.add('image', 'gone.png');
    await reaches(w, 'gone.png', 'failed');
    expect(w.rows('gone.png')).toHaveLength(0);
  });

  it('gives up the whole unit of a watch folder of which a file changed: the folder says when it is finished', async () => {
    const w = world(route);
    const changed = { kind: 'file', error: new UploaderError('file-changed', 'It changed.') } as const;
    w.meets = (kind, detail) => (kind === 'put' && detail.endsWith('/1') ? changed : null);
    const folder = w.watch('/files');
    w.add('image-group', 'run', 3, folder);
    await reaches(w, 'run', 'cancelled');
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.rows('run')).toEqual([]);
    expect(w.puts.filter(({ path }) => path.endsWith('/1'))).toHaveLength(1);
    expect(w.store.changedInQueue(folder.ledger)).toEqual(['run/1']);
    // As the others are, they were taken.
    expect([...w.store.knownIn(folder.ledger, 'run')].map(([name, known]) => [name, known.identity])).toEqual(
      [
        ['0', { size: 10, mtimeMs: 1 }],
        ['1', { size: 10, mtimeMs: NO_MTIME_MS }],
        ['2', { size: 10, mtimeMs: 1 }],
      ],
    );
    // Where the folder was removed nobody would take it anew.
    w.add('image-group', 'left', 2, folder);
    w.store.removeWatchFolder(folder.id);
    await reaches(w, 'left', 'failed');
  });

  it('stops the account, not the files, when the credentials are refused', async () => {
    const w = world(route);
    const out = { kind: 'signed-out', error: new UploaderError('unauthenticated', 'Unknown key.') } as const;
    const first = once('grant', out);
    w.meets = (kind) => first(kind);
    w.add('image', 'a.png');
    await eventually(() => expect(w.store.accounts()[0]?.blocked?.code).toBe('unauthenticated'));
    expect(w.state('a.png')).toBe('collecting');
    w.store.commit([{ kind: 'account-blocked', id: w.store.accounts()[0]?.id ?? '', failure: null }]);
    w.engine.wake();
    await reaches(w, 'a.png', 'done');
  });

  it('says once, for the batch, that the dataset may not be written', async () => {
    const w = world(route);
    const no = { kind: 'refused', error: new UploaderError('forbidden', 'You may not.') } as const;
    w.meets = (kind) => (kind === 'grant' ? no : null);
    const batch = w.addUnits(images(40));
    await eventually(() => expect(w.store.batch(batch)?.trouble?.failure.code).toBe('forbidden'));
    expect(w.store.totals({ kind: 'batch', id: batch }).units.failed).toBe(0);
    w.meets = () => null;
    w.store.commit([{ kind: 'batch-trouble', id: batch, trouble: null }]);
    w.engine.wake();
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(40));
  });

  it('holds a paused batch and leaves out what is cancelled', async () => {
    const w = world(route);
    w.meets = (kind) => (kind === 'grant' ? neverSent : null);
    const batch = w.addUnits(images(3));
    w.store.setPaused({ kind: 'batch', id: batch }, true);
    w.engine.reconsider();
    w.meets = () => null;
    const [first] = w.store.unitsIn({ kind: 'batch', id: batch }, ['collecting']);
    w.store.commit([{ kind: 'unit', id: first ?? 0, event: { on: 'cancel' } }]);
    w.add('image', 'other.png');
    w.engine.tryNow();
    await reaches(w, 'other.png', 'done');
    expect(w.store.totals({ kind: 'batch', id: batch }).units).toMatchObject({ collecting: 2, cancelled: 1 });
    w.store.setPaused({ kind: 'batch', id: batch }, false);
    w.engine.reconsider();
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(2));
    expect(w.made).toHaveLength(3);
  });

  it('stops what is under way when its batch is paused', async () => {
    const w = world(route);
    let stopped = 0;
    w.holds = (request) =>
      new Promise((resolve) => {
        request.signal.addEventListener('abort', () => {
          stopped += 1;
          resolve({ kind: 'cancelled' });
        });
      });
    const batch = w.addUnits(images(5));
    await eventually(() => expect(w.engine.transfers()).toHaveLength(5));
    w.store.setPaused({ kind: 'batch', id: batch }, true);
    w.engine.reconsider();
    await eventually(() => expect(stopped).toBe(5));
    w.holds = null;
    w.store.setPaused({ kind: 'batch', id: batch }, false);
    w.engine.reconsider();
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(5));
  });

  it('takes a thousand images', async () => {
    const w = world(route);
    const batch = w.addUnits(images(1_000));
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(1_000));
    expect(w.made).toHaveLength(1_000);
    expect(new Set(w.puts.map((put) => put.path)).size).toBe(1_000);
    expect(w.puts).toHaveLength(1_000);
  });
});

describe('on the storage route', () => {
  it('registers many in one call, and one bad unit fails alone', async () => {
    const w = world('storage');
    w.bad.add('image 7');
    const batch = w.addUnits(images(120));
    await eventually(() => {
      expect(w.store.totals({ kind: 'batch', id: batch }).units).toMatchObject({ done: 119, failed: 1 });
    });
    expect(w.calls.filter((kind) => kind === 'register').length).toBeLessThan(40);
  });

  it('halves a registration that is refused as a whole until the bad one is alone', async () => {
    const w = world('storage');
    const no = {
      kind: 'refused',
      error: new UploaderError('bad-request', 'One of these is wrong.'),
    } as const;
    w.meets = (kind, detail) => (kind === 'register' && detail.split(',').includes('image 7') ? no : null);
    const batch = w.addUnits(images(60));
    await eventually(() => {
      expect(w.store.totals({ kind: 'batch', id: batch }).units).toMatchObject({ done: 59, failed: 1 });
    });
    expect(w.made).toHaveLength(59);
  });
});

describe('a folder that is gone', () => {
  it('is said once, for the batch, by the registration too; all goes on when a person retries', async () => {
    const w = world('storage');
    const gone = { kind: 'refused', error: new UploaderError('not-found', 'It is gone.') } as const;
    w.meets = (kind) => (kind === 'register' ? gone : null);
    const batch = w.addUnits(images(40));
    await eventually(() => expect(w.store.batch(batch)?.trouble?.failure.code).toBe('not-found'));
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.store.totals({ kind: 'batch', id: batch }).units.failed).toBe(0);
    w.meets = () => null;
    w.store.commit([{ kind: 'batch-trouble', id: batch, trouble: null }]);
    w.engine.wake();
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(40));
    expect(w.made).toHaveLength(40);
  });
});

describe('the server is down', () => {
  it('is asked by one probe at a time', async () => {
    const w = world('storage');
    let down = true;
    w.meets = (kind) => (down && kind !== 'resolve' ? neverSent : null);
    const batch = w.addUnits(images(200));
    await eventually(() => expect(w.calls.filter((kind) => kind === 'grant').length).toBeGreaterThan(4));
    expect(w.engine.connection().kind).toBe('offline');
    expect(w.calls.filter((kind) => kind === 'grant').length).toBeLessThan(20);
    // Said of the connection, and not of each file.
    expect(w.store.itemsOf(1)[0]?.state).toMatchObject({ at: 'queued', failure: null, attempts: 0 });
    down = false;
    w.engine.tryNow();
    await eventually(() => expect(w.store.totals({ kind: 'batch', id: batch }).units.done).toBe(200));
    expect(w.engine.connection().kind).toBe('open');
  });
});

function images(count: number): PlannedUnit[] {
  return Array.from({ length: count }, (_, index) => ({
    media: 'image',
    title: `image ${index}`,
    items: [
      {
        path: `/files/${index}.png`,
        name: `${index}.png`,
        identity: { size: 10, mtimeMs: 1 },
        mime: 'image/png',
        sha256: null,
      },
    ],
  }));
}
