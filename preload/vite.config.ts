/**
 * How the preload script is built: to `dist/preload/index.cjs`, one CommonJS file, which is what a sandboxed preload
 * can load. Only `electron` stays outside. Used by the set-up scripts.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: here,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: '../dist/preload',
    emptyOutDir: true,
    target: 'node24',
    rolldownOptions: {
      input: { index: `${here}index.ts` },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
});
