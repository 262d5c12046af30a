/**
 * Windows in which a unit could be lost, doubled or left behind: each test holds one of them open.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_FILE } from '../../../main/adapters/sqlite/index.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { RouteName, UnitId, UnitStateName } from '../../../main/core/model.ts';
import type { Change } from '../../../main/core/store-port.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { ACCOUNT, DATASET, World } from './world.ts';

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
const refused = { kind: 'refused', error: new UploaderError('forbidden', 'You may not.') } as const;

async function reaches(w: World, title: string, state: string): Promise<void> {
  await eventually(() => expect(w.state(title)).toBe(state));
}

function only(w: World, ...states: UnitStateName[]): UnitId {
  const [id] = w.store.unitsIn({ kind: 'all' }, states);
  if (id === undefined) throw new Error(`no unit is ${states.join(' or ')}`);
  return id;
}

/** A promise and the way to keep it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const registers = (changes: readonly Change[]): boolean =>
  changes.some(
    ({ kind, ...change }) =>
      kind === 'unit' && 'event' in change && ['job-started', 'registered'].includes(String(change.event.on)),
  );

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  it('registers a group without the frame that was left out while it was prepared', async () => {
    const w = world(route);
    const door = gate();
    let asked = false;
    w.prepares = () => {
      asked = true;
      return door.opened.then(() => undefined);
    };
    // The answer is lost, so that the lookup, too, has to know which frames were sent.
    w.meets = (kind) => (kind === 'register' ? after : null);
    w.add('image-group', 'frames', 3);
    await eventually(() => expect(asked).toBe(true));
    const middle = w.store.itemsOf(only(w, 'ready'))[1];
    w.store.commit([{ kind: 'item', id: middle?.id ?? 0, event: { on: 'cancel' } }]);
    door.open();
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames').map((row) => row.frames.length)).toEqual([2]);
  });

  it('says that grants are gone instead of trying for ever', async () => {
    const w = world(route);
    let deny = true;
    w.meets = (kind) => (kind === 'register' && deny ? { kind: 'signed-out', error: refused.error } : null);
    w.add('image', 'a.png');
    await eventually(() => expect(w.store.accounts()[0]?.blocked).not.toBeNull());
    await eventually(() => expect(w.engine.busy).toBe(false));
    const other = new DatabaseSync(join(w.folder, DATABASE_FILE));
    other.exec('DELETE FROM secret');
    other.close();
    deny = false;
    w.store.commit([{ kind: 'account-blocked', id: ACCOUNT, failure: null }]);
    w.engine.wake();
    await reaches(w, 'a.png', 'failed');
    w.store.commit([{ kind: 'unit', id: only(w, 'failed'), event: { on: 'retry' } }]);
    w.engine.wake();
    await reaches(w, 'a.png', 'done');
    expect(w.rows('a.png')).toHaveLength(1);
  });

  it('does not take for final what the server said before the settle time', async () => {
    const w = world(route);
    w.settleMs = 400;
    let looks = 0;
    const door = gate();
    w.meets = (kind) => {
      if (kind === 'register') return lost;
      if (kind === 'lookup') looks += 1;
      return null;
    };
    w.delays = (kind) => (kind === 'lookup' && looks === 1 ? door.opened : null);
    await w.restart();
    w.add('image-group', 'frames', 2);
    await eventually(() => expect(looks).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, w.settleMs));
    // The registration arrives at the server after it looked; the answer to the lookup arrives after the settle time.
    const unit = w.store.unit(only(w, 'registering'));
    const frames = w.store
      .itemsOf(unit?.id ?? 0)
      .map((item) => (item.state.at === 'stored' ? item.state.grant.id : ''));
    w.made.push({ uuid: 'late', frames, title: 'frames', linked: true });
    door.open();
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames')).toHaveLength(1);
  });

  it('looks up one by one where the server refuses to speak of them together', async () => {
    const w = world(route);
    w.meets = (kind, detail) => {
      if (kind === 'register') return after;
      return kind === 'lookup' && detail.includes('b.png') ? refused : null;
    };
    w.addUnits(
      ['a.png', 'b.png', 'c.png'].map((title) => ({
        media: 'image',
        title,
        items: [
          {
            path: `/${title}`,
            name: title,
            identity: { size: 10, mtimeMs: 1 },
            mime: 'image/png',
            sha256: null,
          },
        ],
      })),
    );
    await reaches(w, 'a.png', 'done');
    await reaches(w, 'c.png', 'done');
    expect(w.rows('a.png')).toHaveLength(1);
  });

  it('looks up what it could not write down', async () => {
    const w = world(route);
    let full = true;
    w.commits = (changes) => {
      if (full && registers(changes)) throw new UploaderError('disk-full', 'There is no room.');
    };
    w.add('image-group', 'frames', 2);
    await eventually(() => expect(w.calls).toContain('register'));
    await eventually(() => expect(w.engine.busy).toBe(false));
    full = false;
    // The pause after a failed write is over.
    w.ahead.monotonic += 10_000;
    w.engine.wake();
    await reaches(w, 'frames', 'done');
    expect(w.rows('frames')).toHaveLength(1);
  });

  it('writes the others where the store refuses one', async () => {
    const w = world(route);
    const names = ['a.png', 'bad.png', 'c.png'];
    w.commits = (changes) => {
      for (const change of changes) {
        if (change.kind === 'item' && change.event.on === 'stored' && change.id === 2) throw new Error('no');
      }
    };
    w.addUnits(
      names.map((title) => ({
        media: 'image',
        title,
        items: [
          {
            path: `/${title}`,
            name: title,
            identity: { size: 10, mtimeMs: 1 },
            mime: 'image/png',
            sha256: null,
          },
        ],
      })),
    );
    await eventually(() => {
      const stored = [1, 2, 3].map((id) => w.store.itemsOf(id)[0]?.state.at);
      expect(stored).toEqual(['stored', 'granted', 'stored']);
    });
  });

  it('begins nothing more once it is stopped', async () => {
    const w = world(route);
    w.holds = (request) =>
      new Promise((resolve) => {
        request.signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
      });
    w.addUnits(
      Array.from({ length: 60 }, (_, index) => ({
        media: 'image',
        title: `image ${index}`,
        items: [
          {
            path: `/${index}`,
            name: `${index}`,
            identity: { size: 10, mtimeMs: 1 },
            mime: 'image/png',
            sha256: null,
          },
        ],
      })),
    );
    await eventually(() => expect(w.puts).toHaveLength(32));
    await w.engine.stop();
    expect(w.puts).toHaveLength(32);
  });

  it('goes on with what is registered where nothing more may be sent', async () => {
    const w = world(route);
    // The group exists, and what remains is to hear of it: by linking, or by looking.
    let silent = true;
    let registered = 0;
    w.meets = (kind) => {
      if (kind === 'register') {
        registered += 1;
        return after;
      }
      return silent && ['lookup', 'link'].includes(kind) ? lost : null;
    };
    const batch = w.add('image-group', 'first', 2);
    const failure = { code: 'forbidden', message: 'You may not.', details: {}, at: 0 } as const;
    await eventually(() => expect(registered).toBe(1));
    w.store.commit([
      {
        kind: 'batch-trouble',
        id: batch,
        trouble: { failure, notBefore: Number.MAX_SAFE_INTEGER, attempts: 0 },
      },
    ]);
    silent = false;
    w.engine.tryNow();
    await reaches(w, 'first', 'done');
    expect(w.rows('first')).toHaveLength(1);
  });

  it('does not wait for a time that a wrong clock has set', async () => {
    const w = world(route);
    w.ahead.now = 86_400_000;
    let failed = false;
    w.meets = (kind) => {
      if (kind !== 'put' || failed) return null;
      failed = true;
      return { kind: 'transient', error: lost.error, retryAfterMs: 1_000 };
    };
    w.add('image', 'a.png');
    await eventually(() => expect(failed).toBe(true));
    await eventually(() => expect(w.engine.busy).toBe(false));
    w.ahead.now = 0;
    w.engine.wake();
    await reaches(w, 'a.png', 'done');
  });

  it.each(['image', 'image-group', 'image-sequence'] as const)(
    'settles a doubt about one %s whose intent lies in the future, and begins anew after a restart',
    async (media) => {
      const w = world(route);
      w.settleMs = 300;
      await w.restart();
      w.ahead.now = 86_400_000;
      let silent = true;
      w.meets = (kind) => (silent && kind === 'register' ? lost : null);
      w.add(media, 'unit', 2);
      await eventually(() => expect(w.calls).toContain('register'));
      await reaches(w, 'unit', 'registering');
      w.ahead.now = 0;
      silent = false;
      await w.restart();
      await reaches(w, 'unit', media === 'image' ? 'done' : 'uncertain');
      expect(w.rows('unit').length).toBeLessThan(2);
    },
  );
});

describe('files that come again', () => {
  it('are not doubled by a retry of the unit that was cancelled, nor of several that failed', async () => {
    const w = world('storage');
    const no = { kind: 'refused', error: new UploaderError('media-refused', 'No.') } as const;
    w.meets = (kind) => (kind === 'grant' ? no : null);
    for (let times = 0; times < 3; times += 1) {
      w.add('image', 'a.png');
      await eventually(() => {
        expect(w.store.totals({ kind: 'all' }).units.failed).toBe(times + 1);
      });
    }
    w.meets = () => null;
    const failed = [...w.store.unitsIn({ kind: 'all' }, ['failed'])];
    const [cancelled] = failed;
    w.store.commit([{ kind: 'unit', id: cancelled ?? 0, event: { on: 'cancel' } }]);
    w.store.commit(failed.map((id): Change => ({ kind: 'unit', id, event: { on: 'retry' } })));
    w.engine.wake();
    await eventually(() => expect(w.store.totals({ kind: 'all' }).units.done).toBe(1));
    w.store.commit(failed.map((id): Change => ({ kind: 'unit', id, event: { on: 'retry' } })));
    w.engine.wake();
    await eventually(() => expect(w.engine.busy).toBe(false));
    expect(w.store.totals({ kind: 'all' }).units).toMatchObject({ done: 1, collecting: 0 });
    expect(w.made).toHaveLength(1);
  });

  it('become twins in the transaction that adds them', () => {
    const w = world('storage');
    const unit = {
      media: 'image' as const,
      title: 'a.png',
      items: [
        {
          path: '/a.png',
          name: 'a.png',
          identity: { size: 10, mtimeMs: 1 },
          mime: 'image/png',
          sha256: null,
        },
      ],
    };
    w.meets = (kind) => (kind === 'resolve' ? lost : null);
    w.addUnits([unit]);
    const twins: UnitId[] = [];
    const batch = {
      accountId: ACCOUNT,
      name: 'again',
      datasetId: DATASET,
      datasetTitle: 'Dataset',
      routeChoice: 'auto',
      folderChoice: null,
      addedAt: 0,
    } as const;
    w.store.addBatch(batch, [unit], [], (id) => twins.push(id));
    expect(twins).toEqual([only(w, 'collecting')]);
    expect(w.store.totals({ kind: 'all' }).units.collecting).toBe(1);
  });
});
