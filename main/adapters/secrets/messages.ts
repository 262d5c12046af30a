/**
 * What the keychain's own process is asked and answers. Used by `keychain.ts` and `keychain.host.ts` alone. A secret
 * crosses in a message, never in an argument or the environment, which other users of the machine can read.
 */

import { z } from 'zod';

const entry = { keytar: z.string(), service: z.string(), account: z.string() };

/** `keytar`: the module to load; `probe` loads it and does nothing else. */
export const keychainRequest = z.discriminatedUnion('op', [
  z.object({ op: z.literal('probe'), keytar: z.string() }),
  z.object({ op: z.literal('get'), ...entry }),
  z.object({ op: z.literal('set'), ...entry, secret: z.string() }),
  z.object({ op: z.literal('delete'), ...entry }),
]);

/** `missing`: the module could not be loaded; `failed`: the keychain said no, in its words. */
export const keychainReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), value: z.string().nullable() }),
  z.object({ kind: z.literal('missing'), message: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

export type KeychainRequest = z.infer<typeof keychainRequest>;
export type KeychainReply = z.infer<typeof keychainReply>;
