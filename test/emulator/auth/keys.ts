/** Ed25519 public keys: the OpenSSH line, the 64 hex characters of the wire, and verification. */

import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** DER head of an Ed25519 SubjectPublicKeyInfo; the 32 raw bytes follow. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

const cache = new Map<string, KeyObject | null>();

function keyObject(publicHex: string): KeyObject | null {
  const cached = cache.get(publicHex);
  if (cached !== undefined) return cached;
  let key: KeyObject | null = null;
  if (/^[0-9a-f]{64}$/.test(publicHex)) {
    try {
      key = createPublicKey({
        key: Buffer.concat([SPKI_HEAD, Buffer.from(publicHex, 'hex')]),
        format: 'der',
        type: 'spki',
      });
    } catch {
      key = null;
    }
  }
  if (cache.size > 10_000) cache.clear();
  cache.set(publicHex, key);
  return key;
}

/** Whether `signature` is pure Ed25519 by this key over exactly `message`; false for a malformed key. */
export function verifyEd25519(publicHex: string, message: Buffer, signature: Buffer): boolean {
  const key = keyObject(publicHex);
  return key !== null && signature.length === 64 && verify(null, message, key, signature);
}

/**
 * The 32 raw bytes, in hex, of a line like `ssh-ed25519 AAAA… comment`.
 * @throws Error with a sentence when it is not such a line.
 */
export function publicHexOfOpenSsh(line: string): string {
  const [algorithm, base64] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64 ?? '', 'base64');
  const head = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
  if (
    algorithm !== 'ssh-ed25519' ||
    blob.length !== head.length + 32 ||
    !blob.subarray(0, head.length).equals(head)
  ) {
    throw new Error('A public key must be one OpenSSH line that starts with "ssh-ed25519 AAAA".');
  }
  return blob.subarray(head.length).toString('hex');
}
