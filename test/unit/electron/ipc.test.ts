/** The contract over IPC: who is listened to, that an own page is always answered, and that a flood of calls is not. */

import { expect, test } from 'vitest';
import type { App } from '../../../main/app/types.ts';
import { type CallLimits, connectPages } from '../../../main/electron/ipc.ts';
import { CALL_CHANNEL } from '../../../preload/contract/names.ts';
import { partOf } from './fake-electron.ts';

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

const OWN = 'app://encord-uploader/';

/** Pages connected to an app; `call` sends as a page's preload does, from a frame at `url`. */
function connected(handle: App['handle'], limits?: CallLimits) {
  const handlers = new Map<string, Handler>();
  const contents = partOf<Electron.WebContents>('WebContents', {});
  const stop = connectPages(
    {
      handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
      removeHandler: (channel: string) => void handlers.delete(channel),
    },
    { handle, listen: () => () => {} },
    () => [contents],
    limits,
  );
  const call = async (name: unknown, input: unknown, url = OWN, sender = contents): Promise<unknown> => {
    const senderFrame = partOf<Electron.WebFrameMain>('WebFrameMain', { url, parent: null });
    const event = partOf<Electron.IpcMainInvokeEvent>('IpcMainInvokeEvent', { sender, senderFrame });
    return handlers.get(CALL_CHANNEL)?.(event, structuredClone(name), structuredClone(input));
  };
  return { call, stop, handlers };
}

const fine: App['handle'] = async () => ({ ok: true, value: null });

test('only the main frame of an own window is listened to', async () => {
  let seen = 0;
  const { call, stop, handlers } = connected(async () => {
    seen += 1;
    return { ok: true, value: null };
  });
  await expect(call('settings.get', null, 'https://app.encord.com/')).rejects.toThrow(
    /not one of the program/,
  );
  const stranger = partOf<Electron.WebContents>('WebContents', {});
  await expect(call('settings.get', null, OWN, stranger)).rejects.toThrow(/not one of the program/);
  expect(seen).toBe(0);
  expect(await call('settings.get', null)).toMatchObject({ ok: true });
  stop();
  expect(handlers.size).toBe(0);
});

test('an oversized, endless, circular or strange message is answered, and the next one too', async () => {
  const { call } = connected(fine);
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const hostile = [
    { text: 'x'.repeat(40 * 1024 * 1024) },
    { paths: Object.assign([], { length: 4_294_967_295 }) },
    { paths: Array(1_000_001).fill(1) },
    circle,
    new Map(),
    10n,
  ];
  for (const input of hostile) {
    expect(await call('settings.set', input)).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  }
  expect(await call({ name: 'settings.get' }, null)).toMatchObject({ error: { code: 'invalid-input' } });
  expect(await call('settings.get', null)).toEqual({ ok: true, value: null });
});

test('a program that breaks still answers', async () => {
  const { call } = connected(() => Promise.reject(new Error('boom')));
  expect(await call('settings.get', null)).toMatchObject({ ok: false, error: { code: 'internal' } });
});

test('a flood is refused by its rate, and by what is not answered yet', async () => {
  let seen = 0;
  const counted: App['handle'] = async () => {
    seen += 1;
    return { ok: true, value: null };
  };
  const flooded = connected(counted, { openCalls: 1_000, callsBurst: 50, callsPerSecond: 0 });
  const answers = await Promise.all(Array.from({ length: 200 }, () => flooded.call('settings.get', null)));
  expect(seen).toBe(50);
  expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'rate-limited' } });

  const go: (() => void)[] = [];
  const slow = connected(() => new Promise((resolve) => go.push(() => resolve({ ok: true, value: null }))), {
    openCalls: 4,
    callsBurst: 1_000,
    callsPerSecond: 1_000,
  });
  const waiting = Array.from({ length: 4 }, () => slow.call('settings.get', null));
  expect(await slow.call('settings.get', null)).toMatchObject({ error: { code: 'rate-limited' } });
  for (const one of go.splice(0)) one();
  expect(await Promise.all(waiting)).toHaveLength(4);
  const after = slow.call('settings.get', null);
  for (const one of go.splice(0)) one();
  expect(await after).toMatchObject({ ok: true });
});
