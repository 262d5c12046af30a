/** What gdbus, busctl and dbus-send say of the default keyring, in their own words, and what that means. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { classify, readLockState } from '../../../main/adapters/secrets/collection-lock.ts';

const gone = '/org/freedesktop/secrets/collection/login';

describe('the answer of a D-Bus tool', () => {
  it.each([
    ['(<false>,)', 'unlocked'],
    ['(<true>,)', 'locked'],
    ['b false', 'unlocked'],
    ['b true', 'locked'],
    ['   variant       boolean false', 'unlocked'],
    ['   variant       boolean true', 'locked'],
  ])('%j means %s', (text, state) => {
    expect(classify({ ok: true, late: false, text })).toBe(state);
  });

  it.each([
    [
      `Error: GDBus.Error:org.freedesktop.DBus.Error.UnknownMethod: Object does not exist at path “${gone}”`,
      'no-keyring',
    ],
    [`Failed to get property Locked: Object does not exist at path “${gone}”`, 'no-keyring'],
    [`Error org.freedesktop.DBus.Error.UnknownMethod: Object does not exist at path “${gone}”`, 'no-keyring'],
    ['Error connecting: Cannot autolaunch D-Bus without X11 $DISPLAY', 'no-bus'],
    ['Failed to connect to bus: No such file or directory', 'no-bus'],
    ['Failed to open connection to "session" message bus: Unable to autolaunch a dbus-daemon', 'no-bus'],
    [
      'GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided by any .service files',
      'no-service',
    ],
    [
      'Error: GDBus.Error:org.freedesktop.DBus.Error.AccessDenied: Rejected send message, 1 matched rules; type="method_call"',
      'denied',
    ],
    ['Failed to get property Locked: Access denied', 'denied'],
    ['Error org.freedesktop.DBus.Error.NoReply: Did not receive a reply', 'silent'],
  ])('the error %j means %s', (text, state) => {
    expect(classify({ ok: false, late: false, text })).toBe(state);
  });

  it('is silence when it was cut off', () => {
    expect(classify({ ok: false, late: true, text: '' })).toBe('silent');
  });

  it.runIf(process.platform === 'linux')('comes from a tool that is not handed the private key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'encord-lock-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const script = '#!/bin/sh\n[ -z "$ENCORD_SSH_KEY" ] && [ "$ENCORD_DOMAIN" ] && echo "(<false>,)"\n';
    writeFileSync(join(folder, 'gdbus'), script, { mode: 0o700 });
    const env = { PATH: folder, ENCORD_SSH_KEY: 'the private key', ENCORD_DOMAIN: 'https://example.test' };
    expect(await readLockState(env)).toBe('unlocked');
  });

  it('is unknown where no tool is installed', async () => {
    expect(await readLockState({ PATH: '/nonexistent' })).toBe('unknown');
  });
});
