/** Secrets kept in memory for this run alone: for tests, and for whoever chose that a key is not to be stored. */

import type { AccountId } from '../../core/model.ts';
import type { Secrets } from '../../core/ports.ts';

export function createMemorySecrets(): Secrets {
  const kept = new Map<AccountId, string>();
  return {
    status: async () => ({ kind: 'ready', where: 'memory, for this run only' }),
    get: async (id) => {
      const secret = kept.get(id);
      return secret === undefined ? { kind: 'absent' } : { kind: 'found', secret };
    },
    set: async (id, secret) => {
      kept.set(id, secret);
      return { kind: 'ok' };
    },
    delete: async (id) => {
      kept.delete(id);
      return { kind: 'ok' };
    },
  };
}
