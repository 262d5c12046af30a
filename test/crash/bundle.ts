/**
 * The programs that the crash harness starts, each built into one file: a life is short, and to read all sources anew
 * would be most of it. A run also goes on with the sources that it began with. Used by the crash harness.
 */

import { join } from 'node:path';
import { build } from 'vite';

const TEST = join(import.meta.dirname, '..');
const MAIN = join(TEST, '..', 'main');

/** What is started with Node. */
export interface Programs {
  readonly child: string;
  readonly emulator: string;
}

/** Builds into `folder`. @throws whatever keeps the sources from being built */
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
          emulator: join(TEST, 'emulator', 'index.ts'),
          // Looked for beside the program, by this name.
          'hash.worker': join(MAIN, 'adapters', 'http', 'hash.worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return { child: join(folder, 'child.mjs'), emulator: join(folder, 'emulator.mjs') };
}
