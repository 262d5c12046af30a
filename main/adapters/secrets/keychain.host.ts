/**
 * The process that talks to the operating system's keychain, and to nobody else. keytar can hang for ever on a
 * keychain's prompt and can crash, so it must not live in the program's own process. Started by `fork.ts` or as an
 * Electron utility process; answers one request, then waits to be killed.
 */

import { createRequire } from 'node:module';
import { type KeychainReply, type KeychainRequest, keychainRequest } from './messages.ts';

interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** Electron's utility process: the other end of `postMessage`. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

async function answer(request: KeychainRequest): Promise<KeychainReply> {
  let keytar: Keytar;
  try {
    // keytar is an optional package: it may be absent, or its libraries may be.
    const loaded: unknown = createRequire(import.meta.url)(request.keytar);
    if (!isKeytar(loaded)) return { kind: 'missing', message: 'it is not keytar' };
    keytar = loaded;
  } catch (error) {
    return { kind: 'missing', message: firstLine(error) };
  }
  try {
    switch (request.op) {
      case 'probe':
        return { kind: 'value', value: null };
      case 'get':
        return { kind: 'value', value: await keytar.getPassword(request.service, request.account) };
      case 'set':
        await keytar.setPassword(request.service, request.account, request.secret);
        return { kind: 'value', value: null };
      case 'delete':
        await keytar.deletePassword(request.service, request.account);
        return { kind: 'value', value: null };
    }
  } catch (error) {
    const message = firstLine(error);
    // A keychain does not repeat what it was given; should one ever, it ends here.
    return {
      kind: 'failed',
      message:
        request.op === 'set' && message.includes(request.secret) ? 'no reason that can be shown' : message,
    };
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 200);
}

function hasFunctions(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

const isKeytar = (value: unknown): value is Keytar =>
  hasFunctions(value, ['getPassword', 'setPassword', 'deletePassword']);

const isParentPort = (value: unknown): value is ParentPort => hasFunctions(value, ['on', 'postMessage']);

const parentPort: unknown = Reflect.get(process, 'parentPort');
if (isParentPort(parentPort)) {
  parentPort.on('message', ({ data }) => {
    void answer(keychainRequest.parse(data)).then((reply) => parentPort.postMessage(reply));
  });
} else {
  process.on('message', (data) => {
    void answer(keychainRequest.parse(data)).then((reply) => process.send?.(reply));
  });
  // Nobody is there to kill this process any more, and a call that hangs keeps it from ending by itself.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
