/** Work for the desktop program in tests: files to hand over, reviews to agree to, and what came of it. Used by the specs of this folder. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import { DEFAULT_RULES } from '../../../main/core/watch/rules.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import type { Desktop, MenuFact } from '../../electron-standin/driver.ts';
import { type Lab, sha256 } from '../../fixtures/lab.ts';
import { makePng } from '../../fixtures/png.ts';
import { expect } from './fixtures.ts';

/** Longer than any test lasts: what stalls so long ends only where somebody breaks it off. */
const FOR_EVER_MS = 600_000;
let seed = 0;

/** A folder of the lab with so many different images; answers its path. */
export function pictures(lab: Lab, name: string, count: number, bytes = 40_000): string {
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1) {
    seed += 1;
    writeFileSync(join(folder, `${name}-${index}.png`), makePng({ seed, bytes }));
  }
  return folder;
}

/** What each file of such folders is to be in Encord: once, and with its bytes. */
export function contentsOf(...folders: readonly (readonly [path: string, count: number])[]): string[] {
  return folders
    .flatMap(([path, count]) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return Array.from({ length: count }, (_, index) => sha256(join(path, `${name}-${index}.png`)));
    })
    .sort();
}

/** The contents of the rows of a dataset, and that nothing else was ever registered. */
export async function registered(lab: Lab, title = 'Data'): Promise<string[]> {
  const { datasets, registrations, items } = await lab.state();
  const rows = datasets.find((dataset) => dataset.title === title)?.rows ?? [];
  expect(registrations).toBe(items.length);
  return rows.map((row) => row.sha256 ?? '').sort();
}

/** From now on the next PUTs stop half way, until somebody breaks them off. */
export function stall(lab: Lab, puts: number): Promise<unknown> {
  return lab.fault({ kind: 'put' }, { stallMs: FOR_EVER_MS }, puts);
}

/** Lets everything go on as usual. */
export function clear(lab: Lab): Promise<unknown> {
  return lab.control('DELETE', 'faults');
}

const armed = z.array(
  z.object({ match: z.object({ kind: z.string(), nth: z.number().optional() }), matched: z.number() }),
);
const NEVER = 1_000_000;

/** Counts the requests of a kind that reach the emulator from now on, until the faults are cleared. */
export async function countRequests(
  lab: Lab,
  kind: 'grant' | 'put' | 'register',
): Promise<() => Promise<number>> {
  await lab.fault({ kind, nth: NEVER }, { delayMs: 0 });
  return async () => {
    const all = armed.parse(await lab.control('GET', 'faults'));
    return all.find(({ match }) => match.kind === kind && match.nth === NEVER)?.matched ?? 0;
  };
}

/** Calls main as the pages do, and answers the value; the test fails where it is refused. */
export async function ask(page: Page, name: CallName, input: unknown): Promise<unknown> {
  const answer = await page.evaluate(
    ([called, given]) => {
      const { encordUploader } = window as unknown as { encordUploader: AnyBridge };
      return encordUploader.call(called, given);
    },
    [name, input] as const,
  );
  expect(answer).toMatchObject({ ok: true });
  return z.object({ value: z.unknown() }).parse(answer).value;
}

interface AnyBridge {
  call(name: string, input: unknown): Promise<unknown>;
}

/** Watches a folder of the lab from now on, with everything in it finished at once; answers its path. */
export async function watch(page: Page, root: string, datasetId: string): Promise<void> {
  const { activeAccountId } = z
    .object({ activeAccountId: z.string() })
    .parse(await ask(page, 'app.snapshot', null));
  const readiness = { ...DEFAULT_RULES.readiness, quietSeconds: 0.3, quietSecondsPerGB: 0 };
  const draft = { root, accountId: activeAccountId, datasetId, folderId: null, existing: 'all', on: true };
  await ask(page, 'watch.add', { ...draft, rules: { ...DEFAULT_RULES, readiness } });
}

export const review = (page: Page) => page.getByRole('dialog', { name: 'Review' });
export const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { name, exact: true });

/** Agrees to what the review shows, into the dataset; the first time nothing is chosen yet. */
export async function agree(page: Page, dataset = 'Data'): Promise<void> {
  const sheet = review(page);
  const upload = sheet.getByRole('button', { name: new RegExp(`^Upload .* to ${dataset}`) });
  const choose = sheet.getByRole('button', { name: 'Choose a dataset' }).last();
  await expect(upload.or(choose)).toBeEnabled();
  if (await choose.isVisible()) {
    await choose.click();
    await page.getByRole('option', { name: new RegExp(`^${dataset}`) }).click();
  }
  await upload.click();
  await expect(sheet).toHaveCount(0);
}

/** Hands a folder over by a second start, and agrees to its review. */
export async function hand(desktop: Desktop, folder: string): Promise<void> {
  expect((await desktop.startAgain([folder])).code).toBe(0);
  await agree(await desktop.page());
}

/** The tray as a person sees it: its line, which is the first of its menu, and its picture without the ground it stands on. */
export async function trayNow(
  desktop: Desktop,
): Promise<{ line: string; picture: string; menu: MenuFact[] }> {
  const tray = await desktop.tray();
  return {
    line: tray?.menu[0]?.label ?? '',
    picture: tray?.image.replace(/(-on-light|-on-dark|Template)?\.png$/, '') ?? '',
    menu: [...(tray?.menu ?? [])],
  };
}

export const trayLine = async (desktop: Desktop): Promise<string> => (await trayNow(desktop)).line;

/** Waits until a program that was started for the tray alone is there. */
export async function inTray(desktop: Desktop): Promise<void> {
  await expect.poll(() => desktop.tray()).not.toBeNull();
}

/** An item of a menu by the labels on the way; null where it is not there. */
export function item(menu: readonly MenuFact[], ...path: readonly string[]): MenuFact | null {
  const [label, ...rest] = path;
  const found = menu.find((each) => each.label === label) ?? null;
  return found === null || rest.length === 0 ? found : item(found.submenu, ...rest);
}

/** Chooses from the tray's menu as a person does, who sees that the item is there before clicking it. */
export async function trayMenu(desktop: Desktop, path: readonly string[]): Promise<void> {
  await expect.poll(async () => item((await trayNow(desktop)).menu, ...path)).not.toBeNull();
  await desktop.clickTrayMenu(path);
}

/** Waits until there is a window to be seen, as a person does before touching it. */
export async function seen(desktop: Desktop): Promise<void> {
  await expect.poll(async () => (await desktop.windows())[0]?.visible).toBe(true);
}

/** Closes the window as a person does, where that leaves the program in the tray. */
export async function hide(desktop: Desktop): Promise<void> {
  await desktop.window('close');
  await expect.poll(async () => (await desktop.windows()).map(({ visible }) => visible)).toEqual([false]);
}

export async function inFront(desktop: Desktop): Promise<boolean> {
  const [window] = await desktop.windows();
  return window?.visible === true && window.focused;
}
