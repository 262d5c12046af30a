/**
 * Keys on the desktop, in a real Secret Service: signed in once and for good, made here, kept under their passphrase, gone
 * at sign-out; a keychain that is locked. And that neither a file of the profile nor the page's memory holds a key.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sshpk from 'sshpk';
import type { Desktop } from '../../electron-standin/driver.ts';
import { makeKey } from '../../fixtures/keys.ts';
import type { Lab } from '../../fixtures/lab.ts';
import { type Traces, tracesIn, tracesOfKey, tracesUnder } from '../../fixtures/traces.ts';
import { Session, whyNoSession } from '../../integration/secrets/session.ts';
import { test as base, expect } from './fixtures.ts';
import { contentsOf, hand, heading, pictures, registered, trayLine } from './work.ts';

const PASSPHRASE = 'a passphrase that no file may hold';
const reason = whyNoSession();

interface KeyFixtures {
  readonly keyring: Session;
  /** Starts the program in the session of the keyring, with no key in its environment. */
  readonly begin: () => Promise<Desktop>;
}

const test = base.extend<KeyFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures that are asked for.
  keyring: async ({}, use) => {
    const session = await new Session().start();
    await session.startKeyring({ unlocked: true });
    await use(session);
    await session.stop();
  },

  begin: async ({ keyring, launch }, use) => {
    await use(() => launch({ env: { ...keyring.env, ENCORD_SSH_KEY: '', ENCORD_DOMAIN: '' } }));
  },
});

test.skip(reason !== null, reason ?? '');

/** Says where Encord is, and connects. */
async function connect(page: Page, lab: Lab, button = 'Connect'): Promise<void> {
  await page.getByRole('radio', { name: 'Other address' }).click();
  await page.getByRole('textbox', { name: 'Address of the API' }).fill(lab.emulator.url);
  await page.getByRole('button', { name: button, exact: true }).click();
}

async function openAccounts(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Settings').click();
  await expect(page.getByRole('region', { name: 'Accounts' })).toBeVisible();
}

/** Drops a file of this machine on the field of the key, as a person's mouse would. */
async function dropKey(page: Page, path: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Private key' });
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (box === null) throw new Error('The field of the key is not shown.');
  const session = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  await session.detach();
}

/** Everything that the page holds on to, as the text of a heap snapshot. */
async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const parts: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot');
  await session.detach();
  return parts.join('');
}

const tracesOf = (key: string): Traces => new Map([...tracesOfKey(key), ['passphrase', PASSPHRASE]]);

/**
 * Ends the program where it stands, so that nothing is tidied up, Chromium's caches neither, and looks for secrets in every
 * file of its data folder and profile.
 */
async function killAndSearch(desktop: Desktop, lab: Lab, traces: Traces, account: string): Promise<void> {
  desktop.signal('SIGKILL');
  await desktop.ended;
  expect(existsSync(join(lab.home, 'window'))).toBe(true);
  await expect(() => {
    // While its Chromium still ends, files may go away that were just there. The pages say how a key begins, and Chromium
    // keeps what it made of their code.
    const found = tracesUnder(lab.home, traces);
    expect(found.filter((each) => !/Code Cache.*: armour of the key$/.test(each))).toEqual([]);
    // The search reads what was written: it finds the account's name.
    expect(tracesUnder(lab.home, new Map([['account', account]]))).not.toEqual([]);
  }).toPass();
}

async function quit(desktop: Desktop): Promise<void> {
  await desktop.quit();
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
}

const pause = (page: Page, call: 'queue.pause' | 'queue.resume') =>
  page.evaluate(
    (name) => window.encordUploader?.call(name, { scope: { kind: 'all' } }).then((answer) => answer.ok),
    call,
  );

