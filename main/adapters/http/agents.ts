/**
 * Keep-alive agents shared by API calls and by the streaming PUT. Made once by the composition root.
 */

import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Closes all sockets, idle or not. */
  close(): void;
}

export interface AgentsOptions {
  /** Certificates (PEM) of a lab's own authority, trusted beside those of the program and of the system. */
  readonly extraCa?: readonly string[];
  /** Most sockets to one host; see `MAX_SOCKETS`. */
  readonly maxSockets?: number;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (also in lower case) of this environment are obeyed; none unless given. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** Name resolution, for tests. */
  readonly lookup?: AgentOptions['lookup'] | undefined;
}

/** To one host: as many files as are ever sent at once, and the calls beside them where both have one host. */
const MAX_SOCKETS = 128;
/** An idle socket is closed after this long, before the other side or a middlebox forgets it silently. */
const IDLE_SOCKET_MS = 20_000;

/** Certificates are always verified; authorities can be added, verification cannot be removed. */
export function createAgents(options: AgentsOptions = {}): Agents {
  const maxSockets = options.maxSockets ?? MAX_SOCKETS;
  const shared: AgentOptions = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxSockets,
    scheduling: 'lifo',
    timeout: IDLE_SOCKET_MS,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...(options.proxyEnv === undefined ? {} : { proxyEnv: options.proxyEnv }),
  };
  const http = new HttpAgent(shared);
  const makeHttps = (): HttpsAgent =>
    new HttpsAgent({
      ...shared,
      // One context for all connections: given as a list, the certificates would be parsed for each of them.
      secureContext: trust(options.extraCa ?? []),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    });
  // Reading all certificates takes a tenth of a second, so it waits for the first that is needed; but what is wrong
  // with those that were added is found out now.
  let https = options.extraCa?.length ? makeHttps() : null;
  return {
    http,
    get https() {
      https ??= makeHttps();
      return https;
    },
    close: () => {
      http.destroy();
      https?.destroy();
    },
  };
}

function trust(extra: readonly string[]): SecureContext {
  const ca = new Set<string>(extra);
  for (const pem of [...authorities('default'), ...authorities('system')]) ca.add(pem);
  return createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2' });
}

/** Some hosts of Node cannot read the system's store; the built-in list then serves alone. */
function authorities(which: 'default' | 'system'): readonly string[] {
  try {
    return getCACertificates(which);
  } catch {
    return which === 'default' ? rootCertificates : [];
  }
}
