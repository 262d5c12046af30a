/** What every spec of the pages stands on: a pretended main of a scene, and a page that breaks no rule. */
import { test as base, expect, type Page } from '@playwright/test';
import { FakeMain, type FakeOptions } from '../fake-main.ts';

interface Stage {
  /** Opens the pages on a scene. Console errors and policy violations fail the test at its end. */
  open: (options: FakeOptions) => Promise<FakeMain>;
}

/** What Chromium says by itself when the line is cut on purpose. */
const EXPECTED = /WebSocket connection to .* failed/;

export const test = base.extend<Stage>({
  open: async ({ page }, use) => {
    const mains: FakeMain[] = [];
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await use(async (options) => {
      const main = new FakeMain({ speed: 0, ...options });
      mains.push(main);
      await main.listen();
      await page.goto(main.url);
      return main;
    });
    for (const main of mains) await main.close();
    expect(problems).toEqual([]);
  },
});

/** The calls of one name that pages have made, newest last. */
export function callsOf(main: FakeMain, name: FakeMain['calls'][number]['call']): unknown[] {
  return main.calls.filter((each) => each.call === name).map((each) => each.input);
}

/** Pastes as a person does: the clipboard's text arrives with the event. */
export async function paste(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** A row of the queue by its name. */
export function row(page: Page, name: string) {
  return page.getByRole('treegrid').getByRole('row').filter({ hasText: name });
}

export { expect };
