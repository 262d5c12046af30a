/**
 * The programs that the crash harness starts, each built into one file: a life is short, and to read all sources anew
 * would be most of it. A run also goes on with the sources that it began with. Used by the crash harness.
 */

import { join } from 'node:path';
import { build } from 'vite';
import { type Programs, programsIn } from './spawn.ts';

const TEST = join(import.meta.dirname, '..');
const MAIN = join(TEST, '..', 'main');

/** Builds into `folder`, which is the run's own. @throws whatever keeps the sources from being built */
export async function bundle(folder: string): Promise<Programs> {
  await build({
    configFile: false,
    root: TEST,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['keytar'] },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      rolldownOptions: {
        input: {
          child: join(import.meta.dirname, 'child.ts'),
          'watch-child': join(import.meta.dirname, 'watch', 'child.ts'),
          emulator: join(TEST, 'emulator', 'index.ts'),
          // Looked for beside the program, by these names.
          'hash.worker': join(MAIN, 'adapters', 'http', 'hash.worker.ts'),
          'scan.worker': join(MAIN, 'adapters', 'watch', 'scan.worker.ts'),
        },
        // CommonJS: an ES module that imports `node:http` has all of undici loaded, for a name that nobody uses.
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
      },
    },
  });
  return programsIn(folder, {
    child: join(folder, 'child.cjs'),
    watchChild: join(folder, 'watch-child.cjs'),
    emulator: join(folder, 'emulator.cjs'),
  });
}
