/** The preload as it is built: one CommonJS file that a sandbox can load, and a bridge that only passes on. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import type { Bridge } from '../../../preload/contract/bridge.ts';

const CONFIG = fileURLToPath(new URL('../../../preload/vite.config.ts', import.meta.url));

let files: string[] = [];
let code = '';

beforeAll(async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'encord-preload-'));
  try {
    await build({ configFile: CONFIG, logLevel: 'silent', build: { outDir } });
    files = await readdir(outDir);
    code = await readFile(join(outDir, 'index.cjs'), 'utf8');
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
});

/** Runs the built file with nothing but a double of `electron`; gives what it exposed. */
function load() {
  const required: string[] = [];
  const invoked: unknown[][] = [];
  const listeners = new Map<string, (event: unknown, ...args: unknown[]) => void>();
  const exposed = new Map<string, Bridge>();
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, bridge: Bridge) => void exposed.set(name, bridge) },
    ipcRenderer: {
      invoke: async (...call: unknown[]) => {
        invoked.push(call);
        return { ok: true, value: null };
      },
      on: (channel: string, listener: (event: unknown, ...args: unknown[]) => void) =>
        void listeners.set(channel, listener),
      off: (channel: string, listener: unknown) => {
        if (listeners.get(channel) === listener) listeners.delete(channel);
      },
    },
    webUtils: { getPathForFile: (file: File) => (file.name === 'pasted.png' ? '' : `/data/${file.name}`) },
  };
  const require = (name: string) => {
    required.push(name);
    if (name !== 'electron') throw new Error(`A sandbox has no ${name}.`);
    return electron;
  };
  runInNewContext(code, { require, module: { exports: {} }, exports: {} });
  const bridge = exposed.get('encordUploader');
  if (!bridge) throw new Error('No bridge was exposed.');
  return { bridge, required, invoked, listeners, names: [...exposed.keys()] };
}

test('it is one small file that needs electron alone', () => {
  expect(files).toEqual(['index.cjs']);
  expect(code.length).toBeLessThan(8_000);
  const { required, names } = load();
  expect(required).toEqual(['electron']);
  expect(names).toEqual(['encordUploader']);
});

test('calls go out by the one channel, with name and input', async () => {
  const { bridge, invoked } = load();
  expect(await bridge.call('accounts.switch', { accountId: 'a' })).toEqual({ ok: true, value: null });
  expect(invoked).toEqual([['encord-uploader:call', 'accounts.switch', { accountId: 'a' }]]);
});

test('events come in without the sender’s event object, until they are no longer wanted', () => {
  const { bridge, listeners } = load();
  const heard: unknown[] = [];
  const stop = bridge.listen({
    event: (...args) => void heard.push(args),
    connected: (up) => void heard.push(up),
  });
  listeners.get('encord-uploader:event')?.({ sender: 'secret' }, 'progress', { transfers: [], speed: 3 });
  expect(heard).toEqual([true, ['progress', { transfers: [], speed: 3 }]]);
  stop();
  expect(listeners.size).toBe(0);
});

test('dropped files have paths, and those without one are left out', () => {
  const { bridge } = load();
  const dropped = ['a.mp4', 'pasted.png', 'b.mp4'].map((name) => new File([], name));
  expect(bridge.pathsOf(dropped)).toEqual(['/data/a.mp4', '/data/b.mp4']);
  expect(bridge.sendFile).toBeNull();
});
