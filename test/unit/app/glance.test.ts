/** One glance at the program: its state, its one line, the lines of batches and watch folders. */

import { beforeEach, describe, expect, test } from 'vitest';
import { Glance } from '../../../main/app/desktop/glance.ts';
import { firstSentence, oneLine, speedText, timeText } from '../../../main/app/desktop/words.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { glanceView } from '../../../preload/contract/desktop.ts';
import { failure, finish, storeItems, toUnit, unitsOf } from '../store/support.ts';
import { DeskProgram, folder, offline, suspended } from './desk-program.ts';

let program: DeskProgram;
beforeEach(() => {
  program = new DeskProgram();
});

const view = () => glanceView.parse(new Glance(program).view());
const said = () => {
  const { state, line } = view();
  return [state, line];
};

function finishSome(batchId: number, many: number): void {
  for (const id of unitsOf(program.store, batchId).slice(0, many)) finish(program.store, id);
}

function fail(unitId: number): void {
  for (const { id } of program.store.itemsOf(unitId))
    program.store.commit([{ kind: 'item', id, event: { on: 'failed', failure: failure() } }]);
}

describe('while it moves', () => {
  test('the line has the numbers of what is not finished, its speed and its time', () => {
    const earlier = program.add(3);
    finishSome(earlier, 3);
    const batch = program.add(8);
    finishSome(batch, 2);
    const [, , third = 0] = unitsOf(program.store, batch);
    program.sending = [
      {
        itemId: 1,
        unitId: third,
        batchId: batch,
        sentBytes: 500_000,
        resumedBytes: 0,
        size: 1_000_000,
        startedAt: 0,
      },
    ];
    program.speed = 84_200_000;
    expect(view()).toMatchObject({
      state: 'uploading',
      line: '2 of 8 · 84 MB/s · a few seconds',
      fraction: 2.5 / 8,
      moving: true,
      unfinished: 6,
      paused: false,
      attention: 0,
    });
    program.speed = 15_000;
    expect(view().line).toBe('2 of 8 · 15 KB/s · 6 min');
  });

  test('what failed is said behind it, and does not hide that it moves', () => {
    const batch = program.add(3);
    fail(unitsOf(program.store, batch)[0] ?? 0);
    expect(said()).toEqual(['uploading', '0 of 3 · 1 file needs you']);
    expect(view().attention).toBe(1);
  });

  test('thousands are separated', () => {
    program.add(1_204);
    expect(view().line).toBe('0 of 1,204');
  });

  test('once all bytes are there, Encord has the word', () => {
    const batch = program.add(1);
    storeItems(program.store, unitsOf(program.store, batch)[0] ?? 0);
    expect(said()).toEqual(['uploading', '0 of 1 · Encord is processing']);
  });

  test('paused batches count neither as work nor as time', () => {
    program.add(2);
    program.store.setPaused({ kind: 'batch', id: program.add(5) }, true);
    expect(view()).toMatchObject({ line: '0 of 2', unfinished: 2 });
  });

  test('a server that asks to wait is named', () => {
    program.add(2);
    program.link = { kind: 'waiting', failure: { ...failure(), details: {} }, until: 5 };
    expect(said()).toEqual(['uploading', '0 of 2 · Encord asks to wait']);
  });
});

