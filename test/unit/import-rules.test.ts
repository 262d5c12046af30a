/** Who may import whom: proved on every source of the program, and the proof itself on planted violations. */

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { importsOf, violations } from './import-rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { dependencies, optionalDependencies } = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));
const RUNTIME = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];

test('no source of the program breaks the rules', () => {
  const files = globSync('{main,preload,renderer}/**/*.{ts,tsx}', { cwd: ROOT }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  expect(files).toEqual(
    expect.arrayContaining(['main/index.ts', 'main/core/machine.ts', 'preload/index.ts']),
  );
  const sources = new Map(files.map((file) => [file, readFileSync(`${ROOT}${file}`, 'utf8')]));
  expect(violations(sources, RUNTIME)).toEqual([]);
});

test.each([
  ['main/core/engine.ts', `import { app } from 'electron';`],
  ['main/core/engine.ts', `import { readFile } from 'node:fs/promises';`],
  ['main/core/engine.ts', `import type { Stats } from 'node:fs';`],
  ['main/core/engine.ts', `import { z } from 'zod';`],
  ['main/core/engine.ts', `import { openStore } from '../adapters/sqlite/index.ts';`],
  ['main/core/engine.ts', `const fs = await import('node:fs');`],
  ['main/core/engine.ts', `export const load = (name: string) => import(name);`],
  ['main/core/engine.ts', `const fs = require('node:fs');`],
  ['main/core/engine.ts', `import fs = require('node:fs');`],
  ['main/core/engine.ts', `type Stats = import('node:fs').Stats;`],
  ['main/core/media/video.ts', `export { z } from 'zod';`],
  ['main/core/media/video.ts', `export * from '../../app/types.ts';`],
  ['main/core/media/video.ts', `export type { CallName } from '../../../preload/contract/names.ts';`],
  ['main/adapters/clock.ts', `import { app } from 'electron';`],
  ['main/adapters/clock.ts', `import type { App } from '../app/types.ts';`],
  ['main/adapters/clock.ts', `import { CALL_NAMES } from '../../preload/contract/names.ts';`],
  ['main/adapters/clock.ts', `import react from 'react';`],
  ['main/app/index.ts', `import { openStore } from '../adapters/sqlite/index.ts';`],
  ['main/app/index.ts', `import { type Store } from '../adapters/sqlite/index.ts';`],
  ['main/app/index.ts', `import { serveApp } from '../web/server.ts';`],
  ['main/app/index.ts', `import { app } from 'electron';`],
  ['main/electron/ipc.ts', `import { serveApp } from '../web/server.ts';`],
  ['main/electron/ipc.ts', `import type { Store } from '../adapters/sqlite/index.ts';`],
  ['main/electron/ipc.ts', `import { machine } from '../core/machine.ts';`],
  ['main/web/server.ts', `import { app } from 'electron';`],
  ['main/web/server.ts', `import type { App } from 'electron';`],
  ['main/web/server.ts', `import { UploaderError } from '../core/errors.ts';`],
  ['main/cli/upload.ts', `import { openStore } from '../adapters/sqlite/index.ts';`],
  ['main/cli/upload.ts', `import { app } from 'electron';`],
  ['preload/index.ts', `import { z } from 'zod';`],
  ['preload/index.ts', `import { CALLS } from './contract/calls.ts';`],
  ['preload/index.ts', `import type { App } from '../main/app/types.ts';`],
  ['preload/contract/calls.ts', `import type { Unit } from '../../main/core/model.ts';`],
  ['preload/contract/calls.ts', `import { join } from 'node:path';`],
  ['preload/contract/names.ts', `import { CALLS } from './calls.ts';`],
  ['preload/contract/wire.ts', `import { z } from 'zod';`],
  ['renderer/state/app.ts', `import { CALLS } from '../../preload/contract/calls.ts';`],
  ['renderer/state/app.ts', `import type { Unit } from '../../main/core/model.ts';`],
  ['renderer/state/app.ts', `import { ipcRenderer } from 'electron';`],
  ['renderer/state/app.ts', `import { join } from 'node:path';`],
  ['renderer/ui/Button.tsx', `import lodash from 'lodash'; export const Button = () => <button />;`],
  ['renderer/ui/Button.tsx', `import config from '../vite.config.ts';`],
  ['renderer/ui/Button.tsx', `import 'https://example.com/x.js';`],
  ['main/stray.ts', `export {};`],
])('%s: %s is caught', (file, source) => {
  expect(violations(new Map([[file, source]]), RUNTIME)).toEqual([expect.stringContaining(file)]);
});

test.each([
  ['main/core/engine.ts', `import { next } from './machine.ts'; import type { MediaId } from './model.ts';`],
  ['main/core/media/video.ts', `import { UploaderError } from '../errors.ts';`],
  ['main/adapters/sqlite/index.ts', `import { DatabaseSync } from 'node:sqlite'; import '../clock.ts';`],
  ['main/app/index.ts', `import type { Store } from '../adapters/sqlite/index.ts';`],
  [
    'main/app/index.ts',
    `import { CALLS } from '../../preload/contract/calls.ts'; import '../core/machine.ts';`,
  ],
  ['main/electron/window.ts', `import { BrowserWindow } from 'electron'; import '../app/pages.ts';`],
  ['main/web/server.ts', `import { WebSocketServer } from 'ws'; import { createServer } from 'node:http';`],
  [
    'main/cli/upload.ts',
    `import type { Totals } from '../core/model.ts'; import { Command } from 'commander';`,
  ],
  ['main/headless.ts', `import './compose.ts'; import './adapters/clock.ts'; import './web/server.ts';`],
  ['preload/index.ts', `import { contextBridge } from 'electron'; import './contract/names.ts';`],
  ['renderer/main.tsx', `import { createRoot } from 'react-dom/client'; import './ui/base.css';`],
  ['renderer/vite.config.ts', `import { defineConfig } from 'vite';`],
])('%s: %s is allowed', (file, source) => {
  expect(violations(new Map([[file, source]]), RUNTIME)).toEqual([]);
});

test('an import in a text or a comment is none', () => {
  const source = `// import 'electron'\nexport const text = "import 'electron'";`;
  expect(importsOf('main/core/engine.ts', source)).toEqual([]);
});
