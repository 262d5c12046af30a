/** Settings, Network: the proxy, its login, a lab's own authority, and the connection check. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { networkOf } from '../fake-network.ts';
import { callsOf, expect, test } from './stage.ts';

async function openSettings(page: Page) {
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Settings').click();
  const section = page.getByRole('region', { name: 'Network' });
  await section.scrollIntoViewIfNeeded();
  return section;
}

test('a proxy is chosen by hand, with what is wrong said beside it', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  const section = await openSettings(page);
  await expect(section.getByText('Encord is reached directly now')).toBeVisible();
  await section.getByRole('radio', { name: 'Manual' }).click();
  // Nothing holds before there is an address.
  expect(callsOf(main, 'settings.set')).toEqual([]);
  const address = section.getByLabel('Address of the proxy');
  await address.fill('proxy.lab.org:99999');
  const message = 'This is not the address of a proxy.';
  main.failNext.set('settings.set', { ok: false, error: { code: 'invalid-input', message, details: {} } });
  await section.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(section.getByRole('alert')).toContainText(message);
  await address.fill('http://proxy.lab.org:8080');
  await section.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(section.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0);
  expect(callsOf(main, 'settings.set').at(-1)).toEqual({
    network: { proxy: { kind: 'manual', address: 'http://proxy.lab.org:8080' }, caFile: null },
  });
  await section.getByRole('radio', { name: 'None' }).click();
  await expect(address).toHaveCount(0);
  const stays = 'The program cannot write its settings.';
  main.failNext.set('settings.set', { ok: false, error: { code: 'internal', message: stays, details: {} } });
  await section.getByRole('radio', { name: 'System' }).click();
  await expect(section.getByRole('alert')).toHaveText(stays);
  await section.getByRole('radio', { name: 'System' }).click();
  await expect(section.getByRole('alert')).toHaveCount(0);
});

test('two changes right after each other both hold', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  main.state.snapshot.settings.network = { proxy: { kind: 'system' }, caFile: '/etc/lab.pem' };
  main.changed('settings');
  const section = await openSettings(page);
  const answer = main.hold('settings.set');
  await section.getByRole('button', { name: 'Remove' }).click();
  await section.getByRole('radio', { name: 'None' }).click();
  answer();
  await expect(section.getByText('Encord is reached directly, whatever')).toBeVisible();
  expect(main.state.snapshot.settings.network).toEqual({ proxy: { kind: 'none' }, caFile: null });
});

test('a login that is asked for is given, and the password leaves the page', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  const network = networkOf(main);
  const section = await openSettings(page);
  await expect(section.getByLabel('Password', { exact: true })).toHaveCount(0);
  network.view = { ...network.view, proxy: 'http://proxy.lab:8080', loginNeeded: 'http://proxy.lab:8080' };
  main.changed('network');
  await expect(section.getByText('asks for a user name and a password.')).toBeVisible();
  await section.getByLabel('User name').fill('ada');
  await section.getByLabel('Password', { exact: true }).fill('hush-password');
  const message = 'The keychain is locked. Unlock it, then try again.';
  main.failNext.set('network.setProxyLogin', {
    ok: false,
    error: { code: 'keychain-locked', message, details: {} },
  });
  await section.getByRole('button', { name: 'Save the login' }).click();
  await expect(section.getByText(message)).toBeVisible();
  const password = section.getByLabel('Password', { exact: true });
  await expect(password).toHaveValue('');
  // It is the keychain that refused.
  await expect(password).not.toHaveAttribute('aria-invalid');
  await password.fill('hush-password');
  // What is typed stays while it is no longer asked for.
  network.view = { ...network.view, loginNeeded: null };
  main.changed('network');
  await expect(section.getByText('Only where your proxy asks for one.')).toBeVisible();
  await expect(password).toHaveValue('hush-password');
  await section.getByRole('switch', { name: 'this run only' }).click();
  await section.getByRole('button', { name: 'Save the login' }).click();
  await expect(section.getByText('ada, with the password for this run only.')).toBeVisible();
  expect(await page.content()).not.toContain('hush-password');
  expect(callsOf(main, 'network.setProxyLogin').at(-1)).toEqual({
    user: 'ada',
    password: 'hush-password',
    forThisRunOnly: true,
  });
  await section.getByRole('button', { name: 'Remove' }).click();
  await expect(section.getByText('Only where your proxy asks for one.')).toBeVisible();
});

test('an authority is named by its path where there is no dialog', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  const section = await openSettings(page);
  await section.getByRole('button', { name: 'Choose…' }).click();
  const path = section.getByLabel('Path of the file');
  await path.fill('/etc/lab.pem');
  const message = 'The certificate file /etc/lab.pem holds no certificate.';
  main.failNext.set('settings.set', { ok: false, error: { code: 'invalid-input', message, details: {} } });
  await section.getByRole('button', { name: 'Use this file' }).click();
  await expect(section.getByText(message)).toBeVisible();
  await section.getByRole('button', { name: 'Use this file' }).click();
  await expect(section.getByText('Trusted beside the system’s')).toBeVisible();
  await section.getByRole('button', { name: 'Remove' }).click();
  await expect(section.getByText('A PEM file of an authority')).toBeVisible();
});

test('the connection check shows what stands in the way, step by step', async ({ page, open, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const main = await open({ scene: 'busy', host: 'electron' });
  const network = networkOf(main);
  network.next = 'running';
  const section = await openSettings(page);
  await section.getByRole('button', { name: 'Check connection' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  await expect(dialog.getByRole('listitem')).toHaveCount(6);
  await expect(dialog.getByRole('listitem').nth(2)).toContainText('Trying');
  await expect(dialog.getByRole('button', { name: 'Check again' })).toBeDisabled();
  network.next = 'tls';
  network.begin();
  const tls = dialog.getByRole('listitem').filter({ hasText: 'Identity (TLS)' });
  await expect(tls).toContainText('Failed');
  await expect(tls).toContainText('‘Lab Proxy CA’');
  await expect(tls).toContainText('For the IT department');
  await expect(dialog).toContainText('2 things stand between this machine and api.encord.com');
  expect((await new AxeBuilder({ page }).include('[role=dialog]').analyze()).violations).toEqual([]);
  await dialog.getByRole('button', { name: 'Copy report' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('tls: failed.');
  network.next = 'well';
  await dialog.getByRole('button', { name: 'Check again' }).click();
  await expect(dialog).toContainText('All is well between this machine and api.encord.com');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(section.getByRole('button', { name: 'Check connection' })).toBeFocused();
});

test('opened again it says nothing of an earlier check, and names the clock first', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  const network = networkOf(main);
  network.next = 'clock';
  main.go({ kind: 'command', command: 'connection-check' });
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  await expect(dialog).toContainText('2 things stand between this machine and api.encord.com');
  await expect(dialog).toContainText('Begin with this one: Clock.');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toHaveCount(0);
  const begin = main.hold('network.check');
  network.next = 'well';
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect.poll(() => callsOf(main, 'network.check').length).toBe(2);
  await expect(dialog).toContainText('Beginning…');
  await expect(dialog).not.toContainText('things stand between');
  await expect(dialog.getByRole('listitem')).toHaveCount(0);
  begin();
  await expect(dialog).toContainText('All is well');
});

test('the check opens from elsewhere, over the settings', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  await expect(page.getByRole('main')).toBeVisible();
  main.go({ kind: 'command', command: 'connection-check' });
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  await expect(dialog).toContainText('All is well');
  expect(callsOf(main, 'network.check')).toEqual([{ accountId: null }]);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});
