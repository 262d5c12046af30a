/** News: what is worth a notification, told as one where it comes together, and never at the wrong hour. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { News } from '../../../main/app/desktop/news.ts';
import { quietFor } from '../../../main/app/desktop/quiet-hours.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { BatchId } from '../../../main/core/model.ts';
import { type NewsView, newsView } from '../../../preload/contract/desktop.ts';
import { failure, finish, newAccount, toUnit, unitsOf } from '../store/support.ts';
import { DeskProgram, folder, suspended } from './desk-program.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Long enough for the look and for what is gathered. */
const TOLD = 6 * SECOND;

let program: DeskProgram;
let news: News;
let told: NewsView[];

function open(of = new DeskProgram()): void {
  program = of;
  told = [];
  news = new News(program, (one) => told.push(newsView.parse(one)));
}

beforeEach(() => open());

/** The program changed, and so much time goes by. */
function heardAfter(ms: number): NewsView[] {
  news.look();
  program.clock.pass(ms);
  return told.splice(0);
}

function ends(files: number, name?: string, datasetTitle = 'Traffic Data'): BatchId {
  const batch = program.add(files, { ...(name === undefined ? {} : { name }), datasetTitle });
  for (const id of unitsOf(program.store, batch)) finish(program.store, id);
  return batch;
}

function fail(unitId: number): void {
  for (const { id } of program.store.itemsOf(unitId))
    program.store.commit([{ kind: 'item', id, event: { on: 'failed', failure: failure() } }]);
}

const titles = (all: readonly NewsView[]) => all.map(({ title }) => title);

test('a look that fails is logged once and harms nobody; what it missed is told afterwards', () => {
  const broken = vi.spyOn(program.store, 'unfinishedBatches').mockImplementation(() => {
    throw new UploaderError('data-folder-unusable', 'The disk failed.');
  });
  ends(2);
  expect([heardAfter(TOLD), heardAfter(TOLD)]).toEqual([[], []]);
  expect(program.warned).toEqual([
    ['The news could not be looked for.', { code: 'data-folder-unusable', reason: 'The disk failed.' }],
  ]);
  broken.mockRestore();
  expect(titles(heardAfter(TOLD))).toEqual(['Batch 1 is finished']);
});

describe('batches', () => {
  test('one that is finished is told with its counts, its dataset and its place', () => {
    const batch = program.add(2, { name: 'Traffic 12' });
    expect(heardAfter(TOLD)).toEqual([]);
    for (const id of unitsOf(program.store, batch)) finish(program.store, id);
    const [one, ...more] = heardAfter(TOLD);
    expect(one).toEqual({
      id: 1,
      kind: 'finished',
      title: 'Traffic 12 is finished',
      body: '2 files are in Traffic Data.',
      place: { kind: 'uploads', batchId: batch },
    });
    expect(more).toEqual([]);
    expect(heardAfter(10 * MINUTE)).toEqual([]);
  });

  test('many that finish together are one', () => {
    for (let index = 0; index < 12; index += 1) ends(2);
    expect(heardAfter(TOLD)).toMatchObject([
      {
        title: '12 batches are finished',
        body: '24 files are in Traffic Data.',
        place: { kind: 'uploads', batchId: null },
      },
    ]);
  });

  test('those that follow are summed up: the first at once, then at most one a minute', () => {
    const heard: NewsView[] = [];
    for (let index = 0; index < 20; index += 1) {
      ends(1, `Batch ${index}`);
      heard.push(...heardAfter(15 * SECOND));
    }
    expect(heard.length).toBeGreaterThan(1);
    expect(heard.length).toBeLessThanOrEqual(6);
    heard.push(...heardAfter(2 * MINUTE));
    const counted = heard.map(({ title }) => Number(/^\d+(?= batches)/.exec(title)?.[0] ?? 1));
    expect(counted.reduce((sum, each) => sum + each, 0)).toBe(20);
  });

  test('where watch folders add them all night, one in five minutes', () => {
    const real = program.store.batch;
    program.store.batch = (id) => {
      const batch = real.call(program.store, id);
      return batch && { ...batch, watched: true };
    };
    const heard: NewsView[] = [];
    for (let minute = 0; minute < 20; minute += 1) {
      ends(1);
      heard.push(...heardAfter(MINUTE));
    }
    expect(heard.length).toBeGreaterThanOrEqual(3);
    expect(heard.length).toBeLessThanOrEqual(5);
  });

  test('several datasets are counted, not named', () => {
    for (const id of ['a', 'b']) {
      const batch = program.add(1, { datasetId: id, datasetTitle: id });
      for (const unit of unitsOf(program.store, batch)) finish(program.store, unit);
    }
    expect(heardAfter(TOLD)).toMatchObject([{ body: '2 files are in 2 datasets.' }]);
  });

  test('failures are news of another kind, and say what failed', () => {
    const batch = program.add(3, { name: 'Traffic 12' });
    const [first = 0, second = 0, third = 0] = unitsOf(program.store, batch);
    finish(program.store, first);
    fail(second);
    fail(third);
    ends(1, 'Good one');
    expect(heardAfter(TOLD)).toMatchObject([
      {
        kind: 'failed',
        title: 'Traffic 12 needs you',
        body: '2 files failed. 1 file is in Traffic Data.',
        place: { kind: 'uploads', batchId: batch },
      },
      { kind: 'finished', title: 'Good one is finished' },
    ]);
    toUnit(program.store, second, { on: 'retry' });
    toUnit(program.store, third, { on: 'retry' });
    expect(heardAfter(2 * MINUTE)).toEqual([]);
    finish(program.store, second);
    finish(program.store, third);
    expect(heardAfter(2 * MINUTE)).toMatchObject([
      { kind: 'finished', body: '3 files are in Traffic Data.' },
    ]);
  });

  test('one that can never go on is told once, in its own words', () => {
    const batch = program.add(3, { name: 'Traffic 12' });
    program.getStuck(batch, 'The dataset is gone.\u202e Choose another.');
    expect(heardAfter(TOLD)).toMatchObject([
      { kind: 'failed', title: 'Traffic 12 is stuck', body: 'The dataset is gone.· Choose another.' },
    ]);
    expect(heardAfter(10 * MINUTE)).toEqual([]);
  });

  test('what a person cancelled, or cleared, is no news', () => {
    program.cancel(program.add(2));
    program.store.removeFinished(ends(1));
    expect(heardAfter(TOLD)).toEqual([]);
  });

  test('nothing from before the start is news', () => {
    ends(2);
    program.getStuck(program.add(1), 'The dataset is gone.');
    program.store.addAccount(newAccount('other'));
    program.store.commit([{ kind: 'account-blocked', id: 'other', failure: failure('key-unknown') }]);
    open(program);
    expect(heardAfter(MINUTE)).toEqual([]);
  });
});

