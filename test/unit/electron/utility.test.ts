/** Utility processes: messages pass, and killing does not wait for anybody's consent. */

import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { forkUtility } from '../../../main/electron/utility.ts';

const forked = vi.hoisted(() => ({ calls: [] as unknown[][], child: null as unknown }));

vi.mock('electron', () => ({
  utilityProcess: {
    fork: (...call: unknown[]) => {
      forked.calls.push(call);
      return forked.child;
    },
  },
}));

let running: ChildProcess | null = null;
afterEach(() => {
  running?.kill('SIGKILL');
  running = null;
  forked.calls.length = 0;
  vi.unstubAllEnvs();
});

/** Electron's child, backed by nothing or by a real process. */
class FakeUtility extends EventEmitter {
  readonly pid: number | undefined;
  readonly posted: unknown[] = [];
  asked = 0;
  constructor(pid?: number) {
    super();
    this.pid = pid;
  }
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  kill(): boolean {
    this.asked += 1;
    return true;
  }
}

test('it runs the script under its name, without the private key, and passes messages both ways', () => {
  vi.stubEnv('ENCORD_SSH_KEY', 'the private key');
  vi.stubEnv('ENCORD_DOMAIN', 'https://example.test');
  const fake = new FakeUtility();
  forked.child = fake;
  const child = forkUtility('/app/dist/main/keychain.host.js', 'Encord Uploader keychain');
  expect(forked.calls).toEqual([
    [
      '/app/dist/main/keychain.host.js',
      [],
      {
        serviceName: 'Encord Uploader keychain',
        stdio: 'ignore',
        env: expect.objectContaining({ ENCORD_DOMAIN: 'https://example.test' }),
      },
    ],
  ]);
  expect(JSON.stringify(forked.calls)).not.toContain('the private key');
  const heard: unknown[] = [];
  child.onMessage((message) => heard.push(message));
  child.onExit((code) => heard.push(code));
  child.send({ get: 'a' });
  fake.emit('message', { found: 'b' });
  fake.emit('exit', 7);
  expect(fake.posted).toEqual([{ get: 'a' }]);
  expect(heard).toEqual([{ found: 'b' }, 7]);
});

test('a fatal error of the process is its end, not one of main', () => {
  const fake = new FakeUtility();
  forked.child = fake;
  const exits: unknown[] = [];
  forkUtility('/x.js', 'x').onExit((code) => exits.push(code));
  fake.emit('error', 'FatalError', 'somewhere', '{}');
  fake.emit('exit', 5);
  expect(exits).toEqual([5]);
});

test('a process that ignores polite signals is killed all the same, and again without harm', async () => {
  const script = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.stdout.write('ready')`;
  const real = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  running = real;
  await once(real.stdout, 'data');
  const fake = new FakeUtility(real.pid);
  forked.child = fake;
  const child = forkUtility('/x.js', 'x');
  const exits: unknown[] = [];
  child.onExit((code) => exits.push(code));
  const ended = once(real, 'exit');
  child.kill();
  expect(await ended).toEqual([null, 'SIGKILL']);
  fake.emit('exit', 9);
  expect(exits).toEqual([null]);
  expect(() => child.kill()).not.toThrow();
});

test('one that has not started yet is told not to', () => {
  const fake = new FakeUtility();
  forked.child = fake;
  forkUtility('/x.js', 'x').kill();
  expect(fake.asked).toBe(1);
});
