/**
 * How the tests in a browser run: with a Chromium of this machine, never one that Playwright downloads. Used by
 * `npm test` and by `playwright test -c test/playwright.config.ts`.
 */
import { defineConfig } from '@playwright/test';
import { findChromium } from '../.setup/find.mjs';

const executablePath = findChromium();

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../test-results',
  workers: 2,
  // Limits for machines that are busy with something else; what a test waits for comes much sooner.
  timeout: 180_000,
  expect: { timeout: 40_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // A record of every step more than doubles the time of the tests: it is made where somebody wants to look at it.
    trace: process.env.ENCORD_UPLOADER_TRACE ? 'retain-on-failure' : 'off',
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      // Chromium's sandbox refuses to start as root. On a closed network its own calls home only cost time.
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
