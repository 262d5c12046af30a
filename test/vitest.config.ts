/**
 * How the tests that need no browser run: unit, contract, integration, crash and fuzz tests. Used by `npm test` and by
 * `vitest -c test/vitest.config.ts`.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/{unit,contract,integration,crash,fuzz,operations}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Processes, not threads: tests open SQLite files, send signals and change the environment.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 18_000 } },
    passWithNoTests: true,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
