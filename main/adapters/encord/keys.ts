/**
 * SSH private keys: text in, a signer out; and new ones. Called by the accounts use case and by whoever reads a key from the
 * environment. Nothing of a key ever gets into a message, a cause or a stack: the errors of the parsing library
 * are dropped, because they quote what they read.
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import sshpk from 'sshpk';
import { UploaderError } from '../../core/errors.ts';

/** A parsed key. Its secret parts are reachable only through `sign` and `exportText`. */
export interface SshKey {
  /** The 32 raw public bytes as lower-case hex: how Encord names the key on the wire. */
  readonly publicHex: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The comment of the key file, may be empty. */
  readonly comment: string;
  /** Pure Ed25519 over exactly these bytes: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
  /** The key as unencrypted OpenSSH text, for the keychain and for nothing else. */
  exportText(): string;
  /** The key as it came, its passphrase still on; null where it has none. For the keychain too. */
  readonly sealedText: string | null;
}

/** PKCS#8 of an Ed25519 key is this prefix and the seed (encord-api.md B.5). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const MAGIC = 'openssh-key-v1\0';
const ARMOUR = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/;
/** Ciphers that the parsing library can undo. */
const CIPHERS = new Set([
  'none',
  '3des-cbc',
  'aes128-cbc',
  'aes192-cbc',
  'aes256-cbc',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
]);
/** `ssh-keygen` uses 16 or 24; a forged file with millions would freeze the program. */
const MOST_KDF_ROUNDS = 500;
const MOST_KEY_TEXT = 64 * 1024;

const MAKE_ONE = 'Make one with: ssh-keygen -t ed25519';

/**
 * Parses an OpenSSH Ed25519 private key. Tolerates CRLF, blanks around, line breaks lost in pasting, and `\n`
 * written out as in environment files.
 *
 * Throws `UploaderError` with `key-format`, `key-type`, `passphrase-needed` or `passphrase-wrong`.
 */
export function parsePrivateKey(text: string, passphrase?: string): SshKey {
  const blob = unwrap(text);
  const header = readHeader(blob);
  const encrypted = header.kdf !== 'none';
  if (encrypted && (passphrase === undefined || passphrase === '')) {
    throw new UploaderError(
      'passphrase-needed',
      'This key is protected by a passphrase. Enter the passphrase and try again.',
    );
  }
  const parsed = decode(blob, encrypted ? passphrase : undefined, encrypted);
  return { ...signer(parsed, header.publicPart), sealedText: encrypted ? armour(blob) : null };
}

/** A key pair that was made here: the line to register, and the private half for the keychain alone. */
export interface NewKey {
  /** One line in OpenSSH's format, ending in the comment. */
  readonly publicKey: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** OpenSSH, without passphrase. A secret. */
  exportText(): string;
}

/** Makes an Ed25519 key pair. The comment becomes one line without control characters. */
export function makePrivateKey(comment: string): NewKey {
  const pair = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  const parsed = sshpk.parsePrivateKey(pair, 'pkcs8');
  parsed.comment = cleanComment(comment);
  const text = parsed.toString('ssh');
  const { fingerprint } = parsePrivateKey(text);
  const publicKey = parsed.toPublic();
  publicKey.comment = parsed.comment;
  return { publicKey: publicKey.toString('ssh'), fingerprint, exportText: () => text };
}

function formatError(message: string): UploaderError {
  return new UploaderError('key-format', message);
}

function typeError(type: string): UploaderError {
  return new UploaderError(
    'key-type',
    `This is ${type}. Encord takes Ed25519 keys only. ${MAKE_ONE}, add its public half to your Encord profile, and use that key here.`,
    { details: { type } },
  );
}

/** The binary content of the armoured text, or a sentence on what the text is instead. */
function unwrap(text: string): Buffer {
  const clean = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\\n', '\n')
    .trim();
  if (clean === '')
    throw formatError('No key was given. Paste the whole private key file, or choose the file.');
  if (clean.length > MOST_KEY_TEXT) {
    throw formatError('This is far too long for a key. Choose the private key file that ssh-keygen made.');
  }
  const armoured = ARMOUR.exec(clean);
  if (armoured === null) throw notOpenSsh(clean);
  const body = (armoured[1] ?? '').replace(/\s+/g, '');
  const blob = Buffer.from(body, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || blob.length < MAGIC.length) throw damaged();
  return blob;
}

function damaged(): UploaderError {
  return formatError(
    'The key text is damaged or incomplete. Copy the whole file again, from the BEGIN line to the END line.',
  );
}

function notOpenSsh(text: string): UploaderError {
  if (/^(ssh-|ecdsa-|sk-)/.test(text) || /^-+ ?BEGIN [A-Z0-9 ]*PUBLIC KEY/.test(text)) {
    return formatError(
      'This is a public key. Use the private half: the file of the same name without ".pub" at its end.',
    );
  }
  if (/^PuTTY-User-Key-File-/i.test(text)) {
    return formatError(
      'This is a PuTTY key file. Open it in PuTTYgen, choose Conversions, then "Export OpenSSH key", and use the file it writes.',
    );
  }
  const old = /^-----BEGIN (RSA|DSA|EC) PRIVATE KEY-----/.exec(text);
  if (old !== null) return typeError(`${old[1] === 'EC' ? 'an ECDSA' : `${article(old[1])} ${old[1]}`} key`);
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) {
    return formatError(
      `This key is in PKCS#8 format, not in OpenSSH format. ${MAKE_ONE}, and use the file it writes.`,
    );
  }
  if (/BEGIN OPENSSH PRIVATE KEY/.test(text)) return damaged();
  return formatError(
    'This is not an OpenSSH private key. It should begin with "-----BEGIN OPENSSH PRIVATE KEY-----". Paste the whole file, or choose the file.',
  );
}

