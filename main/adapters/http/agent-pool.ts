/** The keep-alive agents of one way, made when they are first needed. Used by `agents.ts`. */

import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

export interface Pool {
  readonly http: HttpAgent;
  /** Made when it is first needed: reading all certificates takes a tenth of a second. */
  readonly https: HttpsAgent;
  /** Serves what waits, and keeps no connection after it. */
  retire(): void;
  isIdle(): boolean;
  destroy(): void;
}

export function makePool(makeHttp: () => HttpAgent, makeHttps: () => HttpsAgent): Pool {
  let http: HttpAgent | null = null;
  let https: HttpsAgent | null = null;
  return {
    get http() {
      http ??= makeHttp();
      return http;
    },
    get https() {
      https ??= makeHttps();
      return https;
    },
    retire: () => {
      for (const agent of [http, https]) {
        if (!agent) continue;
        agent.maxFreeSockets = 0;
        for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
      }
    },
    isIdle: () => [http, https].every((agent) => Object.values(agent?.sockets ?? {}).flat().length === 0),
    destroy: () => {
      http?.destroy();
      https?.destroy();
    },
  };
}
