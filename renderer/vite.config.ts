/**
 * How the pages are built: to `dist/renderer`, with relative addresses, for a private scheme as for a web server, and
 * without anything inline that a strict CSP refuses. Used by the set-up scripts.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // Neither an inline script nor a data: address in the pages.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
