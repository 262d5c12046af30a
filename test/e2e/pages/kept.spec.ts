/** What somebody typed is there when they come back to its page; what holds when it is left holds by keys too. */
import type { Page } from '@playwright/test';
import { callsOf, expect, paste, test } from './stage.ts';

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nENCRYPTED\n-----END OPENSSH PRIVATE KEY-----\n';

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByText(name, { exact: true }).click();
}

test('a sign-in that needs the settings first goes on where it was', async ({ page, open }) => {
  const main = await open({ scene: 'first-run' });
  await paste(page, 'Private key', KEY);
  const passphrase = page.getByLabel('Passphrase of the key');
  await passphrase.fill('open');
  await page.getByRole('radio', { name: 'us.encord.com', exact: true }).click();
  await page.getByLabel('Name').fill('Imaging lab');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(passphrase).toBeHidden();
  await goTo(page, 'Uploads');
  await expect(page.getByRole('heading', { name: 'Connect to Encord' })).toBeVisible();
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('heading', { name: 'Where should files go?' })).toBeVisible();
  expect(callsOf(main, 'accounts.signIn')).toMatchObject([
    { key: KEY, passphrase: 'open', domain: 'https://api.us.encord.com', name: 'Imaging lab' },
  ]);
});

test('a field that holds when it is left holds when a key or the tray leads away', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  const quiet = () => main.state.snapshot.settings.notifications.quiet;
  await goTo(page, 'Settings');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await page.getByLabel('Quiet from').fill('12:15');
  await page.keyboard.press('Control+1');
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
  await expect.poll(quiet).toEqual({ from: '12:15', to: '07:00' });

  await goTo(page, 'Settings');
  await page.getByLabel('Quiet until').fill('08:30');
  main.go({ kind: 'uploads', batchId: null });
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
  await expect.poll(quiet).toEqual({ from: '12:15', to: '08:30' });
});

test('settings that wait for a button are there again, and forgotten once they are saved', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  await goTo(page, 'Settings');
  const size = page.getByLabel('Largest file in GB');
  await size.fill('2.5');
  await page.getByRole('radio', { name: 'By the clock' }).click();
  await page.getByLabel('Timetable').fill('08:00,512k 19:00,off');
  const network = page.getByRole('region', { name: 'Network' });
  await network.getByRole('radio', { name: 'Manual' }).click();
  await network.getByLabel('Address of the proxy').fill('http://proxy.lab.org:8080');
  await network.getByRole('button', { name: 'Choose…' }).click();
  await network.getByLabel('Path of the file').fill('/etc/lab.pem');
  await goTo(page, 'Uploads');
  await expect(network).toHaveCount(0);
  await goTo(page, 'Settings');
  await expect(page.getByLabel('Timetable')).toHaveValue('08:00,512k 19:00,off');
  await expect(network.getByLabel('Address of the proxy')).toHaveValue('http://proxy.lab.org:8080');
  await expect(size).toHaveValue('2.5');
  await network.getByRole('button', { name: 'Use this file' }).click();
  await size.press('Enter');
  await expect.poll(() => main.state.snapshot.settings.sizeLimitBytes).toBe(2_500_000_000);
  await network.getByRole('button', { name: 'Cancel' }).click();
  await goTo(page, 'Uploads');
  await goTo(page, 'Settings');
  await expect(network.getByText('Trusted beside the system’s')).toBeVisible();
  await expect(network.getByLabel('Path of the file')).toHaveCount(0);
  await expect(network.getByLabel('Address of the proxy')).toHaveCount(0);
});

test('an invitation is there again when its dataset is, and no other has it', async ({ page, open }) => {
  const main = await open({ scene: 'done' });
  const openTeam = async (title: string) => {
    await goTo(page, 'Datasets');
    await page.getByRole('button', { name: title, exact: true }).click();
    await page.getByRole('radio', { name: 'Settings' }).click();
  };
  await openTeam('Traffic Data');
  const team = page.getByRole('region', { name: 'Team', exact: true });
  await paste(page, 'Invite by e-mail', 'ann@lab.example, blocked@lab.example');
  await team.getByRole('radio', { name: 'Admin' }).click();
  await goTo(page, 'Uploads');
  await openTeam('Zebrafish larvae');
  await expect(team.getByRole('radio', { name: 'User' })).toBeChecked();
  await expect(team.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  await goTo(page, 'Uploads');
  await openTeam('Traffic Data');
  await expect(team.getByRole('radio', { name: 'Admin' })).toBeChecked();
  const answer = main.hold('team.add');
  await team.getByRole('button', { name: 'Invite 2 people' }).click();
  // Whoever leaves and comes back meanwhile does not invite them twice.
  await goTo(page, 'Uploads');
  await openTeam('Traffic Data');
  await expect(team.locator('button[aria-busy]')).toBeVisible();
  answer();
  // Who could not be added is known nowhere else.
  await expect(team.getByText('1 person added, 1 could not be added').last()).toBeVisible();
  await goTo(page, 'Uploads');
  await openTeam('Traffic Data');
  await team.getByRole('button', { name: 'Put it back into the field' }).click();
  await expect(team.getByRole('button', { name: 'Remove blocked@lab.example' })).toBeVisible();
  await expect(team.getByRole('radio', { name: 'User' })).toBeChecked();
});