describe('while nothing moves', () => {
  test('a pause wins, and tells what is left and what failed', () => {
    program.store.setPaused({ kind: 'all' }, true);
    expect(said()).toEqual(['paused', 'Paused']);
    const batch = program.add(3);
    expect(view()).toMatchObject({
      state: 'paused',
      line: 'Paused · 3 left',
      moving: false,
      unfinished: 0,
      paused: true,
    });
    fail(unitsOf(program.store, batch)[0] ?? 0);
    expect(view().line).toBe('Paused · 2 left · 1 file needs you');
  });

  test('what is being registered goes on through a pause', () => {
    const batch = program.add(2);
    const [first = 0] = unitsOf(program.store, batch);
    storeItems(program.store, first);
    toUnit(program.store, first, { on: 'intent', intent: { id: 'intent', at: 1 } });
    program.store.setPaused({ kind: 'all' }, true);
    expect(view()).toMatchObject({ state: 'paused', moving: true, unfinished: 1 });
  });

  test('work that is all paused by itself is paused', () => {
    program.store.setPaused({ kind: 'batch', id: program.add(2) }, true);
    expect(view()).toMatchObject({ state: 'paused', line: 'Paused · 2 left', paused: false, moving: false });
  });

  test('offline says that it goes on by itself, and the machine may sleep', () => {
    program.add(2);
    program.link = offline('network');
    expect(view()).toMatchObject({
      state: 'uploading',
      line: 'Offline · goes on by itself',
      moving: false,
      unfinished: 2,
    });
  });

  test.each([
    ['login', 'The proxy wants a login'],
    ['person', 'Encord cannot be reached'],
  ] as const)('offline that waits for a %s needs a person while work waits for it', (waitsFor, what) => {
    program.link = offline(waitsFor);
    expect(said()).toEqual(['idle', 'Nothing to upload']);
    const batch = program.add(1_202);
    expect(view()).toMatchObject({ state: 'attention', line: `${what} · 1,202 left`, moving: false });
    fail(unitsOf(program.store, batch)[0] ?? 0);
    expect(view().line).toBe(`${what} · 1,201 left · 1 file needs you`);
    program.store.setPaused({ kind: 'all' }, true);
    expect(said()).toEqual(['paused', 'Paused · 1,201 left · 1 file needs you']);
  });

  test('failed files need a person', () => {
    const batch = program.add(3);
    for (const id of unitsOf(program.store, batch)) fail(id);
    expect(view()).toMatchObject({
      state: 'attention',
      line: '3 files need you',
      attention: 3,
      fraction: null,
      unfinished: 0,
    });
  });

  test('a batch that can never go on needs a person, though none of its files failed', () => {
    program.getStuck(program.add(2), 'The dataset is gone. Choose another.');
    expect(view()).toMatchObject({
      state: 'attention',
      line: '2 files need you',
      attention: 0,
      moving: false,
    });
    expect(view().batches[0]?.line).toBe('The dataset is gone');
  });

  test('an account that Encord turned away has to sign in again', () => {
    program.add(2);
    program.store.commit([{ kind: 'account-blocked', id: 'lab', failure: failure('key-unknown') }]);
    expect(said()).toEqual(['attention', 'Sign in again · 2 left']);
    const wrong = failure('clock-wrong', 'The clock is 9 minutes behind. Set it.');
    program.store.commit([{ kind: 'account-blocked', id: 'lab', failure: wrong }]);
    expect(said()).toEqual(['attention', 'The clock is 9 minutes behind · 2 left']);
  });

  test('a key that cannot be had is named while work waits for it', () => {
    program.trouble.set('lab', new UploaderError('keychain-locked', 'The keychain is locked. Unlock it.'));
    expect(said()).toEqual(['idle', 'Nothing to upload']);
    program.add(2);
    expect(said()).toEqual(['attention', 'The keychain is locked · 2 left']);
    program.trouble.set('lab', new UploaderError('passphrase-needed', 'Type it.'));
    expect(view()).toMatchObject({ line: 'Passphrase needed · 2 left', moving: false, unfinished: 0 });
  });

  test('a data folder that cannot be written is said in its own words', () => {
    program.add(1);
    const full = failure('disk-full', 'The disk of the data folder is full. Nothing is lost.');
    program.link = { kind: 'stuck', failure: { ...full, details: {} } };
    expect(said()).toEqual(['attention', 'The disk of the data folder is full']);
  });

  test('all is in: where, if it is one place', () => {
    finishSome(program.add(3), 3);
    expect(said()).toEqual(['idle', 'All 3 files are in Traffic Data']);
    finishSome(program.add(2, { datasetId: 'other', datasetTitle: 'Other' }), 2);
    expect(said()).toEqual(['idle', 'All 5 files are in Encord']);
    program.cancel(program.add(1));
    expect(view().line).toBe('5 files are in Encord');
  });
});

describe('batches and watch folders', () => {
  test('the newest five, each with a line of its own', () => {
    finishSome(program.add(1, { name: 'left out' }), 1);
    finishSome(program.add(2, { name: 'finished' }), 2);
    program.cancel(program.add(1, { name: 'cancelled' }));
    const failed = program.add(2, { name: 'failed' });
    finishSome(failed, 1);
    fail(unitsOf(program.store, failed)[1] ?? 0);
    program.store.setPaused({ kind: 'batch', id: program.add(3, { name: 'paused' }) }, true);
    finishSome(program.add(4, { name: 'Traffic\u202e 12' }), 1);
    expect(view().batches.map(({ name, line }) => `${name}: ${line}`)).toEqual([
      'Traffic· 12: 1 of 4',
      'paused: Paused · 0 of 3',
      'failed: 1 file needs you · 1 done',
      'cancelled: Cancelled',
      'finished: 2 files are in Traffic Data',
    ]);
  });

  test('a watch folder says how it is; one that is suspended needs a person', () => {
    const lines = () => view().folders.map(({ name, state, line }) => [name, state, line]);
    program.folders = [
      folder({ waiting: 2 }),
      folder({ id: 2, root: 'D:\\Recordings', on: false }),
      folder({ id: 3, root: '/', state: { kind: 'starting', files: 4 } }),
      folder({ id: 4, root: '/data/Slides/', attention: 3 }),
      folder({ id: 5, root: '/data/Orphan', accountId: 'gone' }),
    ];
    expect(lines()).toEqual([
      ['Scans', 'on', 'Watching · 2 waiting'],
      ['Recordings', 'off', 'Off'],
      ['/', 'on', 'Looking through it'],
      ['Slides', 'attention', '3 wait for you'],
      ['Orphan', 'attention', 'Its account was removed'],
    ]);
    expect(view().line).toBe('2 watch folders need you');
    program.folders = [folder({ state: suspended('The folder is not there. Connect its disk.') })];
    expect(lines()).toEqual([['Scans', 'suspended', 'Suspended: the folder is not there']]);
    expect(said()).toEqual(['attention', 'Scans is suspended']);
    program.add(1);
    expect(view().state).toBe('uploading');
  });
});

test('numbers are rounded as a person says them', () => {
  expect([0, 999, 8_400_000, 84_400_000, 999_700_000, 1_240_000_000].map(speedText)).toEqual([
    '0 bytes/s',
    '999 bytes/s',
    '8.4 MB/s',
    '84 MB/s',
    '1.0 GB/s',
    '1.2 GB/s',
  ]);
  const times = [3, 38, 58, 330, 24 * 60, 59 * 60, 2.4 * 3600, 30 * 3600, 80 * 3600];
  expect(times.map(timeText)).toEqual([
    'a few seconds',
    '40 s',
    '1 min',
    '6 min',
    '25 min',
    '1 h',
    '2½ h',
    '30 h',
    '3 days',
  ]);
  expect(firstSentence('It is 3.5 GB. Too much.\nMore.')).toBe('It is 3.5 GB');
  expect(oneLine('a\nb\u2066c')).toBe('a·b·c');
});
