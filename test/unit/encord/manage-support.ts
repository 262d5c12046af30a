/** Shared by the tests of the calls beyond uploading: sessions on an emulator, and what their answers came to. */

import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer, EncordSession } from '../../../main/core/encord-port.ts';
import { memoryLog, random, systemClock } from './support.ts';

export type Credential =
  | { readonly privateKey: string }
  | { readonly apiKey: string; readonly datasetId: string };

export interface OpenSession {
  readonly session: EncordSession;
  /** Everything that was logged. */
  readonly lines: readonly string[];
  close(): void;
}

/** A session with connections and a log of its own. */
export function openSession(domain: string, credential: Credential): OpenSession {
  const agents = createAgents();
  const clock = systemClock();
  const log = memoryLog();
  const deps = { http: createHttpClient({ agents, clock }), clock, random, log, version: '0.0.0' };
  const session =
    'privateKey' in credential
      ? connect({ kind: 'ssh', key: parsePrivateKey(credential.privateKey), domain }, deps)
      : connect({ kind: 'api-key', ...credential, domain }, deps);
  return { session, lines: log.lines, close: () => agents.close() };
}

/** @throws Error that names the failure, where it is one */
export function value<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  const { kind, error } = answer.failure;
  throw new Error(`${kind}: ${error.message} ${JSON.stringify(error.details)}`);
}

/** `refused: forbidden`, or `ok` where nothing failed. */
export async function outcome(answer: Promise<Answer<unknown>>): Promise<string> {
  const settled = await answer;
  return settled.ok ? 'ok' : `${settled.failure.kind}: ${settled.failure.error.code}`;
}
