/** Signed URLs and the objects behind them: expiry, alteration, hashes, atomicity, ranges (encord-api.md D). */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { crc32c } from '../../emulator/storage/hashes.ts';
import {
  Client,
  http,
  Key,
  png,
  put,
  SEED_A,
  sha256,
  started,
  temporaryFolder,
  urlObject,
} from './support.ts';

async function granted(options: Parameters<typeof started>[0] = {}) {
  const emulator = await started(options);
  const client = new Client(emulator.url, new Key(SEED_A));
  const { dataset } = await client.dataset('D', true);
  const [grant] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', 'a.png', null, dataset);
  if (!grant) throw new Error('no grant');
  return { emulator, client, dataset, grant };
}

describe('CRC-32C', () => {
  it('has the check value of its definition, whatever the pieces', () => {
    const bytes = Buffer.from('123456789');
    expect(crc32c(bytes)).toBe(0xe3069283);
    const long = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) & 255));
    expect(crc32c(long.subarray(333), crc32c(long.subarray(0, 333)))).toBe(crc32c(long));
  });
});

describe('PUT', () => {
  it('stores the bytes and answers with the hashes of Google Cloud Storage', async () => {
    const { client, grant } = await granted();
    const bytes = png();
    const answer = await put(grant.signed_url, bytes);
    expect(answer.status).toBe(200);
    const md5 = createHash('md5').update(bytes).digest();
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32c(bytes));
    expect(answer.headers).toMatchObject({
      etag: `"${md5.toString('hex')}"`,
      'x-goog-hash': `crc32c=${crc.toString('base64')}, md5=${md5.toString('base64')}`,
      'x-goog-stored-content-length': String(bytes.length),
      'x-goog-generation': expect.stringMatching(/^\d+$/),
    });
    expect(await client.state()).toMatchObject({ objects: 1, puts: 1, registrations: 0 });
  });

  it('refuses expired and altered URLs, other methods and unsigned ones, with XML', async () => {
    const { client, grant } = await granted({ urlLifetimeSeconds: 60 });
    const url = new URL(grant.signed_url);
    const altered = [
      grant.signed_url.replace(/Signature=\w{4}/, 'Signature=0000'),
      grant.signed_url.replace('X-Goog-Expires=60', 'X-Goog-Expires=600'),
      grant.signed_url.replace('.com/cord-images', '.com/cord-videos'),
      `${grant.signed_url}&extra=1`,
    ];
    for (const target of altered) {
      const answer = await put(target, png());
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('<Code>SignatureDoesNotMatch</Code>');
    }
    expect((await put(url.origin + url.pathname, png())).text).toContain('<Code>AccessDenied</Code>');
    expect((await http('GET', grant.signed_url)).status).toBe(403);
    expect((await http('DELETE', grant.signed_url)).status).toBe(405);
    const otherHost = await put(grant.signed_url, png(), { Host: 'localhost:1' });
    expect(otherHost.status).toBe(403);

    await client.control('POST', 'clock', { shiftSeconds: 59 });
    expect((await put(grant.signed_url, png())).status).toBe(200);
    await client.control('POST', 'clock', { shiftSeconds: 2 });
    const expired = await put(grant.signed_url, png());
    expect(expired.status).toBe(403);
    expect(expired.text).toContain('<Code>ExpiredToken</Code>');
    expect((await client.state()).puts).toBe(1);
  });

  it('takes a URL with the quotation mark that the published cURL sample leaves at its end', async () => {
    const { client, grant } = await granted();
    const at = new URL(grant.signed_url);
    const bytes = png();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const path = `${at.pathname}${at.search}"`;
      const sent = request({ host: at.hostname, port: at.port, path, method: 'PUT' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
    expect(status).toBe(200);
    expect(await client.state()).toMatchObject({ objects: 1 });
  });

  it('keeps nothing of a body that ends early', async () => {
    const dataDir = temporaryFolder();
    const { client, grant } = await granted({ dataDir });
    for (const size of [1000, 5_000_000]) {
      await expect(
        new Promise((resolve, reject) => {
          const outgoing = request(grant.signed_url, {
            method: 'PUT',
            headers: { 'Content-Length': String(size) },
          });
          outgoing.on('response', resolve);
          outgoing.on('error', reject);
          outgoing.write(Buffer.alloc(Math.floor(size / 2)), () =>
            setImmediate(() => outgoing.destroy(new Error('gone'))),
          );
        }),
      ).rejects.toThrow('gone');
    }
    await expect.poll(() => readdirSync(join(dataDir, 'incoming'))).toEqual([]);
    expect(await client.state()).toMatchObject({ objects: 0, puts: 0 });
  });

  it('takes large bodies to disk, chunked ones, and a second PUT of the same URL', async () => {
    const { client, dataset, grant } = await granted();
    const large = Buffer.concat([png(), Buffer.alloc(3 * 1024 * 1024 + 17, 5)]);
    expect((await put(grant.signed_url, large)).status).toBe(200);
    const chunked = await new Promise<number>((resolve, reject) => {
      const outgoing = request(grant.signed_url, { method: 'PUT' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.write(large.subarray(0, 100));
      outgoing.end(large.subarray(100));
    });
    expect(chunked).toBe(200);
    await client.ok(
      z.object({ success: z.literal(true) }),
      'singleimage',
      'POST',
      grant.data_hash,
      grant,
      dataset,
    );
    const state = await client.state();
    expect(state.objects).toBe(1);
    expect(state.puts).toBe(2);
    expect(state.datasets[0]?.rows[0]).toMatchObject({ sha256: sha256(large), file_size: large.length });
  });

  it('compares Content-MD5', async () => {
    const { client, grant } = await granted();
    const wrong = await put(grant.signed_url, png(), { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('<Code>BadDigest</Code>');
    expect((await client.state()).objects).toBe(0);
  });
});

describe('GET', () => {
  it('reads an object by a signed URL, whole and in ranges', async () => {
    const { client, dataset, grant } = await granted();
    const bytes = png(9, 9);
    await put(grant.signed_url, bytes, { 'Content-Type': 'image/png' });
    await client.v1('singleimage', 'POST', null, grant, dataset);
    const row = await client.ok(
      z.object({ signed_url: z.string(), file_link: z.string() }),
      'datarow',
      'GET',
      grant.data_hash,
      { additional_data: { signed_url: true, images_data_fetch_options: null, client_metadata: false } },
      dataset,
    );
    const whole = await http('GET', row.signed_url);
    expect(whole).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/png', 'content-length': String(bytes.length) },
    });
    const part = await http('GET', row.signed_url, { Range: 'bytes=1-3' });
    expect(part).toMatchObject({
      status: 206,
      text: 'PNG',
      headers: { 'content-range': `bytes 1-3/${bytes.length}` },
    });
    expect((await http('GET', row.signed_url, { Range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await http('HEAD', row.signed_url)).headers['content-length']).toBe(String(bytes.length));
    expect((await put(row.signed_url, bytes)).status).toBe(403);
  });
});
