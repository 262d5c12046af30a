/** News of what keeps uploads back, and its words: accounts, keys, the way to Encord. */

import { beforeEach, expect, test } from 'vitest';
import { News } from '../../../main/app/desktop/news.ts';
import { say } from '../../../main/app/desktop/news-words.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { type NewsView, newsView } from '../../../preload/contract/desktop.ts';
import { failure, newAccount, unitsOf } from '../store/support.ts';
import { DeskProgram, offline } from './desk-program.ts';

const MINUTE = 60_000;
/** Long enough for the look and for what is gathered. */
const TOLD = 6_000;

let program: DeskProgram;
let news: News;
let told: NewsView[];

beforeEach(() => {
  program = new DeskProgram();
  told = [];
  news = new News(program, (one) => told.push(newsView.parse(one)));
});

/** The program changed, and so much time goes by. */
function heardAfter(ms: number): NewsView[] {
  news.look();
  program.clock.pass(ms);
  return told.splice(0);
}

function fail(unitId: number): void {
  for (const { id } of program.store.itemsOf(unitId))
    program.store.commit([{ kind: 'item', id, event: { on: 'failed', failure: failure() } }]);
}

const titles = (all: readonly NewsView[]) => all.map(({ title }) => title);

/** More accounts than the first. */
function accounts(...ids: string[]): void {
  for (const id of ids) program.store.addAccount(newAccount(id));
}

test('a passphrase is news of the signing in, which may be switched off by itself', () => {
  program.chosen.notifications.kinds.keychain = false;
  program.add(1);
  program.trouble.set('lab', new UploaderError('passphrase-needed', 'Type its passphrase.'));
  expect(heardAfter(TOLD)).toMatchObject([
    { kind: 'sign-in', body: 'Type its passphrase. 1 file waits for it.' },
  ]);
});

test('what keeps all accounts back alike is told as what it is', () => {
  accounts('other');
  for (const id of ['lab', 'other']) {
    program.add(2, { accountId: id });
    program.trouble.set(id, new UploaderError('keychain-locked', 'The keychain is locked. Unlock it.'));
  }
  expect(heardAfter(TOLD)).toMatchObject([
    { title: 'The keychain is locked', body: 'Unlock it. 4 files wait for it.' },
  ]);
  const wrong = failure('clock-wrong', 'It is 9 minutes behind. Set it.');
  for (const id of ['lab', 'other']) program.store.commit([{ kind: 'account-blocked', id, failure: wrong }]);
  expect(heardAfter(2 * MINUTE)).toMatchObject([
    {
      kind: 'sign-in',
      title: 'The clock of this machine is wrong',
      body: 'It is 9 minutes behind. Set it. 4 files wait for it.',
    },
  ]);
});

test('accounts that each need something of their own are named', () => {
  accounts('other');
  for (const id of ['lab', 'other']) {
    program.add(1, { accountId: id });
    program.trouble.set(id, new UploaderError('passphrase-needed', 'Type its passphrase.'));
  }
  expect(heardAfter(TOLD)).toMatchObject([
    {
      title: '2 accounts need their passphrases',
      body: 'Account lab and Account other. 2 files wait for them.',
    },
  ]);
});

test('a proxy that wants a login is told while files wait for it, and not again at each try', () => {
  const asks = offline('login', 'The proxy asks for a password. Give it in Settings, Network.');
  program.link = asks;
  expect(heardAfter(TOLD)).toEqual([]);
  program.add(3);
  expect(heardAfter(TOLD)).toEqual([
    {
      id: 1,
      kind: 'sign-in',
      title: 'The proxy wants a login',
      body: 'The proxy asks for a password. Give it in Settings, Network. 3 files wait.',
      place: { kind: 'settings', section: 'network' },
    },
  ]);
  program.link = { kind: 'online' };
  expect(heardAfter(TOLD)).toEqual([]);
  program.link = asks;
  expect(heardAfter(10 * MINUTE)).toEqual([]);
});

test('a way that only a person opens is told beside a batch that failed; one that opens by itself is not', () => {
  program.add(2);
  program.link = offline('network');
  expect(heardAfter(2 * MINUTE)).toEqual([]);
  program.link = offline('person', 'The proxy does not allow it. Ask whoever runs it.');
  const batch = program.add(1, { name: 'Traffic 12' });
  for (const id of unitsOf(program.store, batch)) fail(id);
  const heard = heardAfter(TOLD);
  expect(heard.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
  expect(heard).toContainEqual(
    expect.objectContaining({
      title: 'Encord cannot be reached',
      body: 'The proxy does not allow it. Ask whoever runs it. 2 files wait.',
    }),
  );
  expect(titles(heard)).toContain('Traffic 12 needs you');
});

test('of a long reason the end is left out, and what waits stays', () => {
  program.add(3);
  program.link = offline('person', `Somebody has to let it through${', as was said'.repeat(30)}.`);
  const [{ body } = { body: '' }] = heardAfter(TOLD);
  expect(body).toMatch(/^Somebody has to let it through, as was said.* (as|was|said)… 3 files wait\.$/);
  expect(body.length).toBeLessThanOrEqual(240);
});

test('those of which nothing certain is known are counted, one and many', () => {
  const batch = {
    about: 'batch',
    id: 1,
    name: 'Traffic 12',
    datasetTitle: 'Traffic',
    stuck: null,
  } as const;
  const body = (uncertain: number) => say([{ ...batch, done: 0, failed: 0, uncertain, watched: false }]).body;
  expect([body(1), body(1_204)]).toEqual([
    'It is not certain whether 1 file was registered.',
    'It is not certain whether 1,204 files were registered.',
  ]);
});
