/**
 * The desktop program on the networks that labs have: the system's proxy by a PAC file, one with a login that is given on
 * the Settings page, one that reads the traffic; the connection check; and a network that comes back.
 */

import type { Page } from '@playwright/test';
import type { Desktop, LaunchOptions } from '../../electron-standin/driver.ts';
import { HAS_OPENSSL } from '../../fixtures/certificates.ts';
import { WebProxy, type WebProxyOptions } from '../../fixtures/lab-proxies.ts';
import { API, NetworkRig, NO_PROXIES, STORAGE } from '../../integration/network/rig.ts';
import { test as base, expect } from './fixtures.ts';
import { contentsOf, hand, pictures, registered } from './work.ts';

const LOGIN = { user: 'ada', password: 's3cret p%ss:w0rd' };

interface NetworkFixtures {
  /** An emulator that only proxies know the way to. */
  readonly rig: NetworkRig;
  readonly proxyWith: (options?: Partial<WebProxyOptions>) => Promise<WebProxy>;
  readonly begin: (options?: Partial<LaunchOptions>) => Promise<Desktop>;
}

const test = base.extend<NetworkFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures that are asked for.
  rig: async ({}, use) => {
    const rig = await NetworkRig.open();
    await use(rig);
    await rig.close();
  },

  proxyWith: async ({ rig }, use) => {
    const opened: WebProxy[] = [];
    await use(async (options = {}) => {
      const proxy = await WebProxy.open({ names: rig.names, ...options });
      opened.push(proxy);
      return proxy;
    });
    for (const proxy of opened) await proxy.close();
  },

  begin: async ({ rig, launch }, use) => {
    await use(({ env = {}, ...options } = {}) =>
      launch({
        home: rig.lab.home,
        ...options,
        env: {
          ...Object.fromEntries(Object.keys(NO_PROXIES).map((name) => [name, ''])),
          HOME: rig.lab.folder,
          ENCORD_SSH_KEY: rig.lab.privateKey,
          ENCORD_DOMAIN: `https://${API}`,
          ENCORD_CA_FILE: rig.caFile,
          DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
          ...env,
        },
      }),
    );
  },
});

test.skip(!HAS_OPENSSL, 'openssl is not installed');

const pacTo = (proxy: WebProxy): string =>
  `function FindProxyForURL(url, host) {
    return dnsDomainIs(host, '.lab') ? 'PROXY 127.0.0.1:${proxy.port}' : 'DIRECT';
  }`;

async function openNetwork(page: Page) {
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Settings').click();
  const section = page.getByRole('region', { name: 'Network' });
  await section.scrollIntoViewIfNeeded();
  return section;
}

/** Without an account's first choice of a dataset the pages are not there yet. */
async function passFirstRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Choose later' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
}

test('the system’s PAC file leads API and storage through its proxy; the check of the menu says so in six steps', async ({
  rig,
  proxyWith,
  begin,
}) => {
  await rig.lab.dataset('Data');
  const proxy = await proxyWith();
  const desktop = await begin({ pac: pacTo(proxy) });
  const page = await desktop.page();
  await page.getByRole('option', { name: /^Data/ }).click();
  const folder = pictures(rig.lab, 'behind', 2);
  await hand(desktop, folder);
  await expect.poll(() => registered(rig.lab)).toEqual(contentsOf([folder, 2]));
  expect(new Set(proxy.hosts)).toEqual(new Set([API, STORAGE]));
  const section = await openNetwork(page);
  await expect(section).toContainText(proxy.url);

  await page.getByRole('navigation', { name: 'Pages' }).getByText('Uploads').click();
  await desktop.clickMenu(['Help', 'Connection Check…']);
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  const steps = dialog.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  await expect(dialog.getByText(`All is well between this machine and ${API}.`).first()).toBeVisible();
  await expect(steps).toHaveCount(6);
  await expect(steps).toHaveText([
    /^Proxy/,
    /^Name \(DNS\)/,
    /^Identity \(TLS\)/,
    /^Encord API/,
    /^Clock/,
    /^Storage/,
  ]);
});

test('a proxy by hand that asks for a login gets it from the Settings page, and uploads go on', async ({
  rig,
  proxyWith,
  begin,
}) => {
  await rig.lab.dataset('Data');
  const proxy = await proxyWith({ login: `${LOGIN.user}:${LOGIN.password}` });
  const desktop = await begin();
  const page = await desktop.page();
  await passFirstRun(page);
  const section = await openNetwork(page);
  await section.getByRole('radio', { name: 'Manual' }).click();
  await section.getByLabel('Address of the proxy').fill(proxy.url);
  await section.getByRole('button', { name: 'Save', exact: true }).click();
  await section.getByRole('button', { name: 'Check connection' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  await expect(dialog.getByText(/stand(s)? between this machine/).first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(section.getByText(/asks for a user name and a password/)).toBeVisible();
  await section.getByLabel('User name').fill(LOGIN.user);
  await section.getByLabel('Password', { exact: true }).fill(LOGIN.password);
  await section.getByRole('button', { name: 'Save the login' }).click();
  await expect(section.getByText(/asks for a user name and a password/)).toHaveCount(0);
  const folder = pictures(rig.lab, 'logged', 2);
  await hand(desktop, folder);
  await expect.poll(() => registered(rig.lab)).toEqual(contentsOf([folder, 2]));
  expect(proxy.times(STORAGE)).toBeGreaterThan(0);
  expect(proxy.refused.every((given) => given === null)).toBe(true);
  expect(await page.content()).not.toContain(LOGIN.password);
  expect(desktop.output()).not.toContain(LOGIN.password);
});

test('a network that reads the traffic is named by the check, trusted once its authority is chosen; and a network comes back', async ({
  rig,
  proxyWith,
  begin,
}) => {
  await rig.lab.dataset('Data');
  const proxy = await proxyWith({ names: rig.intercepted });
  const desktop = await begin({ pac: pacTo(proxy) });
  const page = await desktop.page();
  await passFirstRun(page);
  await desktop.clickMenu(['Help', 'Connection Check…']);
  const dialog = page.getByRole('dialog', { name: 'Connection check' });
  await expect(dialog.getByText(/The certificate comes from ‘Lab Proxy CA’/)).toBeVisible();
  await expect(dialog.getByText(`${API} port 443`)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  const section = await openNetwork(page);
  await desktop.answerNext({ kind: 'open', paths: [rig.interceptorCaFile] });
  await section.getByRole('button', { name: 'Choose…' }).click();
  await expect(section).toContainText(rig.interceptorCaFile);
  const folder = pictures(rig.lab, 'read', 2);
  await hand(desktop, folder);
  await expect.poll(() => registered(rig.lab)).toEqual(contentsOf([folder, 2]));

  // The line is cut, and comes back; it may be the program's own next try that notices first.
  await proxy.close();
  const lost = pictures(rig.lab, 'lost', 1);
  await hand(desktop, lost);
  await expect.poll(() => connectionOf(page)).toBe('offline');
  await proxyWith({ names: rig.intercepted, port: proxy.port });
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await expect.poll(() => registered(rig.lab)).toEqual(contentsOf([folder, 2], [lost, 1]));
  await expect.poll(() => connectionOf(page)).toBe('online');
});

function connectionOf(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const answer = await window.encordUploader?.call('app.snapshot', null);
    return answer?.ok ? answer.value.connection.kind : undefined;
  });
}
