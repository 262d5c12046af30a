/**
 * For the specs of the desktop program: a lab with its emulator, and the program on it, in the host that
 * `chooseDriver` finds. Each test has both to itself; all of it is ended and removed afterwards.
 */

import { test as base } from '@playwright/test';
import { chooseDriver } from '../../electron-standin/choose.ts';
import type { Desktop, LaunchOptions } from '../../electron-standin/driver.ts';
import { Lab } from '../../fixtures/lab.ts';

export interface DesktopFixtures {
  readonly lab: Lab;
  /**
   * Starts the program on the lab's data folder, signed in with the lab's key from the environment unless `env` says
   * otherwise. May be called again once the one before has ended.
   */
  readonly launch: (options?: Partial<LaunchOptions>) => Promise<Desktop>;
}

export const driver = chooseDriver();

export const test = base.extend<DesktopFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures that are asked for.
  lab: async ({}, use) => {
    const lab = await Lab.open();
    await use(lab);
    await lab.close();
  },

  launch: async ({ lab }, use, testInfo) => {
    const started: Desktop[] = [];
    await use(async ({ env = {}, ...options } = {}) => {
      const desktop = await driver.launch({
        home: lab.home,
        ...options,
        env: { ...textsOf(lab.env), ...env },
      });
      started.push(desktop);
      return desktop;
    });
    const endings = await Promise.allSettled(started.map((desktop) => desktop.dispose()));
    if (testInfo.status !== testInfo.expectedStatus) {
      const said = started.map((desktop) => desktop.output()).join('\n––––\n');
      await testInfo.attach('what the program printed', { body: said, contentType: 'text/plain' });
    }
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
  },
});

export { expect } from '@playwright/test';

function textsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
