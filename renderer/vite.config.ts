/** How the pages are built: `vite build -c renderer/vite.config.ts` writes `dist/renderer`, for both hosts. */
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
    // The oldest engines that pages meet: Electron's own, and browsers of the last two years. `light-dark()` must
    // survive: the themes are made with it.
    target: ['chrome128', 'firefox128', 'safari18'],
    // The CSP allows no data: fonts or scripts; small images stay files for the same reason.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