describe('what needs somebody', () => {
  test('a suspended folder is told once, until it was well in between', () => {
    const away = folder({ state: suspended('The folder is not there. Connect its disk.') });
    program.folders = [away];
    expect(heardAfter(TOLD)).toEqual([
      {
        id: 1,
        kind: 'folder',
        title: 'Scans is suspended',
        body: 'The folder is not there. Connect its disk.',
        place: { kind: 'watch', watchId: 1 },
      },
    ]);
    program.folders = [folder({ state: { kind: 'starting', files: 0 } })];
    expect(heardAfter(10 * MINUTE)).toEqual([]);
    program.folders = [away];
    expect(heardAfter(10 * MINUTE)).toEqual([]);
    // The machine sleeps and wakes.
    program.folders = [folder({ state: { kind: 'off' } })];
    expect(heardAfter(10 * MINUTE)).toEqual([]);
    program.folders = [away];
    expect(heardAfter(10 * MINUTE)).toEqual([]);
    program.folders = [folder()];
    expect(heardAfter(TOLD)).toEqual([]);
    program.folders = [away];
    expect(titles(heardAfter(TOLD))).toEqual(['Scans is suspended']);
  });

  test('one that is well again before it was told is not told', () => {
    program.folders = [folder({ state: suspended('It is away.') })];
    expect(heardAfter(2 * SECOND)).toEqual([]);
    program.folders = [folder()];
    expect(heardAfter(MINUTE)).toEqual([]);
  });

  test('many folders of one disk are one', () => {
    program.folders = [1, 2, 3, 4, 5].map((id) =>
      folder({ id, root: `/data/${id}`, state: suspended('It is away.') }),
    );
    expect(heardAfter(TOLD)).toMatchObject([
      {
        title: '5 watch folders are suspended',
        body: '1, 2, 3 and 2 more.',
        place: { kind: 'watch', watchId: null },
      },
    ]);
  });

  test('an account that Encord turned away has to sign in again', () => {
    program.add(3);
    program.store.commit([{ kind: 'account-blocked', id: 'lab', failure: failure('key-unknown') }]);
    expect(heardAfter(TOLD)).toMatchObject([
      {
        kind: 'sign-in',
        title: 'Account lab has to sign in again',
        body: 'Encord no longer takes its key. 3 files wait for it.',
        place: { kind: 'settings', section: 'accounts' },
      },
    ]);
    expect(heardAfter(10 * MINUTE)).toEqual([]);
  });

  test('a key is asked for only while work waits for it, and not again at each try', () => {
    const locked = new UploaderError('keychain-locked', 'The keychain is locked. Unlock it.');
    program.trouble.set('lab', locked);
    expect(heardAfter(TOLD)).toEqual([]);
    program.add(1);
    expect(heardAfter(TOLD)).toMatchObject([
      {
        kind: 'keychain',
        title: 'The keychain is locked',
        body: 'Unlock it. 1 file waits for it.',
      },
    ]);
    program.trouble.clear();
    expect(heardAfter(TOLD)).toEqual([]);
    program.trouble.set('lab', locked);
    expect(heardAfter(10 * MINUTE)).toEqual([]);
    program.trouble.set('lab', new UploaderError('passphrase-needed', 'Type its passphrase.'));
    expect(titles(heardAfter(TOLD))).toEqual(['Account lab needs its passphrase']);
  });

  test('an update is told once it is there to be installed', () => {
    program.update = { kind: 'available', version: '2.1.0' };
    expect(heardAfter(TOLD)).toEqual([]);
    program.update = { kind: 'ready', version: '2.1.0' };
    expect(heardAfter(TOLD)).toMatchObject([
      {
        kind: 'update',
        title: 'Encord Uploader 2.1.0 is ready',
        place: { kind: 'settings', section: 'updates' },
      },
    ]);
    program.chosen.updates.mode = 'ask';
    program.update = { kind: 'available', version: '2.2.0' };
    expect(titles(heardAfter(2 * MINUTE))).toEqual(['Encord Uploader 2.2.0 is available']);
    program.chosen.updates.mode = 'auto';
    program.update = { kind: 'checking' };
    expect(heardAfter(TOLD)).toEqual([]);
    program.update = { kind: 'ready', version: '2.1.0' };
    expect(heardAfter(10 * MINUTE)).toEqual([]);
  });
});

