/** The documented route (generation L) end to end, and what it refuses (encord-api.md C.8). */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  Client,
  Key,
  mp4,
  png,
  put,
  SEED_A,
  SEED_B,
  sha256,
  started,
  type UrlObject,
  urlObject,
} from './support.ts';

const success = z.object({ success: z.literal(true) });
const registered = z.object({ data_hash: z.string(), title: z.string(), file_link: z.string().nullable() });

async function world(mirrored = false) {
  const emulator = await started();
  const owner = new Client(emulator.url, new Key(SEED_A));
  const { dataset, folder } = await owner.dataset('D', mirrored);
  const key = await owner.ok(z.object({ api_key: z.string() }), 'datasetapikey', 'PUT', null, {
    dataset_hash: dataset,
  });
  return { emulator, owner, dataset, folder, client: new Client(emulator.url, key.api_key) };
}

async function grants(client: Client, dataset: string, names: string | string[]): Promise<UrlObject[]> {
  return client.ok(z.array(urlObject), 'signedimagesurl', 'GET', names, null, dataset);
}

/** A grant that must be there. */
function nth<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}

describe('the documented route', () => {
  it('uploads a video', async () => {
    const { client, dataset } = await world();
    const grant = await client.ok(urlObject, 'signedvideourl', 'GET', 'v.mp4', null, dataset);
    expect(grant.title).toBe('v.mp4');
    const bytes = mp4();
    await put(grant.signed_url, bytes);
    const answer = await client.ok(
      registered.extend({ backing_item_uuid: z.string() }),
      'video',
      'PUT',
      grant.data_hash,
      { ...grant, video_title: null },
      dataset,
    );
    expect(answer).toMatchObject({ data_hash: grant.data_hash, title: 'v.mp4', file_link: grant.file_link });
    const info = await client.v1('dataset', 'GET', null, null, dataset);
    expect(info.response).toMatchObject({
      dataset_type: 'CORD_STORAGE',
      data_rows: [
        {
          data_hash: grant.data_hash,
          data_title: 'v.mp4',
          data_type: 'VIDEO',
          file_size: bytes.length,
          file_type: 'video/mp4',
          width: 64,
          height: 48,
          frames_per_second: 10,
          duration: 2,
          storage_location: 0,
          backing_item_uuid: answer.backing_item_uuid,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        },
      ],
    });
  });

  it('uploads single images, with uid null or the hash, and makes no second row', async () => {
    const { client, dataset } = await world();
    const list = await grants(client, dataset, ['1.png', '2.png']);
    expect(list.map((grant) => grant.title)).toEqual(['1.png', '2.png']);
    for (const [i, grant] of list.entries()) {
      await put(grant.signed_url, png(4, 4, i));
      const payload = i === 0 ? { ...grant, title: 'renamed.png' } : grant;
      await client.ok(success, 'singleimage', 'POST', i === 0 ? null : grant.data_hash, payload, dataset);
      await client.ok(success, 'singleimage', 'POST', grant.data_hash, payload, dataset);
    }
    const state = await client.state();
    expect(nth(state.datasets, 0).rows.map((row) => [row.data_hash, row.title, row.sha256])).toEqual([
      [nth(list, 0).data_hash, 'renamed.png', sha256(png(4, 4, 0))],
      [nth(list, 1).data_hash, '2.png', sha256(png(4, 4, 1))],
    ]);
    expect(state).toMatchObject({ registrations: 2, puts: 2 });
  });

  it('makes an image group of frames one by one or in a batch, each time anew', async () => {
    const { client, dataset } = await world();
    const list = await grants(client, dataset, ['a.png', 'b.png', 'a.png']);
    for (const [i, grant] of list.entries()) await put(grant.signed_url, png(4, 4, i));
    const first = await client.ok(registered, 'image', 'PUT', nth(list, 0).data_hash, nth(list, 0), dataset);
    expect(first.data_hash).toBe(nth(list, 0).data_hash);
    await client.ok(success, 'images', 'PUT', null, list.slice(1), dataset);
    expect(nth((await client.state()).datasets, 0).rows).toEqual([]);

    const hashes = [nth(list, 2), nth(list, 0), nth(list, 1)].map((grant) => grant.data_hash);
    const payload = { image_group_title: 'g', create_video: false };
    const groups = await client.ok(z.array(registered), 'imagegroup', 'POST', hashes, payload, dataset);
    expect(groups).toHaveLength(1);
    const row = nth(nth((await client.state()).datasets, 0).rows, 0);
    expect(row).toMatchObject({ title: 'g', data_type: 'IMG_GROUP', sha256: null });
    expect(row.images.map((image) => image.sha256)).toEqual(
      [2, 0, 1].map((shade) => sha256(png(4, 4, shade))),
    );

    const one = await client.v1(
      'datarow',
      'GET',
      row.data_hash,
      {
        additional_data: {
          signed_url: false,
          images_data_fetch_options: { fetch_signed_urls: false },
          client_metadata: false,
        },
      },
      dataset,
    );
    expect(one.response).toMatchObject({
      is_optimised_image_group: false,
      images_data: hashes.map((hash) => ({ image_hash: hash, width: 4, height: 4 })),
    });

    await client.ok(z.array(registered), 'imagegroup', 'POST', hashes, payload, dataset);
    const after = await client.state();
    expect(nth(after.datasets, 0).rows).toHaveLength(2);
    expect(after.registrations).toBe(2);
  });

  it('makes sequences by default, one for each resolution', async () => {
    const { client, dataset } = await world();
    const list = await grants(client, dataset, ['1.png', '2.png', '3.png']);
    for (const [i, grant] of list.entries()) {
      await put(grant.signed_url, i === 1 ? png(8, 8) : png(4, 4));
      await client.ok(registered, 'image', 'PUT', grant.data_hash, grant, dataset);
    }
    const hashes = list.map((grant) => grant.data_hash);
    const groups = await client.ok(z.array(registered), 'imagegroup', 'POST', hashes, {}, dataset);
    expect(groups).toHaveLength(2);
    const rows = nth((await client.state()).datasets, 0).rows;
    expect(rows.map((row) => row.images.map((image) => image.title))).toEqual([
      ['1.png', '3.png'],
      ['2.png'],
    ]);
    const info = await client.v1('datarows', 'GET', null, { data_types: ['IMG_GROUP'] }, dataset);
    expect(info.response).toMatchObject([{ is_optimised_image_group: true, width: 4 }, { width: 8 }]);
  });

  it('puts items of a mirrored dataset into its folder, and into no other', async () => {
    const { client, owner, dataset, folder } = await world(true);
    const other = await owner.folder('other');
    const [grant] = await grants(client, dataset, 'a.png');
    if (!grant) throw new Error('no grant');
    await put(grant.signed_url, png());
    const elsewhere = await client.v1('singleimage', 'POST', null, { ...grant, folder_uuid: other }, dataset);
    expect(elsewhere.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    await client.ok(success, 'singleimage', 'POST', null, grant, dataset);
    const items = await owner.okV2(
      z.object({ results: z.array(z.object({ name: z.string(), backedDataUnitsCount: z.number() })) }),
      'GET',
      `storage/folders/${folder}/items`,
    );
    expect(items.results).toEqual([{ name: 'a.png', backedDataUnitsCount: 1 }]);
  });
});

function wav(): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(1600, 40);
  return Buffer.concat([head, Buffer.alloc(1600)]);
}

