/**
 * For tests of the whole program in a browser: a lab with its emulator, browser mode as a child process, and a page
 * that has its address. Each test has all of it to itself.
 */

import { test as base, type Page } from '@playwright/test';
import { Lab } from '../../fixtures/lab.ts';

export interface ProgramFixtures {
  readonly lab: Lab;
  /** Opens browser mode, with the lab's key in the environment unless told otherwise, and goes to it. */
  readonly open: (options?: {
    env?: NodeJS.ProcessEnv;
  }) => Promise<{ url: string; stop: () => Promise<void> }>;
}

export const test = base.extend<ProgramFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures that are asked for.
  lab: async ({}, use) => {
    const lab = await Lab.open();
    await use(lab);
    await lab.close();
  },

  open: async ({ lab, page }, use) => {
    const running: (() => Promise<void>)[] = [];
    await use(async ({ env = {} } = {}) => {
      const served = await serve(lab, env);
      running.push(served.stop);
      await page.goto(served.url);
      return served;
    });
    await Promise.all(running.map((stop) => stop()));
  },
});

export { expect } from '@playwright/test';

/** Starts browser mode on the lab's data folder; its address has the token in it. */
export async function serve(
  lab: Lab,
  env: NodeJS.ProcessEnv = {},
): Promise<{ url: string; stop: () => Promise<void> }> {
  const served = lab.start(['serve', '--no-open', '--json'], env);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    served.child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      const found = /"listening":"([^"]+)"/.exec(text);
      if (found?.[1]) resolve(found[1]);
    });
    served.ended.then((run) => reject(new Error(`Browser mode ended: ${run.stderr}`)), reject);
  });
  const stop = async (): Promise<void> => {
    served.child.kill('SIGTERM');
    await served.ended;
  };
  return { url, stop };
}

/** Drops files or folders of this machine on the middle of the window, as a person's mouse would. */
export async function dropOn(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
  }
  await session.detach();
}
