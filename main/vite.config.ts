/**
 * How Electron's main process is built: to `dist/main/index.js`, an ES module that imports its dependencies from
 * `node_modules`. Scripts for child processes and worker threads (`*.host.ts`, `*.worker.ts`) become files of their
 * own name beside it, so that `new URL('./NAME.host.js', import.meta.url)` finds them. Used by the set-up scripts.
 */
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const scripts = globSync('**/*.{host,worker}.ts', { cwd: here });

export default defineConfig({
  root: here,
  build: {
    ssr: true,
    outDir: '../dist/main',
    emptyOutDir: true,
    target: 'node24',
    rolldownOptions: {
      input: Object.fromEntries(
        ['index.ts', ...scripts].map((path) => [basename(path, '.ts'), `${here}${path}`]),
      ),
      // Everything that is not a file of the project: Electron, Node's modules, the packages.
      external: (id) => !/^(\.{1,2}\/|\/|[A-Za-z]:[\\/]|\0)/.test(id),
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
