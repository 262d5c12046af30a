/** A page that somebody got into, and whether the program is the worse for it. Used by `attacks.spec.ts` and `messages.spec.ts`. */

import type { Page } from '@playwright/test';
import type { Desktop } from '../../electron-standin/driver.ts';
import { expect } from './fixtures.ts';

/** The page of a program as it is installed, marked: whoever gets it to show another document takes the mark away. */
export async function pageOf(desktop: Desktop): Promise<Page> {
  const page = await desktop.page();
  await expect(page.getByRole('main').or(page.getByRole('heading')).first()).toBeVisible();
  await page.evaluate(() => Reflect.set(window, 'mark', 'here'));
  return page;
}

/** The same document is shown in the same window, and main answers it. */
export async function unharmed(desktop: Desktop, page: Page): Promise<void> {
  const answer = await page.evaluate(async () => {
    const settings = await window.encordUploader?.call('settings.get', null);
    return { ok: settings?.ok, mark: Reflect.get(window, 'mark') };
  });
  expect(answer).toEqual({ ok: true, mark: 'here' });
  expect(await desktop.windows()).toMatchObject([
    { url: expect.stringMatching(/^app:\/\/encord-uploader\//) },
  ]);
  expect(page.context().pages()).toHaveLength(1);
}
