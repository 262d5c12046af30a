/**
 * Somebody got into the page of the program, and sends main what it does not expect: too much, too deep, too often, from
 * pages that are not the program's, and thousands of messages that are each a little wrong. Whatever is sent is answered as
 * the contract says or refused, and afterwards the program works.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { tracesOfKey } from '../../fixtures/traces.ts';
import { expect, test } from './fixtures.ts';
import { pageOf, unharmed } from './hostile.ts';
import type { Attack, Outcome } from './hostile-page.ts';
import { pictures } from './work.ts';

/** How many hostile messages the page sends; `ENCORD_UPLOADER_HOSTILE_MESSAGES` for more of them. */
const MESSAGES = Number(process.env.ENCORD_UPLOADER_HOSTILE_MESSAGES || 1_500);
const REFUSED_SENDER = /This sender is not one of the program’s pages/;

test('oversized and deep messages, tricks with the bridge, floods: answered or not even sent, and nothing is left of them', async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await pageOf(desktop);
  const sizes = await page.evaluate(async () => {
    const { encordUploader: bridge } = window;
    const send = (input: unknown, name: unknown = 'queue.rows'): Promise<string> =>
      Promise.resolve()
        .then(() => (bridge ? Reflect.apply(bridge.call, bridge, [name, input]) : null))
        .then(
          (answer) => (answer.ok ? 'taken' : answer.error.code),
          () => 'not sent',
        );
    const nested = (levels: number): unknown => {
      let value: unknown = 'bottom';
      for (let level = 0; level < levels; level += 1) value = [value];
      return value;
    };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    return [
      await send('x'.repeat(9_000_000)),
      await send({ search: 'x'.repeat(34_000_000) }),
      await send(nested(40)),
      await send(nested(900)),
      await send(nested(50_000)),
      await send(Array(1_000_001).fill(0)),
      await send(circle),
      await send(null, 'x'.repeat(9_000_000)),
      ...(await Promise.all(
        [null, 7, {}, ['queue.rows'], '__proto__', 'toString'].map((name) => send(null, name)),
      )),
    ];
  });
  for (const size of sizes) expect(['invalid-input', 'not sent']).toContain(size);
  expect(sizes.filter((size) => size === 'invalid-input').length).toBeGreaterThan(8);

  const tricks = await page.evaluate(async () => {
    const { encordUploader: bridge } = window;
    if (!bridge) return null;
    const fails = (attempt: () => unknown): boolean => {
      try {
        attempt();
        return false;
      } catch {
        return true;
      }
    };
    const mine = { call: () => 'mine' };
    const refusals = [
      fails(() => Object.defineProperty(window, 'encordUploader', { value: mine })),
      fails(() => Object.defineProperty(bridge, 'call', { value: mine.call })),
      fails(() => Object.setPrototypeOf(bridge, mine)),
      fails(() => Object.assign(bridge, mine)),
      !Reflect.deleteProperty(window, 'encordUploader'),
      !Reflect.set(bridge, 'more', 1),
    ];
    // What a page does to its own language stays its own.
    for (const name of ['ok', 'value', 'polluted', 'theme']) Reflect.set(Object.prototype, name, 'polluted');
    const own = JSON.parse(
      '{"__proto__":{"theme":"dark","polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    const answers = [
      await bridge.call('settings.set', own),
      await Reflect.apply(bridge.call, bridge, ['__proto__', own]),
      await Reflect.apply(bridge.call, bridge, ['constructor', own]),
    ].map((answer) => JSON.parse(JSON.stringify(answer)));
    for (const name of ['ok', 'value', 'polluted', 'theme']) Reflect.deleteProperty(Object.prototype, name);
    // The function's own realm would be one where more is allowed.
    refusals.push(fails(() => bridge.call.constructor('return require("electron")')()));
    const paths = [new File(['x'], 'passwd'), { name: 'passwd', path: '/etc/passwd' }].map((file) => {
      try {
        return Reflect.apply(bridge.pathsOf, bridge, [[file]]).length;
      } catch {
        return 0;
      }
    });
    const { ok, value } = JSON.parse(JSON.stringify(await bridge.call('settings.get', null)));
    const unknown = answers.slice(1).map((answer) => answer.error?.code);
    return { refusals, unknown, paths, after: [ok, value?.theme, 'polluted' in value] };
  });
  expect(tricks).toEqual({
    refusals: Array(7).fill(true),
    unknown: ['invalid-input', 'invalid-input'],
    paths: [0, 0],
    after: [true, 'system', false],
  });

  const flood = await page.evaluate(async () => {
    const { encordUploader: bridge } = window;
    const answers = await Promise.all(
      Array.from({ length: 4_000 }, () => bridge?.call('settings.get', null)),
    );
    return [...new Set(answers.map((answer) => (answer?.ok ? 'ok' : answer?.error.code)))].sort();
  });
  expect(flood).toEqual(['ok', 'rate-limited']);
  await expect
    .poll(() => page.evaluate(async () => (await window.encordUploader?.call('settings.get', null))?.ok))
    .toBe(true);
  await unharmed(desktop, page);
});

