/**
 * The host itself, Electron or the stand-in for it: it starts, shows the real pages, answers them through the real
 * preload, ends, and leaves nothing behind. The other specs rest on this.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { driver, expect, test } from './fixtures.ts';
import { pictures } from './work.ts';

/** Processes of this machine whose command line names a folder; none where the system cannot tell. */
function processesOf(folder: string): string[] {
  if (process.platform === 'win32') return [];
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder));
}

/** Calls main as the pages do. */
function call(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    ([called, given]) => Reflect.get<object, string>(window, 'encordUploader').call(called, given),
    [name, input] as const,
  );
}

test('the window shows the pages, the bridge answers, a second start shows it, and it quits without a trace', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Traffic');
  const desktop = await launch();
  expect(desktop.kind).toBe(driver.kind);
  const page = await desktop.page();
  await expect(page.getByRole('option', { name: 'Traffic' })).toBeVisible();
  await expect.poll(async () => (await desktop.windows())[0]?.visible).toBe(true);
  expect((await desktop.windows())[0]?.url).toBe('app://encord-uploader/');
  expect(await call(page, 'settings.get', null)).toMatchObject({ ok: true, value: { theme: 'system' } });

  await desktop.window('minimize');
  await expect.poll(async () => (await desktop.windows())[0]?.minimized).toBe(true);
  expect(await desktop.startAgain([])).toEqual({ code: 0, signal: null });
  await expect
    .poll(async () => (await desktop.windows())[0])
    .toMatchObject({ visible: true, focused: true, minimized: false });

  if (desktop.kind === 'stand-in') expect(processesOf(lab.folder)).not.toEqual([]);
  await desktop.quit();
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
  expect(processesOf(lab.folder)).toEqual([]);
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} ends it with all that it started, and it starts again`, async ({ lab, launch }) => {
    const first = await launch();
    await first.page();
    first.signal(signal);
    expect(await first.ended).toEqual(
      signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal },
    );
    // Whatever is killed with it needs a moment to notice.
    await expect.poll(() => processesOf(lab.folder)).toEqual([]);
    const second = await launch();
    expect(await call(await second.page(), 'settings.get', null)).toMatchObject({ ok: true });
  });
}

test('dropped files and folders arrive with the paths that they have', async ({ lab, launch }) => {
  await lab.dataset('Traffic');
  const one = pictures(lab, 'one', 2);
  const two = pictures(lab, 'two', 1);
  const desktop = await launch();
  const page = await desktop.page();
  await page.getByRole('option', { name: 'Traffic' }).click();
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
  await page.evaluate(() => {
    document.addEventListener('drop', (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      Reflect.set(
        window,
        'droppedPaths',
        Reflect.get<object, string>(window, 'encordUploader').pathsOf(files),
      );
    });
  });
  const paths = [join(one, 'one-1.png'), two];
  await desktop.drop(paths);
  await expect(page.getByTestId('review-files')).toHaveText('2 files');
  expect(await page.evaluate(() => Reflect.get(window, 'droppedPaths'))).toEqual(paths);
  expect(existsSync(paths[0] ?? '')).toBe(true);
});

test('the bridge is frozen, and what crosses it is cloned as the structured clone does it', async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await desktop.page();
  const seen = await page.evaluate(async () => {
    const bridge = Reflect.get<object, string>(window, 'encordUploader');
    const refusal = (input: unknown) => bridge.call('settings.get', input).then(() => null, String);
    const before = bridge.call;
    try {
      bridge.call = () => 'mine';
    } catch {
      // In strict code that is an error; either way nothing may come of it.
    }
    Reflect.set(window, 'encordUploader', null);
    return {
      unchanged: Reflect.get<object, string>(window, 'encordUploader') === bridge && bridge.call === before,
      function: await refusal(() => 1).catch(String),
      symbol: await Promise.resolve()
        .then(() => refusal(Symbol('s')))
        .catch(String),
      node: await Promise.resolve()
        .then(() => refusal(document))
        .catch(String),
      // These are cloned, so that main hears them and answers that they are no input.
      cloned: await Promise.all(
        [new Map([[1, 2]]), new Set([1]), new Date(0), 10n].map((input) =>
          bridge.call('settings.set', input),
        ),
      ),
      nodeInPage: [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')],
    };
  });
  expect(seen.unchanged).toBe(true);
  for (const refused of [seen.function, seen.symbol, seen.node])
    expect(refused).toMatch(/could not be cloned/);
  for (const answer of seen.cloned)
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(seen.nodeInPage).toEqual(['undefined', 'undefined']);
});

test('what a page tries is really tried, asked about, and stopped where main says so', async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await page.waitForLoadState();
  const address = page.url();
  await page.evaluate(() => Reflect.set(window, 'still', 'here'));
  const opened = await page.evaluate(() => [
    window.open('https://evil.example/') === null,
    window.open('https://docs.encord.com/') === null,
  ]);
  expect(opened).toEqual([true, true]);
  await expect.poll(async () => (await desktop.machine()).opened).toEqual(['https://docs.encord.com/']);
  for (const to of ['https://evil.example/', '/', 'about:blank', 'blob:']) {
    await page.evaluate((wanted) => {
      location.href =
        wanted === 'blob:' ? URL.createObjectURL(new Blob(['<p>other</p>'], { type: 'text/html' })) : wanted;
    }, to);
  }
  const download = page.waitForEvent('download');
  await page.evaluate(() => {
    const link = document.createElement('a');
    // So large that it is not there yet when main has said no.
    link.href = URL.createObjectURL(new Blob([new Uint8Array(100_000_000)]));
    link.download = 'taken.txt';
    link.click();
  });
  expect(await (await download).failure()).toBe('canceled');
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
  expect(page.url()).toBe(address);
  expect(await page.evaluate(() => Reflect.get<object, string>(window, 'still'))).toBe('here');
  expect(page.context().pages()).toEqual([page]);
});

test('the stand-in says by name what it lacks', async ({ lab }) => {
  test.skip(driver.kind !== 'stand-in', 'Electron lacks nothing of itself');
  const script = join(lab.folder, 'asks.mjs');
  writeFileSync(
    script,
    `import { app, Menu, nativeImage } from 'electron';
     for (const ask of [() => app.configureHostResolver({}), () => new Menu().sharing, () => nativeImage.createMenuSymbol('x')]) {
       try { ask(); console.log('nothing was said'); } catch (error) { console.log(error.message); }
     }
     app.exit(0);`,
  );
  const register = new URL('../../electron-standin/register.ts', import.meta.url).href;
  const said = execFileSync(process.execPath, ['--import', register, script], { encoding: 'utf8' });
  expect(said.trim().split('\n')).toEqual([
    'The stand-in for Electron has no app.configureHostResolver.',
    'The stand-in for Electron has no Menu.sharing.',
    'The stand-in for Electron has no nativeImage.createMenuSymbol.',
  ]);
});