function article(type: string | undefined): string {
  return type === 'RSA' ? 'an' : 'a';
}

/** The unencrypted outside of the file: enough to say what is wrong before any passphrase is asked for. */
function readHeader(blob: Buffer): { readonly kdf: string; readonly publicPart: Buffer } {
  if (blob.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged();
  let at = MAGIC.length;
  const int = (): number => {
    if (at + 4 > blob.length) throw damaged();
    at += 4;
    return blob.readUInt32BE(at - 4);
  };
  const bytes = (): Buffer => {
    const length = int();
    if (at + length > blob.length) throw damaged();
    at += length;
    return blob.subarray(at - length, at);
  };
  const cipher = bytes().toString('latin1');
  const kdf = bytes().toString('latin1');
  const kdfOptions = bytes();
  if (int() !== 1) throw formatError('This file holds several keys. Use a file with one Ed25519 key.');
  const publicPart = bytes();
  if (publicPart.length < 4) throw damaged();
  const type = publicPart.toString('latin1', 4, Math.min(publicPart.length, 4 + publicPart.readUInt32BE(0)));
  if (type !== 'ssh-ed25519') {
    const known = describeType(type);
    throw known === null ? damaged() : typeError(known);
  }
  if (kdf !== 'none' && kdf !== 'bcrypt') throw foreignProtection();
  if (!CIPHERS.has(cipher)) throw foreignProtection();
  // bcrypt options: a salt and the rounds, the rounds being the last four bytes.
  if (kdf === 'bcrypt') {
    if (kdfOptions.length < 8) throw damaged();
    if (kdfOptions.readUInt32BE(kdfOptions.length - 4) > MOST_KDF_ROUNDS) throw foreignProtection();
  }
  return { kdf, publicPart };
}

function foreignProtection(): UploaderError {
  return formatError(
    'This key is protected in a way that this program cannot undo. Save a copy with the standard protection (ssh-keygen -p -Z aes256-ctr -a 16 -f FILE), then use that.',
  );
}

function describeType(type: string): string | null {
  if (type === 'ssh-rsa') return 'an RSA key';
  if (type === 'ssh-dss') return 'a DSA key';
  if (type.startsWith('ecdsa-')) return 'an ECDSA key';
  if (type.startsWith('sk-')) return 'a hardware security key';
  return null;
}

interface KeyParts {
  readonly seed: Buffer;
  readonly publicBytes: Buffer;
  readonly comment: string;
  readonly parsed: sshpk.PrivateKey;
}

function armour(blob: Buffer): string {
  return [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...(blob.toString('base64').match(/.{1,70}/g) ?? []),
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n');
}

/** Hands the blob to the library in a fresh armour, so that no oddity of the pasted text can reach it. */
function decode(blob: Buffer, passphrase: string | undefined, encrypted: boolean): KeyParts {
  const armoured = armour(blob);
  let parsed: sshpk.PrivateKey;
  try {
    // An empty file name: the library would otherwise use it as the comment of a key that has none.
    parsed = sshpk.parsePrivateKey(armoured, 'ssh', {
      filename: '',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch {
    // The library's error quotes what it read, so it is neither kept nor rethrown.
    if (encrypted) {
      throw new UploaderError(
        'passphrase-wrong',
        'The passphrase does not open this key. Check the keyboard layout and Caps Lock, and try again.',
      );
    }
    throw damaged();
  }
  const seed = partOf(parsed, 'k');
  const publicBytes = partOf(parsed, 'A');
  if (seed === null || publicBytes === null) throw damaged();
  return { seed, publicBytes, comment: cleanComment(parsed.comment ?? ''), parsed };
}

function partOf(key: sshpk.PrivateKey, name: 'k' | 'A'): Buffer | null {
  const found = key.parts.find((part) => part.name === name);
  return found !== undefined && found.data.length === 32 ? Buffer.from(found.data) : null;
}

/** A comment is shown to people: one line, no control characters. */
function cleanComment(comment: string): string {
  return comment
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 200);
}

function signer(parts: KeyParts, publicPart: Buffer): Omit<SshKey, 'sealedText'> {
  let key: KeyObject;
  let derived: Buffer;
  try {
    key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, parts.seed]), format: 'der', type: 'pkcs8' });
    derived = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  } catch {
    throw damaged();
  }
  // A file whose halves do not belong together would sign under a name that is not its own.
  const wire = Buffer.concat([lengthPrefixed(Buffer.from('ssh-ed25519')), lengthPrefixed(derived)]);
  if (!derived.equals(parts.publicBytes) || !wire.equals(publicPart)) throw damaged();
  const digest = createHash('sha256').update(wire).digest('base64').replace(/=+$/, '');
  return {
    publicHex: derived.toString('hex'),
    fingerprint: `SHA256:${digest}`,
    comment: parts.comment,
    sign: (bytes) => signBytes(null, bytes, key),
    exportText: () => parts.parsed.toString('ssh'),
  };
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