/** A DICOM file of three elements: SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID. */
function dicom(instance: string): Buffer {
  const element = (group: number, tag: number, value: string): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(tag, 2);
    head.write('UI', 4, 'latin1');
    head.writeUInt16LE(value.length, 6);
    return Buffer.concat([head, Buffer.from(value)]);
  };
  const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
  return Buffer.concat([
    preamble,
    element(8, 0x18, instance),
    element(0x20, 0x0d, '1.2.3\0'),
    element(0x20, 0x0e, '1.2.3.4\0'),
  ]);
}

describe('other media on the documented route', () => {
  it('audio is registered by the video call', async () => {
    const { client, dataset } = await world();
    const grant = await client.ok(urlObject, 'signedaudiourl', 'GET', 'a.wav', null, dataset);
    await put(grant.signed_url, wav());
    await client.ok(registered, 'video', 'PUT', grant.data_hash, grant, dataset);
    const rows = await client.v1('datarows', 'GET', null, { data_types: ['AUDIO'] }, dataset);
    expect(rows.response).toMatchObject([
      { data_type: 'AUDIO', data_title: 'a.wav', file_type: 'audio/x-wav' },
    ]);
  });

  it('DICOM files become a series, each time anew', async () => {
    const { client, owner, dataset, folder } = await world(true);
    const list = await client.ok(
      z.array(urlObject),
      'signeddicomsurl',
      'GET',
      ['1.dcm', '2.dcm'],
      null,
      dataset,
    );
    for (const [i, grant] of list.entries()) await put(grant.signed_url, dicom(`1.2.3.4.${i}\0`));
    const uid = list.map((grant) => ({ id: grant.data_hash, uri: grant.file_link, title: grant.title }));
    const wrong = [{ ...nth(uid, 0), uri: nth(uid, 1).uri }];
    expect((await client.v1('dicomseries', 'POST', wrong, { title: 's' }, dataset)).status).toBe(404);
    const schema = z.object({ data_hash: z.string(), title: z.string() });
    for (let round = 0; round < 2; round++) {
      const made = await client.ok(schema, 'dicomseries', 'POST', uid, { title: 's' }, dataset);
      expect(made.title).toBe('s');
    }
    const state = await client.state();
    expect(nth(state.datasets, 0).rows.map((row) => [row.data_type, row.images.length])).toEqual([
      ['DICOM', 2],
      ['DICOM', 2],
    ]);
    const items = await owner.okV2(
      z.object({ results: z.array(z.looseObject({})) }),
      'GET',
      `storage/folders/${folder}/items?itemTypes=dicomFile`,
    );
    expect(items.results).toMatchObject([
      { name: '1.dcm', dicomInstanceUid: '1.2.3.4.0', dicomStudyUid: '1.2.3', dicomSeriesUid: '1.2.3.4' },
      { name: '2.dcm', dicomInstanceUid: '1.2.3.4.1' },
    ]);
  });
});

