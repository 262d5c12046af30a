/**
 * A client that follows the sample of Encord's API documentation for single images step by step, one image after
 * another: ask for the signed URL, PUT the whole file, register it. Like the sample's axios it leaves connections to
 * Node's own agent, which keeps them. Started by `small.ts` with the key in `ENCORD_SSH_KEY`, the server in
 * `ENCORD_DOMAIN` and the paths as arguments; prints `{"seconds": N}`, without the making of dataset and API key.
 */

import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';
import sshpk from 'sshpk';

const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json' };

if (import.meta.main) {
  const { ENCORD_SSH_KEY: key = '', ENCORD_DOMAIN: domain = '' } = process.env;
  const dataset = await asUser(domain, key, 'dataset', { title: 'Sample', type: 0, description: '' });
  const hash = text(dataset, 'dataset_hash');
  const payload = { dataset_hash: hash, title: 'Sample', scopes: '["dataset.read", "dataset.write"]' };
  const access = await asUser(domain, key, 'datasetapikey', payload);
  const headers = { ResourceID: hash, Authorization: text(access, 'api_key') };

  const begun = performance.now();
  for (const path of process.argv.slice(2)) {
    const granted = await call(domain, headers, 'signedimagesurl', 'GET', basename(path), null);
    const grant = Array.isArray(granted) ? granted[0] : null;
    await send(
      'PUT',
      text(grant, 'signed_url'),
      { 'Content-Type': 'application/octet-stream' },
      readFileSync(path),
    );
    await call(domain, headers, 'singleimage', 'POST', text(grant, 'data_hash'), grant);
  }
  console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000 }));
}

/** A call without a dataset, signed as the sample does (encord-api.md B.2). */
async function asUser(domain: string, key: string, type: string, payload: unknown): Promise<unknown> {
  const body = JSON.stringify({ query_type: type, query_method: 'POST', values: { uid: null, payload } });
  const parsed = sshpk.parsePrivateKey(key, 'openssh');
  const digest = createHash('sha256').update(body).digest();
  const signature = sign(null, digest, createPrivateKey(parsed.toString('pkcs8'))).toString('hex');
  const publicKey = parsed.toPublic().parts[0]?.data.toString('hex') ?? '';
  const headers = { ...JSON_HEADERS, Authorization: `${publicKey}:${signature}` };
  return responseOf(await send('POST', `${domain}/public/user`, headers, body));
}

async function call(
  domain: string,
  headers: Readonly<Record<string, string>>,
  type: string,
  method: string,
  uid: string,
  payload: unknown,
): Promise<unknown> {
  const body = JSON.stringify({ query_type: type, query_method: method, values: { uid, payload } });
  return responseOf(await send('POST', `${domain}/public`, { ...JSON_HEADERS, ...headers }, body));
}

function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const outgoing = request(
      url,
      { method, headers: { ...headers, 'Content-Length': length } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if (incoming.statusCode === 200) resolve(answer);
          else reject(new Error(`${method} was answered ${incoming.statusCode}: ${answer.slice(0, 200)}`));
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function responseOf(answer: string): unknown {
  const said: unknown = JSON.parse(answer);
  if (typeof said === 'object' && said !== null && 'response' in said) return said.response;
  throw new Error(`The answer has no response: ${answer.slice(0, 200)}`);
}

function text(from: unknown, name: string): string {
  if (typeof from === 'object' && from !== null) {
    const value: unknown = Object.entries(from).find(([key]) => key === name)?.[1];
    if (typeof value === 'string') return value;
  }
  throw new Error(`The answer has no ${name}.`);
}
