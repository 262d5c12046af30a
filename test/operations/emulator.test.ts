/** Every operation of the table in the emulator: answered to whom it belongs to, refused to others, and refused as nonsense. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { Client, Key, SEED_A, SEED_B } from '../unit/emulator/support.ts';
import { type Asked, EMULATOR_CHECKS, type EmulatorCheck, type Scene } from './emulator-checks.ts';

const ADMIN = 'admin@lab.example';
const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com/v';

let folder: string;
let emulator: Emulator;
let admin: Client;
let viewer: Client;
let stranger: Client;
let nth = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-operations-'));
  emulator = await startEmulator({ dataDir: folder, jobDelayMs: 5 });
  const keys = [SEED_A, SEED_B, Buffer.alloc(32, 9)].map((seed) => new Key(seed));
  const [first, second, third] = keys.map((key) => new Client(emulator.url, key));
  if (!first || !second || !third) throw new Error('Somebody is missing.');
  [admin, viewer, stranger] = [first, second, third];
  const people = [ADMIN, 'viewer@lab.example', 'stranger@lab.example'];
  const users = people.map((email, index) => ({ email, publicKey: keys[index]?.openSsh }));
  await admin.control('POST', 'seed', { users });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const made = z.object({
  datasets: z.array(z.object({ datasetHash: z.string() })),
  folders: z.array(z.object({ uuid: z.string() })),
});
const rows = z.array(
  z.object({ data_hash: z.string(), data_title: z.string(), backing_item_uuid: z.string() }),
);
const item = z.object({ parent: z.string() });
const uuid = (kind: number): string => `${kind}0000000-0000-4000-8000-${String(nth).padStart(12, '0')}`;

async function scene(): Promise<Scene> {
  nth += 1;
  const url = `${BUCKET}/${nth}.png`;
  const object = { url, itemType: 'image', mimeType: 'image/png' };
  const dicom = { url: `${url}.dcm`, itemType: 'dicomFile', mimeType: 'application/dicom' };
  const users = [{ email: 'viewer@lab.example', role: 'user' }];
  const seeded = made.parse(
    await admin.control('POST', 'seed', {
      groups: [{ name: `Group ${nth}`, uuid: uuid(1) }],
      projects: [{ title: `Project ${nth}`, uuid: uuid(2), owner: ADMIN }],
      integrations: [{ title: `Bucket ${nth}`, uuid: uuid(3), owner: ADMIN, objects: [object, dicom] }],
      folders: [{ name: `Shelf ${nth}`, owner: ADMIN, users }],
      datasets: [
        {
          title: `Dataset ${nth}`,
          owner: ADMIN,
          users,
          rows: [
            { title: 'video', itemType: 'video' },
            { title: 'other', itemType: 'video' },
            { title: 'group', itemType: 'imageGroup' },
            { title: 'image', itemType: 'image' },
          ],
        },
      ],
    }),
  );
  const dataset = seeded.datasets[0]?.datasetHash ?? '';
  const listed = await admin.ok(rows, 'datarows', 'GET', null, {}, dataset);
  const of = (title: string) => {
    const found = listed.find((row) => row.data_title === title);
    if (!found) throw new Error(`There is no row ${title}.`);
    return found;
  };
  const image = of('image').backing_item_uuid;
  return {
    dataset,
    rows: {
      video: of('video').data_hash,
      other: of('other').data_hash,
      group: of('group').data_hash,
      image: of('image').data_hash,
    },
    items: { video: of('video').backing_item_uuid, image },
    folder: (await admin.okV2(item, 'GET', `storage/items/${image}`)).parent,
    shelf: seeded.folders[0]?.uuid ?? '',
    group: uuid(1),
    project: uuid(2),
    integration: uuid(3),
    url,
  };
}

/** Status of the answer: of the envelope in v1. */
async function ask(client: Client, asked: Asked): Promise<number> {
  if ('v2' in asked) return (await client.v2(...asked.v2)).status;
  const { on } = asked;
  if (on === undefined) return (await client.v1(...asked.v1)).status;
  if ('dataset' in on) return (await client.v1(...asked.v1, on.dataset)).status;
  const headers = { ResourceType: 'project' };
  return (await client.v1(...asked.v1, on.project, { headers })).status;
}

const CHECKS: readonly (readonly [string, EmulatorCheck])[] = Object.entries(EMULATOR_CHECKS);

describe.each(CHECKS)('%s', (id, check) => {
  it('is answered', async () => {
    const at = await scene();
    expect([200, 204], id).toContain(await ask(admin, await check.works(at, admin)));
  });

  it('is refused to others, and as nonsense', async () => {
    const at = await scene();
    const nonsense = await ask(admin, check.senseless(at));
    expect(nonsense, id).toBeGreaterThanOrEqual(400);
    expect(nonsense, id).toBeLessThan(500);
    if (check.forbiddenTo === 'nobody') return;
    const asked = await check.works(at, admin);
    for (const client of check.forbiddenTo === 'viewer' ? [viewer, stranger] : [stranger]) {
      const status = await ask(client, asked);
      expect(status, id).toBeGreaterThanOrEqual(400);
      expect(status, id).toBeLessThan(500);
    }
  });
});
