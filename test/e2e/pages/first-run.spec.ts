/** The first minutes: connecting an account, choosing a dataset, and what happens to the key on the way. */
import { callsOf, expect, paste, test } from './stage.ts';

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n';
const LOCKED = KEY.replace('b3Blb', 'ENCRYPTED');

test('leads from a key to a dataset to the place to drop', async ({ page, open }) => {
  const main = await open({ scene: 'first-run' });
  await expect(page.getByRole('heading', { name: 'Connect to Encord' })).toBeVisible();
  expect(page.url()).not.toContain('token');

  await paste(page, 'Private key', KEY);
  await expect(page.getByText('SHA256:mVPwvezndPv')).toBeVisible();
  await page.getByRole('button', { name: 'Connect' }).click();

  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(await page.content()).not.toContain('b3BlbnNzaC1rZXk');
  expect(callsOf(main, 'accounts.signIn')).toEqual([
    {
      method: 'ssh',
      key: KEY,
      passphrase: null,
      rememberPassphrase: false,
      domain: 'https://api.encord.com',
      name: null,
      forThisRunOnly: false,
    },
  ]);

  await page.getByRole('option', { name: /Zebrafish larvae/ }).click();
  await expect(page.getByRole('heading', { name: 'Drop files or folders anywhere' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Zebrafish larvae' })).toBeVisible();
});

test('asks for a passphrase only where the key has one, and lets it be tried again', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'first-run' });
  await expect(page.getByLabel('Passphrase of the key')).toHaveCount(0);
  await page.getByTestId('key-file').setInputFiles({
    name: 'id_ed25519',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(LOCKED),
  });
  await page.getByLabel('Passphrase of the key').fill('wrong');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('alert')).toContainText('does not open the key');

  await page.getByLabel('Passphrase of the key').fill('open');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn')).toHaveLength(2);
});

test('says what is wrong with a public key, and keeps nothing of it', async ({ page, open }) => {
  const main = await open({ scene: 'first-run' });
  await paste(page, 'Private key', 'ssh-ed25519 AAAAC3 me@lab');
  await expect(page.getByRole('alert')).toContainText('not an OpenSSH private key');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('alert')).toContainText('Give the private key first');
  expect(callsOf(main, 'accounts.signIn')).toHaveLength(0);
});

test('without a keychain says so, and signs in for this run alone', async ({ page, open }) => {
  const main = await open({ scene: 'no-keychain' });
  await paste(page, 'Private key', KEY);
  await expect(page.getByText('No Secret Service answers')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Connect' })).toBeDisabled();
  await page.getByRole('switch', { name: 'Keep it for this run only' }).click();
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn')).toMatchObject([{ forThisRunOnly: true }]);
});

test('takes a dataset API key and its dataset, at an address of one’s own', async ({ page, open }) => {
  const main = await open({ scene: 'first-run' });
  await page.getByRole('radio', { name: 'Dataset API key' }).click();
  await page.getByLabel('API key', { exact: true }).fill('secret-api-key');
  await page.getByLabel('Dataset id').fill('d-1');
  await page.getByRole('radio', { name: 'Other address' }).click();
  await page.getByLabel('Address of the API').fill('https://encord.lab.example');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('heading', { name: 'Drop files or folders anywhere' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn')).toMatchObject([
    { method: 'api-key', apiKey: 'secret-api-key', datasetId: 'd-1', domain: 'https://encord.lab.example' },
  ]);
});
