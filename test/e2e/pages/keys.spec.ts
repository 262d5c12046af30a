/** Keys on the pages: making a pair, passphrases, checking an account; and that nothing of a secret stays in the page. */
import type { Page } from '@playwright/test';
import { addMadeKeys, FAKE_PASSPHRASE, setPassphrase } from '../fake-keys.ts';
import { callsOf, expect, paste, test } from './stage.ts';

/** Pieces that nothing else holds; the key needs the passphrase that the pretended main knows. */
const SECRET_PIECES = ['b3BlbnNzaC1rZXktdjEtENCRYPTED', 'Zm9yLXRoZS1wYWdlcy1hbG9uZQ', 'QmV0d2VlbkxpbmVz'];
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET_PIECES.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;

test('makes a key pair, says where it belongs, and signs in when Encord knows it', async ({
  page,
  open,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const main = await open({ scene: 'first-run' });
  await page.getByRole('radio', { name: 'I have no key yet' }).click();
  await page.getByRole('button', { name: 'Make a key pair' }).click();
  const publicKey = page.getByLabel('Public key', { exact: true });
  await expect(publicKey).toHaveValue(/^ssh-ed25519 AAAA/);
  await page.getByRole('button', { name: 'Copy public key' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await publicKey.inputValue());
  const link = page.getByRole('link', { name: /Encord/ });
  await expect(link).toHaveAttribute('href', 'https://app.encord.com/');
  await page.getByRole('radio', { name: 'us.encord.com', exact: true }).click();
  await expect(link).toHaveAttribute('href', 'https://app.us.encord.com/');

  main.failNext.set('accounts.signIn', {
    ok: false,
    error: { code: 'unauthenticated', message: 'Encord does not accept this key.', details: {} },
  });
  await page.getByRole('button', { name: 'Check and sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Encord does not know this key yet');
  await expect(publicKey).toBeVisible();
  await page.getByRole('button', { name: 'Check and sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn').at(-1)).toMatchObject({
    method: 'made-key',
    keyId: expect.stringMatching(/^SHA256:/),
    domain: 'https://api.us.encord.com',
  });
});

test('comes back to a pair that was made earlier, and deletes one after asking', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  addMadeKeys(main, 2);
  await page.reload();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText('2 key pairs wait for their account')).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Public key', { exact: true })).toHaveValue(/kz\+0/);
  await dialog.getByRole('button', { name: /^Key pair/ }).click();
  await page.getByRole('menuitemradio').nth(1).click();
  await expect(dialog.getByLabel('Public key', { exact: true })).toHaveValue(/kz\+1/);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete this key pair?' });
  await sure.getByRole('button', { name: 'Delete' }).click();
  await expect(dialog.getByLabel('Public key', { exact: true })).toHaveValue(/kz\+0/);
  expect(callsOf(main, 'accounts.dropKey')).toMatchObject([{ keyId: expect.stringContaining('qee1U') }]);
});

test('without a keychain makes a pair for this run, and only when that was chosen', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'no-keychain' });
  await page.getByRole('radio', { name: 'I have no key yet' }).click();
  await expect(page.getByRole('button', { name: 'Make a key pair' })).toBeDisabled();
  await page.getByRole('switch', { name: 'Keep it for this run only' }).click();
  await page.getByRole('button', { name: 'Make a key pair' }).click();
  await expect(page.getByText('sign in before you quit')).toBeVisible();
  await page.getByRole('button', { name: 'Check and sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn')).toMatchObject([{ method: 'made-key', forThisRunOnly: true }]);
});

test('a locked account says so, and opens with its passphrase', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  setPassphrase(main, 'lab', 'needed');
  await page.getByRole('button', { name: 'Enter the passphrase' }).click();
  const lab = page.getByRole('article', { name: 'Imaging lab' });
  const field = lab.getByLabel('Passphrase of the key');
  await field.fill('wrong');
  await lab.getByRole('button', { name: 'Unlock' }).click();
  await expect(lab.getByRole('alert')).toContainText('does not open this key');
  await field.fill(FAKE_PASSPHRASE);
  await lab.getByRole('checkbox', { name: /Remember the passphrase/ }).check();
  await lab.getByRole('button', { name: 'Unlock' }).click();
  await expect(field).toHaveCount(0);
  await expect(lab).toContainText('passphrase remembered');
  expect(callsOf(main, 'accounts.unlock').at(-1)).toMatchObject({ accountId: 'lab', remember: true });
});

test('checks the key of an account, and says what came of it there', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const lab = page.getByRole('article', { name: 'Imaging lab' });
  await lab.getByRole('button', { name: 'Check key' }).click();
  await expect(lab.getByRole('status')).toContainText('Encord answers and takes the secret of Imaging lab');
  main.failNext.set('accounts.check', {
    ok: false,
    error: { code: 'offline', message: 'Nothing gets through to api.encord.com.', details: {} },
  });
  await lab.getByRole('button', { name: 'Check key' }).click();
  await expect(lab.getByRole('status')).toContainText('Nothing gets through');
});

test('the passphrase is kept on unless a person has it remembered', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  for (const remember of [false, true]) {
    await page
      .getByRole('button', { name: /Imaging lab|reader@lab/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Add account…' }).click();
    const dialog = page.getByRole('dialog');
    await paste(page, 'Private key', KEY);
    await dialog.getByLabel('Passphrase of the key').fill(FAKE_PASSPHRASE);
    const box = dialog.getByRole('checkbox', { name: /Remember the passphrase/ });
    await expect(box).not.toBeChecked();
    if (remember) await box.check();
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(dialog).toHaveCount(0);
    expect(callsOf(main, 'accounts.signIn').at(-1)).toMatchObject({ rememberPassphrase: remember });
  }
});

test('nothing of the key or its passphrase stays in the page', async ({ page, open }) => {
  await open({ scene: 'first-run' });
  const passphrase = `${FAKE_PASSPHRASE}-sesame-4711`;
  await page.getByTestId('key-file').setInputFiles({
    name: 'id_ed25519',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(KEY),
  });
  const secrets = [...SECRET_PIECES, passphrase];
  // A wrong one first: it is in the field, in the call and in the answer's time.
  await page.getByLabel('Passphrase of the key').fill(passphrase);
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('alert')).toContainText('does not open the key');
  expect(found(await memoryOf(page), secrets)).toEqual(secrets);
  await page.getByLabel('Passphrase of the key').fill(FAKE_PASSPHRASE);
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(found(await storedBy(page), secrets)).toEqual([]);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(found(await storedBy(page), secrets)).toEqual([]);
  const memory = await memoryOf(page);
  // The search finds what is there.
  expect(found(memory, ['Where should files go?'])).toHaveLength(1);
  expect(found(memory, secrets)).toEqual([]);
});

function found(text: string, pieces: readonly string[]): string[] {
  return pieces.filter((piece) => text.includes(piece));
}

/** All that the page keeps outside its own memory, and what it shows. */
function storedBy(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const fields = [...document.querySelectorAll('input, textarea')].map((each) =>
      each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement ? each.value : '',
    );
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      databases,
      await caches.keys(),
      document.cookie,
      history.state,
      location.href,
      document.documentElement.outerHTML,
      fields,
    ]);
  });
}

/** A snapshot of the heap: every string that JavaScript or the DOM can still reach. */
async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  let text = '';
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    text += chunk;
  });
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return text;
}