test('pages that are not the program’s are not answered, wherever the window was led; those that went away harm nothing', async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await pageOf(desktop);
  const home = page.url();
  const blob = await page.evaluate(() =>
    URL.createObjectURL(new Blob(['<p>mine</p>'], { type: 'text/html' })),
  );
  const asks = () =>
    page.evaluate(async () => {
      const { encordUploader: bridge } = window;
      // Without a bridge there is nobody to ask: as well.
      return bridge
        ? bridge.call('settings.get', null).then((answer) => `answered ${answer.ok}`, String)
        : 'no bridge';
    });
  for (const address of [
    'data:text/html,<p>mine</p>',
    'about:blank',
    'https://example.com/',
    'file:///etc/hostname',
  ]) {
    await page.goto(home);
    // Asked, and gone before there is an answer.
    await page.evaluate(() => {
      for (let times = 0; times < 50; times += 1) void window.encordUploader?.call('app.snapshot', null);
    });
    await page.goto(address).catch(() => {});
    await expect
      .poll(() => asks().catch(() => 'on its way'), { message: address })
      .toMatch(new RegExp(`${REFUSED_SENDER.source}|no bridge`));
  }
  await page.goto(home);
  await page.evaluate((to) => void location.assign(to), blob);
  // It is there now, or was kept from it; a page of another address has no say in either case.
  await expect
    .poll(async () => (page.url().startsWith('blob:') ? asks().catch(() => 'on its way') : 'at home'))
    .toMatch(new RegExp(`${REFUSED_SENDER.source}|at home`));
  const second = await page
    .context()
    .newPage()
    .catch(() => null);
  await expect.poll(() => second?.isClosed() ?? true).toBe(true);

  await page.goto(home);
  await page.evaluate(() => Reflect.set(window, 'mark', 'here'));
  await expect(page.getByRole('heading').first()).toBeVisible();
  await unharmed(desktop, page);
});

test(`the contract under ${MESSAGES} hostile messages from the page: each is answered in its shape, none fails inside, and the program works`, async ({
  lab,
  launch,
}) => {
  test.setTimeout(180_000 + MESSAGES * 20);
  const datasetId = await lab.dataset('Fuzzed', {
    rows: [{ count: 10, title: 'still', itemType: 'image', mimeType: 'image/png' }],
  });
  const folder = pictures(lab, 'some', 3);
  const ownKey = join(lab.folder, 'id_ed25519');
  writeFileSync(ownKey, lab.privateKey);
  const desktop = await launch();
  const page = await pageOf(desktop);
  // Whatever asks a person is cancelled by them.
  const cancelled = Array.from({ length: MESSAGES }, () => [
    { kind: 'open', paths: [] } as const,
    { kind: 'save', path: null } as const,
  ]);
  await desktop.answerNext(...cancelled.flat());
  await page.evaluate(await hostileCode());
  const attack: Attack = {
    messages: MESSAGES,
    seed: 1,
    known: {
      ...{
        path: [join(folder, 'some-0.png'), folder, ownKey, join(lab.folder, 'gone')],
        root: [folder],
        into: [join(lab.folder, 'into')],
      },
      ...{
        datasetId: [datasetId],
        domain: [lab.emulator.url, 'http://127.0.0.1:1'],
        key: [lab.privateKey, 'no key'],
      },
      ...{
        address: ['http://127.0.0.1:1'],
        caFile: [join(lab.folder, 'gone.pem')],
        nextDataFolder: [join(lab.folder, 'next')],
      },
      ...{
        heading: ['title', '-----BEGIN OPENSSH PRIVATE KEY-----'],
        passphrase: ['wrong'],
        password: ['hunter22'],
        email: ['lab@example.com'],
        bandwidth: ['off', '100M'],
      },
    },
    secrets: [...tracesOfKey(lab.privateKey)]
      .filter(([name]) => !name.startsWith('armour'))
      .map(([, trace]) => trace),
    // The account is the lab's: without it everything else would only be refused.
    spared: ['accounts.signOut'],
  };
  const outcome: Outcome = await page.evaluate((told) => Reflect.get(window, 'hostile').attack(told), attack);
  test.info().annotations.push({
    type: 'fuzz',
    description: JSON.stringify({ ...outcome, succeeded: outcome.succeeded.length }),
  });
  expect(outcome.findings).toEqual([]);
  expect(outcome.answered + outcome.notSent).toBe(MESSAGES);
  expect(outcome.answered).toBeGreaterThan(MESSAGES * 0.8);
  // They get somewhere: else nothing was tried but the door.
  expect(outcome.ok).toBeGreaterThan(MESSAGES / 20);
  expect(outcome.succeeded.length).toBeGreaterThan(30);
  expect(outcome.codes['invalid-input']).toBeGreaterThan(MESSAGES / 10);

  const afterwards = await page.evaluate(async () => {
    const { encordUploader: bridge } = window;
    const network = { proxy: { kind: 'system' as const }, caFile: null };
    const set = await bridge?.call('settings.set', { network });
    const listed = await bridge?.call('datasets.list', { search: '', refresh: true, offset: 0, limit: 10 });
    return [set?.ok, listed?.ok];
  });
  expect(afterwards).toEqual([true, true]);
  await page.reload();
  await expect(page.getByRole('heading').first()).toBeVisible();
});

/**
 * The hostile page's script as one text that leaves `window.hostile` behind. Its validator would make code of schemas where
 * it finds that it may, which it may while the test evaluates, and no longer afterwards: it is told not to.
 */
async function hostileCode(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'hostile-page.ts'), formats: ['iife'], name: 'hostile' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const code = output && 'output' in output ? output.output[0].code : '';
  return `(() => { window.__zod_globalConfig = { jitless: true };\n${code}\nwindow.hostile = hostile; })()`;
}