test('a dropped key: signed in for good, in no file and in no memory of the page, and gone at sign-out', async ({
  lab,
  keyring,
  begin,
}) => {
  await lab.dataset('Data');
  const file = join(lab.folder, 'id_ed25519');
  writeFileSync(file, lab.privateKey, { mode: 0o600 });
  const traces = tracesOf(lab.privateKey);
  const first = await begin();
  const page = await first.page();
  await dropKey(page, file);
  await expect(page.getByText('Ed25519 private key')).toBeVisible();
  await connect(page, lab);
  await expect(heading(page, 'Where should files go?')).toBeVisible();
  expect(keyring.entries()).toBe(1);
  await page.reload();
  await expect(heading(page, 'Where should files go?')).toBeVisible();
  const memory = await memoryOf(page);
  // The armour of a key stands in the placeholder of a field.
  const inMemory = new Map([...traces].filter(([name]) => !name.startsWith('armour')));
  expect(tracesIn(memory, inMemory)).toEqual([]);
  expect(memory).toContain('lab@example.com');
  await killAndSearch(first, lab, traces, 'lab@example.com');

  const second = await begin();
  const again = await second.page();
  await again.getByRole('option', { name: /^Data/ }).click();
  const folder = pictures(lab, 'dropped', 3);
  await hand(second, folder);
  await expect.poll(() => registered(lab)).toEqual(contentsOf([folder, 3]));
  await openAccounts(again);
  await again.getByRole('button', { name: 'Sign out' }).click();
  await again.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(again.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
  expect(keyring.entries()).toBe(0);
  await killAndSearch(second, lab, traces, 'lab@example.com');
});

test('a key pair that is made here waits, becomes an account, and holds its uploads while the keychain is locked', async ({
  lab,
  keyring,
  begin,
}) => {
  const first = await begin();
  const page = await first.page();
  await page.getByRole('radio', { name: 'I have no key yet' }).click();
  await page.getByRole('button', { name: 'Make a key pair' }).click();
  const made = page.getByLabel('Public key', { exact: true });
  await expect(made).toHaveValue(/^ssh-ed25519 AAAA/);
  const publicKey = await made.inputValue();
  await connect(page, lab, 'Check and sign in');
  await expect(page.getByText('Encord does not know this key yet')).toBeVisible();
  await lab.control('POST', 'keys', { publicKey, email: 'made@example.com' });
  await lab.dataset('Data', { users: [{ email: 'made@example.com', role: 'admin' }] });
  await page.getByRole('button', { name: 'Check and sign in' }).click();
  await page.getByRole('option', { name: /^Data/ }).click();
  expect(keyring.entries()).toBe(1);
  expect(await pause(page, 'queue.pause')).toBe(true);
  const folder = pictures(lab, 'made', 2);
  await hand(first, folder);
  await expect(page.getByText('made', { exact: true }).first()).toBeVisible();
  // Who quits is asked about what is not done; paused, it goes on later.
  await first.answerNext({ kind: 'message', button: 'Quit' });
  await quit(first);

  keyring.lock();
  const second = await begin();
  const shown = await second.page();
  expect(await pause(shown, 'queue.resume')).toBe(true);
  const news = async () => (await second.notifications()).map(({ title }) => title);
  await expect.poll(news).toEqual(['The keychain is locked']);
  expect((await second.notifications())[0]?.body).toContain('2 files wait for it');
  await second.clickNotification(0);
  await expect(shown.getByRole('region', { name: 'Accounts' })).toContainText('The keychain is locked');
  await shown.getByRole('button', { name: 'Check key' }).first().click();
  await expect(
    shown
      .getByRole('status')
      .filter({ hasText: /keychain is locked/i })
      .first(),
  ).toBeVisible();
  expect(await news()).toEqual(['The keychain is locked']);
  expect(await registered(lab)).toEqual([]);
});

test('a key under its passphrase: asked for at the start, its uploads wait until it is given, and nothing of it stays', async ({
  lab,
  begin,
}) => {
  const email = 'locked@example.com';
  const locked = makeKey(email, PASSPHRASE);
  await lab.control('POST', 'keys', { publicKey: locked.publicKey, email });
  await lab.dataset('Data', { users: [{ email, role: 'admin' }] });
  const first = await begin();
  const page = await first.page();
  // As a paste does it: the field is filled at once.
  await page.getByRole('textbox', { name: 'Private key' }).fill(locked.privateKey);
  await page.getByLabel('Passphrase of the key').fill('wrong');
  await connect(page, lab);
  await expect(
    page
      .getByText(/passphrase/i)
      .filter({ hasText: /wrong|not open|does not/i })
      .first(),
  ).toBeVisible();
  await page.getByLabel('Passphrase of the key').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('option', { name: /^Data/ }).click();
  expect(await pause(page, 'queue.pause')).toBe(true);
  const folder = pictures(lab, 'sealed', 2);
  await hand(first, folder);
  const open = sshpk
    .parsePrivateKey(locked.privateKey, 'openssh', { passphrase: PASSPHRASE })
    .toString('openssh');
  const traces = new Map([...tracesOf(open), ['sealed key', locked.privateKey.split('\n')[3] ?? '']]);
  await killAndSearch(first, lab, traces, email);

  const second = await begin();
  const shown = await second.page();
  expect(await pause(shown, 'queue.resume')).toBe(true);
  await expect
    .poll(async () => (await second.notifications()).map(({ title }) => title))
    .toEqual([expect.stringContaining('needs its passphrase')]);
  expect(await trayLine(second)).not.toBe('');
  expect(await registered(lab)).toEqual([]);
  await second.clickNotification(0);
  const unlock = shown.getByRole('region', { name: /^Unlock/ });
  await unlock.getByLabel('Passphrase of the key').fill(PASSPHRASE);
  await unlock.getByRole('button', { name: 'Unlock' }).click();
  await expect.poll(() => registered(lab)).toEqual(contentsOf([folder, 2]));
  await expect(unlock).toHaveCount(0);
  await killAndSearch(second, lab, traces, email);
});