describe('the documented route refuses', () => {
  it('to register before the PUT, unknown hashes, and those of others', async () => {
    const { emulator, client, owner, dataset } = await world();
    const grant = nth(await grants(client, dataset, 'a.png'), 0);
    expect((await client.v1('singleimage', 'POST', null, grant, dataset)).response).toEqual([
      'RESOURCE_NOT_FOUND_ERROR',
    ]);
    await put(grant.signed_url, png());
    const stranger = { ...grant, data_hash: '11111111-2222-3333-4444-555555555555' };
    expect((await client.v1('singleimage', 'POST', null, stranger, dataset)).status).toBe(404);

    const other = await owner.dataset('other', false);
    expect((await owner.v1('singleimage', 'POST', null, grant, other.dataset)).status).toBe(404);
    const somebody = new Client(emulator.url, new Key(SEED_B));
    expect((await somebody.v1('singleimage', 'POST', null, grant, dataset)).response).toEqual([
      'AUTHORISATION_ERROR',
    ]);

    // Another admin of the same dataset may upload, but not register what was granted to the first.
    await somebody.v2('GET', 'user/current');
    const email = `key-${new Key(SEED_B).publicHex.slice(0, 16)}@emulator.invalid`;
    await owner.v1('datasetusers', 'POST', dataset, { user_emails: [email], user_role: 0 }, dataset);
    expect((await somebody.v1('signedvideourl', 'GET', 'v.mp4', null, dataset)).status).toBe(200);
    expect((await somebody.v1('singleimage', 'POST', null, grant, dataset)).status).toBe(404);

    const unregistered = await client.v1(
      'imagegroup',
      'POST',
      [grant.data_hash],
      { create_video: false },
      dataset,
    );
    expect(unregistered.response).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    expect(await client.state()).toMatchObject({ registrations: 0, items: [] });
  });

  it('an echo that is not the whole grant as it was handed out', async () => {
    const { client, dataset } = await world();
    const [one, two] = await grants(client, dataset, ['a.png', 'b.png']);
    if (!one || !two) throw new Error('no grants');
    await put(one.signed_url, png());
    const { signed_url, ...withoutUrl } = one;
    expect(signed_url).toContain('X-Goog-Signature');
    for (const payload of [
      withoutUrl,
      { ...one, file_link: two.file_link },
      { ...one, signed_url: two.signed_url },
      { ...one, signed_url: one.signed_url.replace(/Signature=\w{4}/, 'Signature=0000') },
    ]) {
      expect((await client.v1('singleimage', 'POST', null, payload, dataset)).response).toEqual([
        'INVALID_ARGUMENTS_ERROR',
      ]);
    }
    expect((await client.v1('singleimage', 'POST', two.data_hash, one, dataset)).response).toEqual([
      'INVALID_ARGUMENTS_ERROR',
    ]);
    expect((await client.v1('video', 'PUT', one.data_hash, one, dataset)).response).toEqual([
      'INVALID_ARGUMENTS_ERROR',
    ]);
  });

  it('files that are not what they claim to be', async () => {
    const { client, dataset } = await world();
    for (const bytes of [Buffer.from('just text'), mp4().subarray(0, 300), png(), Buffer.alloc(0)]) {
      const grant = await client.ok(urlObject, 'signedvideourl', 'GET', 'v.mp4', null, dataset);
      expect((await put(grant.signed_url, bytes)).status).toBe(200);
      const answer = await client.v1('video', 'PUT', grant.data_hash, grant, dataset);
      expect(answer).toMatchObject({
        status: 400,
        response: ['FILE_TYPE_NOT_SUPPORTED_ERROR'],
        payload: expect.stringContaining('v.mp4'),
      });
    }
    expect(await client.state()).toMatchObject({ registrations: 0, items: [] });
  });

  it('datasets that keep their data in a private cloud', async () => {
    const { owner } = await world();
    const made = await owner.ok(
      z.object({ dataset_hash: z.string(), type: z.literal(1) }),
      'dataset',
      'POST',
      null,
      {
        title: 'aws',
        type: 1,
        description: 'd',
      },
    );
    for (const [type, uid] of [
      ['signedvideourl', 'v.mp4'],
      ['signedimagesurl', ['a.png']],
    ] as const) {
      expect((await owner.v1(type, 'GET', uid, null, made.dataset_hash)).response).toEqual([
        'UPLOAD_OPERATION_NOT_SUPPORTED_ERROR',
      ]);
    }
  });
});
