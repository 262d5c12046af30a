/** Finds out who sent a request: API key, SSH signature of either protocol, or bearer token (encord-api.md B). */

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { header } from '../http.ts';
import { Refusal } from '../refusal.ts';
import type { User } from '../store/users.ts';
import type { World } from '../world.ts';
import { verifyEd25519 } from './keys.ts';
import type { Principal } from './principal.ts';

/** Seconds by which `created` may differ from the emulator's clock; the real window is unknown (B.3, G.2). */
const CREATED_WINDOW_SECONDS = 300;

function unauthenticated(message: string): Refusal {
  return new Refusal('AUTHENTICATION_ERROR', message);
}

/** The key's user; with `trustNewKeys` an unknown key becomes a user. Only call this once its signature is verified. */
function userOfKey(world: World, publicHex: string): User | null {
  const user = world.users.byKey(publicHex);
  if (user || !world.trustNewKeys) return user;
  return world.db.transaction(() => {
    const made = world.users.ensure(`key-${publicHex.slice(0, 16)}@emulator.invalid`, world.now());
    world.users.addKey(publicHex, made.userHash);
    return made;
  });
}

function bearer(world: World, authorization: string): User | null {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return null;
  const user = world.users.byToken(token, world.now());
  if (!user) throw unauthenticated('The bearer token is unknown or has expired.');
  return user;
}

/**
 * v1: `<public hex>:<signature hex>` over the SHA-256 of the exact body (B.2), `Bearer`, or an API key verbatim (B.1).
 * @throws Refusal
 */
export function authenticateV1(world: World, request: IncomingMessage, body: Buffer): Principal {
  const authorization = header(request, 'authorization')?.trim();
  if (!authorization) throw unauthenticated('The Authorization header is missing.');
  const token = bearer(world, authorization);
  if (token) return { user: token, apiKey: null };
  const pair = /^([0-9a-f]{64}):([0-9a-f]{128})$/.exec(authorization);
  if (pair) {
    const [, publicHex = '', signature = ''] = pair;
    const known = world.users.byKey(publicHex);
    if (!known && !world.trustNewKeys) {
      throw new Refusal('SSH_KEY_NOT_FOUND_ERROR', 'This SSH key is not registered.');
    }
    const digest = createHash('sha256').update(body).digest();
    if (!verifyEd25519(publicHex, digest, Buffer.from(signature, 'hex'))) {
      throw unauthenticated('The signature does not belong to this body and key.');
    }
    const user = known ?? userOfKey(world, publicHex);
    if (!user) throw new Refusal('SSH_KEY_NOT_FOUND_ERROR', 'This SSH key is not registered.');
    return { user, apiKey: null };
  }
  const apiKey = world.datasets.apiKey(authorization);
  const maker = apiKey ? world.users.byHash(apiKey.userHash) : null;
  if (!apiKey || !maker) throw unauthenticated('The Authorization header holds no valid credential.');
  return { user: maker, apiKey };
}

interface SignatureInput {
  readonly label: string;
  readonly components: readonly string[];
  /** Everything after the label's `=`, as sent: the value of `@signature-params`. */
  readonly params: string;
  readonly created: number;
  readonly keyid: string;
}

function parseSignatureInput(value: string): SignatureInput | null {
  const match = /^([a-z*][a-z0-9_.*-]*)=(\(([^()]*)\)(;.*)?)$/.exec(value.trim());
  if (!match) return null;
  const [, label = '', params = '', list = '', rest = ''] = match;
  const components = [...list.matchAll(/"([^"]+)"/g)].map((found) => found[1] ?? '');
  const created = /;created=(\d+)(?=;|$)/.exec(rest)?.[1];
  const keyid = /;keyid="([^"]*)"(?=;|$)/.exec(rest)?.[1];
  const algorithm = /;alg="([^"]*)"(?=;|$)/.exec(rest)?.[1];
  if (created === undefined || keyid === undefined || (algorithm !== undefined && algorithm !== 'ed25519'))
    return null;
  return { label, components, params, created: Number(created), keyid };
}

const REQUIRED_COMPONENTS = ['@method', '@request-target', 'content-digest'];

/** @throws Refusal */
function verifyMessageSignature(world: World, request: IncomingMessage, body: Buffer): User {
  const input = parseSignatureInput(header(request, 'signature-input') ?? '');
  if (!input) throw unauthenticated('Signature-Input is missing or malformed.');
  if (!REQUIRED_COMPONENTS.every((name) => input.components.includes(name))) {
    throw unauthenticated('The signature must cover @method, @request-target and content-digest.');
  }
  const digest = header(request, 'content-digest') ?? '';
  const expected = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  if (digest !== expected) throw unauthenticated('Content-Digest does not match the body.');
  const lines: string[] = [];
  for (const name of input.components) {
    const value =
      name === '@method'
        ? (request.method ?? '')
        : name === '@request-target'
          ? (request.url ?? '')
          : name.startsWith('@')
            ? undefined
            : header(request, name);
    if (value === undefined)
      throw unauthenticated(`The signature covers "${name}", which this request does not have.`);
    lines.push(`"${name}": ${value}`);
  }
  lines.push(`"@signature-params": ${input.params}`);
  const signatureHeader = (header(request, 'signature') ?? '').trim();
  const signature = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]+=*):$/.exec(signatureHeader);
  if (signature?.[1] !== input.label) throw unauthenticated('Signature is missing or malformed.');
  if (!verifyEd25519(input.keyid, Buffer.from(lines.join('\n')), Buffer.from(signature[2] ?? '', 'base64'))) {
    throw unauthenticated('The signature does not belong to this request and key.');
  }
  if (Math.abs(world.now() / 1000 - input.created) > CREATED_WINDOW_SECONDS) {
    throw unauthenticated('The signature was created too long ago or in the future.');
  }
  const user = userOfKey(world, input.keyid);
  if (!user) throw unauthenticated('The SSH key is not registered.');
  return user;
}

/**
 * v2: HTTP message signature (B.3) or bearer token (B.4). Dataset API keys are not accepted.
 * @throws Refusal
 */
export function authenticateV2(world: World, request: IncomingMessage, body: Buffer): User {
  const authorization = header(request, 'authorization')?.trim();
  if (authorization !== undefined) {
    const user = bearer(world, authorization);
    if (!user) throw unauthenticated('v2 takes a bearer token or a message signature.');
    return user;
  }
  return verifyMessageSignature(world, request, body);
}
