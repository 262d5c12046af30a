/** The keychain's own process: what becomes of a call when keytar is missing, hangs, crashes or speaks too freely. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemorySecrets, createSecrets } from '../../../main/adapters/secrets/index.ts';
import { eventually } from '../../fixtures/eventually.ts';

const SECRET = '-----BEGIN OPENSSH PRIVATE KEY-----hush';

describe('the process that asks the keychain', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'encord-uploader-keytar-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The keychain with a module in keytar's place; its functions are the given ones, or do nothing. */
  function withKeytar(functions: string, options: { platform?: NodeJS.Platform; limitMs?: number } = {}) {
    const keytar = join(folder, 'keytar.cjs');
    writeFileSync(
      keytar,
      `const { writeFileSync } = require('node:fs');
       const pidFile = ${JSON.stringify(join(folder, 'pid'))};
       module.exports = {
         getPassword: async () => null, setPassword: async () => {}, deletePassword: async () => false,
         ${functions}
       };`,
    );
    return createSecrets({ keytar, lockState: async () => 'unlocked', ...options });
  }

  const pid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));
  const untilGone = (id: number) => eventually(() => expect(() => process.kill(id, 0)).toThrow(/ESRCH/));

  it('says so when keytar is not installed', async () => {
    const secrets = createSecrets({ keytar: 'no-such-keytar', lockState: async () => 'unlocked' });
    const refused = { kind: 'unavailable', reason: expect.stringContaining('keytar') };
    expect(await secrets.status()).toEqual(refused);
    expect(await secrets.set('a', SECRET)).toEqual(refused);
    expect(await secrets.get('a')).toEqual(refused);
    expect(await secrets.delete('a')).toEqual(refused);
  });

  it('says which library is missing', async () => {
    writeFileSync(
      join(folder, 'keytar.cjs'),
      "throw new Error('libsecret-1.so.0: cannot open shared object file: No such file or directory');",
    );
    const secrets = createSecrets({ keytar: join(folder, 'keytar.cjs'), lockState: async () => 'unlocked' });
    expect(await secrets.status()).toEqual({
      kind: 'unavailable',
      reason: expect.stringContaining('libsecret-1-0'),
    });
  });

  it('gives up on a call that hangs, and kills its process though it ignores polite signals', async () => {
    const secrets = withKeytar(
      `getPassword: () => {
         process.on('SIGTERM', () => {});
         writeFileSync(pidFile, String(process.pid));
         for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
       },`,
      { limitMs: 1500 },
    );
    expect(await secrets.get('a')).toEqual({
      kind: 'unavailable',
      reason: expect.stringContaining('did not answer'),
    });
    await untilGone(pid());
  });

  it('survives a crash', async () => {
    const secrets = withKeytar("setPassword: () => process.kill(process.pid, 'SIGABRT'),");
    // It may have written before.
    expect(await secrets.set('a', SECRET)).toMatchObject({ kind: 'unsure' });
    expect(await secrets.status()).toMatchObject({ kind: 'ready' });
  });

  it.each([
    ['GDBus.Error:org.freedesktop.DBus.Error.NoReply: Message recipient disconnected', 'unsure'],
    ['Timeout was reached', 'unsure'],
    ['User canceled the operation.', 'unavailable'],
    ['Prompt was dismissed', 'unavailable'],
    ['GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown: org.freedesktop.secrets', 'unavailable'],
  ])('tells what a failed write may have done: %s', async (message, kind) => {
    const failing = `async () => { throw new Error(${JSON.stringify(message)}); }`;
    const secrets = withKeytar(`setPassword: ${failing}, deletePassword: ${failing},`);
    expect(await secrets.set('a', SECRET)).toMatchObject({ kind });
    expect(await secrets.delete('a')).toMatchObject({ kind });
  });

  it('leaves no process behind after an answer', async () => {
    const secrets = withKeytar(
      "getPassword: async () => { writeFileSync(pidFile, String(process.pid)); return 'found'; },",
    );
    expect(await secrets.get('a')).toEqual({ kind: 'found', secret: 'found' });
    await untilGone(pid());
  });

  it('keeps the secret out of an error that repeats it', async () => {
    const secrets = withKeytar(
      "setPassword: async (s, a, secret) => { throw new Error('cannot keep ' + secret); },",
    );
    const result = await secrets.set('a', SECRET);
    expect(result.kind).toBe('unavailable');
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it.skipIf(process.platform !== 'linux')('keeps secrets out of arguments and environment', async () => {
    vi.stubEnv('ENCORD_SSH_KEY', SECRET);
    const secrets = withKeytar(
      `setPassword: async () => {
         const { readFileSync } = require('node:fs');
         writeFileSync(pidFile, readFileSync('/proc/self/cmdline', 'utf8') + readFileSync('/proc/self/environ', 'utf8'));
       },`,
    );
    expect(await secrets.set('a', SECRET)).toEqual({ kind: 'ok' });
    const visible = readFileSync(join(folder, 'pid'), 'utf8');
    expect(visible).toContain('keychain.host');
    expect(visible).not.toContain(SECRET);
  });

  it.each([
    ['User canceled the operation.', 'unavailable', /refused access/],
    ['The user name or passphrase you entered is not correct.', 'unavailable', /refused access/],
    ['User interaction is not allowed.', 'locked', /locked/],
  ])('understands macOS: %s', async (message, kind, reason) => {
    const secrets = withKeytar(`getPassword: async () => { throw new Error(${JSON.stringify(message)}); },`, {
      platform: 'darwin',
    });
    expect(await secrets.get('a')).toEqual({ kind, reason: expect.stringMatching(reason) });
  });

  it('takes null for absent where keychains do not hide a lock behind it', async () => {
    expect(await withKeytar('', { platform: 'win32' }).get('a')).toEqual({ kind: 'absent' });
  });
});

describe('secrets for one run', () => {
  it('keeps, reads and forgets', async () => {
    const secrets = createMemorySecrets();
    expect(await secrets.get('a')).toEqual({ kind: 'absent' });
    expect(await secrets.set('a', SECRET)).toEqual({ kind: 'ok' });
    expect(await secrets.get('a')).toEqual({ kind: 'found', secret: SECRET });
    expect(await secrets.delete('a')).toEqual({ kind: 'ok' });
    expect(await secrets.get('a')).toEqual({ kind: 'absent' });
    expect(await createMemorySecrets().get('a')).toEqual({ kind: 'absent' });
  });
});