describe('when nobody wants to hear it', () => {
  test('a kind that is switched off is not told, nor later', () => {
    program.chosen.notifications.kinds.finished = false;
    ends(1);
    expect(heardAfter(TOLD)).toEqual([]);
    program.chosen.notifications.kinds.finished = true;
    expect(heardAfter(10 * MINUTE)).toEqual([]);
  });

  test('quiet hours over midnight: summed up once, at their end', () => {
    program.chosen.notifications.quiet = { from: '20:30', to: '07:15' };
    for (let hour = 0; hour < 10; hour += 1) {
      ends(3);
      expect(heardAfter(60 * MINUTE)).toEqual([]);
    }
    expect(heardAfter(14 * MINUTE)).toEqual([]);
    expect(heardAfter(2 * MINUTE)).toMatchObject([
      { title: '10 batches are finished', body: '30 files are in Traffic Data.' },
    ]);
    expect(heardAfter(60 * MINUTE)).toEqual([]);
  });

  test('quiet hours that are switched off meanwhile hold nothing back', () => {
    program.chosen.notifications.quiet = { from: '20:30', to: '07:15' };
    ends(1, 'Night');
    expect(heardAfter(TOLD)).toEqual([]);
    program.chosen.notifications.quiet = null;
    expect(titles(heardAfter(TOLD))).toEqual(['Night is finished']);
  });

  test('a program without a desktop looks at nothing; a closed one tells nothing', () => {
    open(new DeskProgram('browser'));
    ends(1);
    news.look();
    expect(program.clock.waiting).toBe(0);
    open();
    ends(1);
    news.look();
    program.clock.pass(SECOND);
    news.close();
    expect(program.clock.waiting).toBe(0);
    expect(heardAfter(MINUTE)).toEqual([]);
  });

  test('hours of a day, around both ends', () => {
    const night = { from: '22:00', to: '07:30' };
    const at = (hour: number, minute: number, second = 0) => quietFor(night, { hour, minute, second });
    expect(at(21, 59, 59)).toBeNull();
    expect(at(22, 0)).toBe(9.5 * 60 * MINUTE);
    expect(at(0, 0)).toBe(7.5 * 60 * MINUTE);
    expect(at(7, 29, 30)).toBe(30 * SECOND);
    expect(at(7, 30)).toBeNull();
    const noon = { from: '12:00', to: '13:00' };
    expect(quietFor(noon, { hour: 12, minute: 30, second: 0 })).toBe(30 * MINUTE);
    expect(quietFor(noon, { hour: 13, minute: 0, second: 0 })).toBeNull();
    expect(quietFor({ from: '08:00', to: '08:00' }, { hour: 8, minute: 0, second: 0 })).toBeNull();
    expect(quietFor(null, { hour: 8, minute: 0, second: 0 })).toBeNull();
  });
});
