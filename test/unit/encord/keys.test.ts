/** Private keys: what is accepted, what is refused and how, and that no message holds any part of a key. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import sshpk from 'sshpk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePrivateKey, parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { hasProgram, keyFromSeed, SEED, VECTOR_PUBLIC_HEX } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'encord-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keygen(name: string, ...options: string[]): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-f', file, ...options]);
  return readFileSync(file, 'utf8');
}

function refusal(text: string, passphrase?: string): UploaderError {
  try {
    parsePrivateKey(text, passphrase);
  } catch (error) {
    if (error instanceof UploaderError) return error;
    throw error;
  }
  throw new Error('The key was accepted.');
}

/** Every stretch of the secret text that is long enough to be one, anywhere in what the error holds. */
function expectNothingOf(error: UploaderError, ...secrets: string[]): void {
  const held = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error.stack);
  for (const secret of secrets) {
    const words = secret.replace(/-----[^-]+-----/g, '').split(/[\s:]+/);
    for (const word of words.filter((each) => each.length >= 16)) {
      for (let at = 0; at + 16 <= word.length; at += 8) expect(held).not.toContain(word.slice(at, at + 16));
    }
  }
  expect(error.cause).toBeUndefined();
}

describe('a key of known seed', () => {
  const text = keyFromSeed(SEED, 'me@lab');

  it('tells its public half, fingerprint and comment', () => {
    const key = parsePrivateKey(text);
    expect(key.publicHex).toBe(VECTOR_PUBLIC_HEX);
    expect(key.comment).toBe('me@lab');
    expect(key.fingerprint).toBe(sshpk.parsePrivateKey(text, 'ssh').fingerprint('sha256').toString());
    expect(key.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('signs as sshpk does', () => {
    const key = parsePrivateKey(text);
    const message = randomBytes(1000);
    const signing = sshpk.parsePrivateKey(text, 'ssh').createSign('sha512');
    signing.update(message);
    const expected = signing.sign().toBuffer('raw');
    expect(Buffer.from(key.sign(message)).equals(expected)).toBe(true);
  });

  it('exports a text that gives the same key, and shows none of it when printed', () => {
    const key = parsePrivateKey(text);
    const again = parsePrivateKey(key.exportText());
    expect(again.publicHex).toBe(key.publicHex);
    expect(again.comment).toBe(key.comment);
    const printed = inspect(key, { depth: 10, showHidden: true }) + JSON.stringify(key);
    expect(printed).not.toContain(SEED.toString('hex'));
    expect(printed).not.toContain('BEGIN');
  });

  it.each([
    ['CRLF', (each: string) => each.replaceAll('\n', '\r\n')],
    ['blanks around', (each: string) => `\n\n   ${each}\n\t\n`],
    ['a byte order mark', (each: string) => `\uFEFF${each}`],
    ['indented lines', (each: string) => each.replaceAll('\n', '\n    ')],
    ['line breaks lost to spaces', (each: string) => each.trim().replaceAll('\n', ' ')],
    ['line breaks written out', (each: string) => each.replaceAll('\n', '\\n')],
  ])('is read with %s', (_, change) => {
    expect(parsePrivateKey(change(text)).publicHex).toBe(VECTOR_PUBLIC_HEX);
  });

  it('is read even where a passphrase is given that it does not need', () => {
    expect(parsePrivateKey(text, 'not needed').publicHex).toBe(VECTOR_PUBLIC_HEX);
  });

  it('is refused with a single character changed or lines missing, without a word of it', () => {
    const lines = text.trim().split('\n');
    const cut = [...lines.slice(0, 2), ...lines.slice(3)].join('\n');
    const open = lines.slice(0, -1).join('\n');
    const middle = lines[2] ?? '';
    const swapped = text.replace(
      middle,
      middle.slice(0, 20) + (middle[20] === 'A' ? 'B' : 'A') + middle.slice(21),
    );
    for (const broken of [cut, open, swapped]) {
      const error = refusal(broken);
      expect(error.code).toBe('key-format');
      expectNothingOf(error, text);
    }
  });
});

describe.skipIf(!hasProgram('ssh-keygen'))(
  'keys made by ssh-keygen (skipped where it is not installed)',
  () => {
    it('reads a plain and a protected Ed25519 key', () => {
      const plain = keygen('plain', '-t', 'ed25519', '-N', '', '-C', 'a comment');
      const key = parsePrivateKey(plain);
      const listed = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'plain')], { encoding: 'utf8' });
      expect(listed).toContain(key.fingerprint);

      const text = keygen('locked', '-t', 'ed25519', '-N', 'correct horse ü', '-C', 'x');
      const opened = parsePrivateKey(text, 'correct horse ü');
      const published = readFileSync(join(folder, 'locked.pub'), 'utf8').split(' ')[1] ?? '';
      expect(Buffer.from(published, 'base64').subarray(-32).toString('hex')).toBe(opened.publicHex);
      expect(opened.exportText()).toContain('BEGIN OPENSSH PRIVATE KEY');
      expect(parsePrivateKey(opened.exportText()).publicHex).toBe(opened.publicHex);
    });

    it('asks for the passphrase, and says when it is wrong', () => {
      const text = keygen('locked2', '-t', 'ed25519', '-N', 'open sesame please');
      for (const none of [undefined, '']) {
        const error = refusal(text, none);
        expect(error.code).toBe('passphrase-needed');
        expectNothingOf(error, text);
      }
      const wrong = refusal(text, 'a wrong passphrase entered');
      expect(wrong.code).toBe('passphrase-wrong');
      expectNothingOf(wrong, text, 'a-wrong-passphrase-entered');
      expect(inspect(wrong)).not.toContain('wrong passphrase entered');
    });

    it('says how to save a key whose cipher it does not know', () => {
      const text = keygen(
        'chacha',
        '-t',
        'ed25519',
        '-N',
        'secret words',
        '-Z',
        'chacha20-poly1305@openssh.com',
      );
      const error = refusal(text, 'secret words');
      expect(error.code).toBe('key-format');
      expect(error.message).toContain('ssh-keygen -p');
      expectNothingOf(error, text);
    });

    it.each([
      ['rsa', ['-t', 'rsa', '-b', '2048'], /RSA/],
      ['ecdsa', ['-t', 'ecdsa'], /ECDSA/],
      ['rsa-locked', ['-t', 'rsa', '-b', '2048', '-N', 'locked words'], /RSA/],
      ['rsa-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], /RSA/],
      ['ecdsa-pem', ['-t', 'ecdsa', '-m', 'PEM'], /ECDSA/],
    ])('refuses %s by type, with what to do', (name, options, named) => {
      const text = keygen(name, ...(options.includes('-N') ? options : [...options, '-N', '']));
      const error = refusal(text);
      expect(error.code).toBe('key-type');
      expect(error.message).toMatch(named);
      expect(error.message).toContain('ssh-keygen -t ed25519');
      expectNothingOf(error, text);
    });
  },
);

describe('what is not an OpenSSH private key', () => {
  const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const publicLine = sshpk.parsePrivateKey(keyFromSeed(SEED, 'x'), 'ssh').toPublic().toString('ssh');
  it.each([
    ['nothing', '', /No key was given/],
    ['blanks', ' \n ', /No key was given/],
    ['a public key', publicLine, /public key/],
    ['a PEM public key', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----', /public key/],
    ['a PuTTY file', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', /PuTTYgen/],
    ['PKCS#8', pkcs8, /PKCS#8/],
    ['prose', 'correct horse battery staple, my secret', /not an OpenSSH private key/],
    ['a very long text', 'x'.repeat(100_000), /too long/],
    [
      'an empty armour',
      '-----BEGIN OPENSSH PRIVATE KEY-----\n\n-----END OPENSSH PRIVATE KEY-----',
      /damaged or incomplete/,
    ],
    [
      'an armour around something else',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('hello world, this is no key').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`,
      /damaged or incomplete/,
    ],
  ])('says what to do about %s', (_, text, sentence) => {
    const error = refusal(text);
    expect(error.code).toBe('key-format');
    expect(error.message).toMatch(sentence);
    expectNothingOf(error, text);
  });

  it('refuses a file whose halves do not belong together', () => {
    const other = randomBytes(32);
    const text = keyFromSeed(SEED, 'x', other);
    const error = refusal(text);
    expect(error.code).toBe('key-format');
    expectNothingOf(error, text);
  });

  it('refuses a protection that would take hours to undo', () => {
    const text = keyFromSeed(SEED, 'x', undefined, { rounds: 50_000_000 });
    expect(refusal(text, 'words').code).toBe('key-format');
  });
});

describe('a key pair that is made here', () => {
  it('is a new one each time, has its comment on one line, and signs for its public half', () => {
    const made = makePrivateKey('scanner 7\nnext door');
    expect(made.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+ scanner 7 next door$/);
    const key = parsePrivateKey(made.exportText());
    expect([key.fingerprint, key.comment, key.sealedText]).toEqual([
      made.fingerprint,
      'scanner 7 next door',
      null,
    ]);
    const wire = Buffer.from(made.publicKey.split(' ')[1] ?? '', 'base64');
    expect(wire.subarray(-32).toString('hex')).toBe(key.publicHex);
    expect(makePrivateKey('').fingerprint).not.toBe(made.fingerprint);
  });

  it.skipIf(!hasProgram('ssh-keygen'))('is one to ssh-keygen too', () => {
    const made = makePrivateKey('lab');
    const file = join(folder, 'made');
    writeFileSync(file, made.exportText(), { mode: 0o600 });
    const run = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' });
    expect(run('-y', '-f', file).trim()).toBe(made.publicKey);
    expect(run('-l', '-f', file)).toContain(made.fingerprint);
  });
});
