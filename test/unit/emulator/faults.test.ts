/** Faults on request: what they hit, what they do, and that the work behind them is or is not done. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Client, grantsPage, Key, png, put, SEED_A, started, type UrlObject, urlObject } from './support.ts';

async function world() {
  const emulator = await started();
  const client = new Client(emulator.url, new Key(SEED_A));
  const { dataset, folder } = await client.dataset('D', true);
  const grant = async (title: string): Promise<UrlObject> => {
    const [made] = await client.ok(z.array(urlObject), 'signedimagesurl', 'GET', title, null, dataset);
    if (!made) throw new Error('no grant');
    return made;
  };
  const fault = (match: object, action: object, times?: number) =>
    client.control('POST', 'faults', { match, do: action, ...(times === undefined ? {} : { times }) });
  return { emulator, client, dataset, folder: folder ?? '', grant, fault };
}

describe('faults', () => {
  it('answer a status with the error of the protocol and Retry-After, as often as asked', async () => {
    const { client, dataset, fault } = await world();
    await fault({ kind: 'api' }, { status: 429, retryAfter: 7 });
    const limited = await client.v2('GET', 'datasets/list');
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect((await client.v2('GET', 'datasets/list')).status).toBe(200);

    await fault({ kind: 'grant', nth: 2 }, { error: 'UPLOAD_OPERATION_NOT_SUPPORTED_ERROR' }, 2);
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await client.v1('signedvideourl', 'GET', 'v.mp4', null, dataset)).status);
    expect(statuses).toEqual([200, 400, 400, 200]);

    await fault({ kind: 'sign-in' }, { status: 503 });
    expect((await client.v2('GET', 'user/current')).status).toBe(503);
    await fault({ kind: 'link' }, { status: 500 }, 5);
    await client.control('DELETE', 'faults');
    const link = await client.v1(
      'datasetlinkitems',
      'POST',
      dataset,
      { item_uuids: [], duplicates_behavior: 'SKIP' },
      dataset,
    );
    expect(link.status).toBe(200);
  });

  it('pick requests by title', async () => {
    const { client, dataset, grant, fault } = await world();
    const [a, b] = [await grant('a.png'), await grant('b.png')];
    await fault({ kind: 'put', title: 'b.png' }, { status: 503 }, 9);
    await fault({ kind: 'register', title: 'a.png' }, { status: 500, error: 'UNKNOWN_ERROR' });
    expect((await put(a.signed_url, png())).status).toBe(200);
    const refused = await put(b.signed_url, png());
    expect(refused.status).toBe(503);
    expect(refused.text).toContain('<Code>ServiceUnavailable</Code>');
    expect((await client.v1('singleimage', 'POST', null, a, dataset)).response).toEqual(['UNKNOWN_ERROR']);
    expect((await client.v1('singleimage', 'POST', null, a, dataset)).status).toBe(200);
  });

  it('reset a connection before, and lose an answer after the work is done', async () => {
    const { client, dataset, grant, fault } = await world();
    const a = await grant('a.png');
    await fault({ kind: 'put' }, { reset: true });
    await expect(put(a.signed_url, png())).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await client.state()).puts).toBe(0);
    await fault({ kind: 'put' }, { resetAfterBytes: 100_000 });
    await expect(put(a.signed_url, Buffer.alloc(3_000_000))).rejects.toThrow(/ECONNRESET|EPIPE|hang up/);
    expect((await client.state()).puts).toBe(0);
    await fault({ kind: 'put' }, { dropResponse: true });
    await expect(put(a.signed_url, png())).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await client.state()).puts).toBe(1);
    await fault({ kind: 'register' }, { dropResponse: true });
    await expect(client.v1('singleimage', 'POST', null, a, dataset)).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await client.state()).registrations).toBe(1);
    await fault({ kind: 'register' }, { reset: true });
    await expect(client.v1('singleimage', 'POST', null, await grant('b'), dataset)).rejects.toThrow(
      /ECONNRESET|hang up/,
    );
    expect((await client.state()).registrations).toBe(1);
  });

  it('delay and stall, and then go on', async () => {
    const { client, grant, fault } = await world();
    const a = await grant('a.png');
    await fault({ kind: 'put' }, { stallMs: 60 });
    await fault({ kind: 'api' }, { delayMs: 60 });
    await fault({ kind: 'api' }, { stallMs: 60 });
    for (const act of [
      () => put(a.signed_url, png()),
      () => client.v2('GET', 'user/current'),
      () => client.v2('GET', 'user/current'),
    ]) {
      const before = performance.now();
      const { status } = await act();
      expect(status).toBe(200);
      expect(performance.now() - before).toBeGreaterThan(50);
    }
  });

  it('hand out URLs that have expired, or let one expire', async () => {
    const { client, folder, grant, fault } = await world();
    await fault({ kind: 'grant' }, { expireUrl: true });
    const path = `storage/folders/${folder}/upload-signed-urls`;
    const stale = await client.okV2(grantsPage, 'POST', path, { itemType: 'image', count: 1 });
    const expired = await put(stale.results[0]?.signedUrl ?? '', png());
    expect(expired).toMatchObject({ status: 403, text: expect.stringContaining('ExpiredToken') });
    const a = await grant('a.png');
    await fault({ kind: 'put' }, { expireUrl: true });
    expect((await put(a.signed_url, png())).status).toBe(403);
    expect((await put(a.signed_url, png())).status).toBe(200);
  });

  it('must be well-formed', async () => {
    const { client } = await world();
    for (const bad of [
      { match: { kind: 'nonsense' }, do: { reset: true } },
      { match: { kind: 'put' }, do: {} },
      { match: { kind: 'put', nth: 0 }, do: { reset: true } },
      { match: { kind: 'put' }, do: { resett: true } },
    ]) {
      await expect(client.control('POST', 'faults', bad)).rejects.toThrow('422');
    }
  });
});
