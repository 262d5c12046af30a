/**
 * Which authorities are trusted: those of the program, of the operating system, and a lab's own. They can be added to;
 * verification cannot be removed. Used by `agents.ts`; the composition root hands the reading of files on.
 */

import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';
import { UploaderError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

/** The largest collections of authorities have a few hundred kB. */
const LARGEST_BYTES = 10_000_000;
const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * Takes a tenth of a second: all certificates are read. `extra` are PEM, one certificate each; `known` are those of the
 * program and of the system.
 *
 * An authority that another one vouches for is trusted alone where a person gave it, as curl does it. That holds for a
 * whole context, and systems list such authorities only to complete chains: beside it they are left out.
 */
export function trustContext(
  extra: readonly string[],
  known: readonly string[] = [...authorities('default'), ...authorities('system')],
): SecureContext {
  const alone = standsAlone(extra);
  const ca = new Set<string>([...extra, ...(alone ? known.filter(isRoot) : known)]);
  return createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2', allowPartialTrustChain: alone });
}

/** Where the system's store cannot be read, connections that it would allow fail, and nobody would know why. */
export function tellOfSystem(log: Log): void {
  const count = authorities('system').length;
  if (count > 0) log.info('The authorities of the system are trusted.', { count });
  else log.warn('The system names no authority: those of the program and of the settings count.', { count });
}

/**
 * The certificates of a file (PEM, or a single one in DER), each as PEM. Throws `invalid-input` with a sentence for a
 * file that cannot be read or holds none.
 */
export function readAuthorities(path: string): readonly string[] {
  const bytes = contentOf(path);
  const blocks = bytes.toString('latin1').match(CERTIFICATE);
  const texts: readonly (string | Buffer)[] = blocks ?? (bytes[0] === 0x30 ? [bytes] : []);
  if (texts.length === 0) {
    throw refused(
      path,
      'holds no certificate. Choose a PEM file: it has a line “-----BEGIN CERTIFICATE-----”',
    );
  }
  try {
    return texts.map((text) => new X509Certificate(text).toString());
  } catch (reason) {
    throw refused(path, 'holds a certificate that is damaged. Ask for the file again', reason);
  }
}

function contentOf(path: string): Buffer {
  try {
    if (statSync(path).size <= LARGEST_BYTES) return readFileSync(path);
  } catch (reason) {
    throw refused(path, 'cannot be read. Check the path, and that you may read it', reason);
  }
  throw refused(path, 'is too large to be a list of certificates. Choose another file');
}

function refused(path: string, why: string, cause?: unknown): UploaderError {
  return new UploaderError('invalid-input', `The certificate file ${path} ${why}.`, { cause });
}

/** One of them is no root, and the one that vouches for it is not among them. */
function standsAlone(extra: readonly string[]): boolean {
  const between = extra.filter((pem) => !isRoot(pem));
  if (between.length === 0) return false;
  const all = extra.map((pem) => new X509Certificate(pem));
  return between.some((pem) => {
    const certificate = new X509Certificate(pem);
    return !all.some(
      (other) => other.fingerprint256 !== certificate.fingerprint256 && isIssuedBy(certificate, other),
    );
  });
}

function isRoot(pem: string): boolean {
  try {
    const certificate = new X509Certificate(pem);
    // Not by `checkIssued`, for which a server's certificate that signed itself is none.
    return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
  } catch {
    // Its kind of key is not known here: nothing could be verified by it either.
    return false;
  }
}

function isIssuedBy(certificate: X509Certificate, other: X509Certificate): boolean {
  try {
    return certificate.checkIssued(other) && certificate.verify(other.publicKey);
  } catch {
    return false;
  }
}

/** Some hosts of Node cannot read the system's store; the built-in list then serves alone. */
function authorities(which: 'default' | 'system'): readonly string[] {
  try {
    return getCACertificates(which);
  } catch {
    return which === 'default' ? rootCertificates : [];
  }
}
