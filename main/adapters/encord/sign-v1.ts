/**
 * The `Authorization` header of v1 calls signed with an SSH key (encord-api.md B.2). Called by `v1.ts`.
 */

import { createHash } from 'node:crypto';
import type { SshKey } from './keys.ts';

/**
 * `<public key hex>:<signature hex>`, the signature being pure Ed25519 over the SHA-256 of the body.
 * `body` must be exactly the bytes that go on the wire.
 */
export function authorizationV1(key: SshKey, body: Uint8Array): string {
  const digest = createHash('sha256').update(body).digest();
  return `${key.publicHex}:${Buffer.from(key.sign(digest)).toString('hex')}`;
}
