/** The adapter against the emulator: both routes from grant to data row, doubt and its lookup, accounts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type {
  Answer,
  EncordSession,
  JobState,
  KnownUnit,
  RegisterUnit,
} from '../../../main/core/encord-port.ts';
import type { Grant, MediaId, RouteName, Target } from '../../../main/core/model.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { dicom, flac, mp3, nifti, niftiGz, pdf, wav } from '../../fixtures/media-kinds.ts';
import { png, VIDEO } from './media.ts';
import { keyFromSeed, memoryLog, never, random, SEED, systemClock } from './support.ts';
import { take } from './take.ts';

const KEY_TEXT = keyFromSeed(SEED, 'tester@lab.example');
const PUBLIC = sshpk.parsePrivateKey(KEY_TEXT, 'ssh').toPublic().toString('ssh');
const API_DATASET = '11111111-1111-4111-8111-111111111111';
const AWS_DATASET = '22222222-2222-4222-8222-222222222222';

let emulator: Emulator;
const cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'encord-adapter-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  emulator = await startEmulator({ dataDir: folder, publicKeys: [PUBLIC], jobDelayMs: 20 });
  cleanUp.push(() => emulator.close());
  await control('seed', {
    datasets: [
      {
        datasetHash: API_DATASET,
        title: 'Keyed',
        apiKeys: [
          { title: 'both', key: 'api-key-of-both-scopes' },
          { title: 'read', key: 'api-key-of-reading', scopes: ['dataset.read'] },
        ],
      },
      { datasetHash: AWS_DATASET, title: 'Elsewhere', type: 1 },
    ],
  });
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

async function control(name: string, body: unknown): Promise<void> {
  const response = await fetch(`${emulator.url}/__emulator/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

function fault(kind: string, what: object, nth?: number): Promise<void> {
  return control('faults', { match: { kind, ...(nth === undefined ? {} : { nth }) }, do: what });
}

function session(
  kind: 'ssh' | 'api-key' = 'ssh',
  secret = kind === 'ssh' ? KEY_TEXT : 'api-key-of-both-scopes',
  shiftMs = 0,
): EncordSession {
  const agents = createAgents();
  cleanUp.push(() => agents.close());
  const clock = systemClock(shiftMs);
  const deps = {
    http: createHttpClient({ agents, clock }),
    clock,
    random,
    log: memoryLog(),
    version: '0.0.0',
  };
  const domain = emulator.url;
  return kind === 'ssh'
    ? connect({ kind, key: parsePrivateKey(secret), domain }, deps)
    : connect({ kind, apiKey: secret, datasetId: API_DATASET, domain }, deps);
}

function value<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  const { kind, error } = answer.failure;
  throw new Error(`${kind}: ${error.message} ${JSON.stringify(error.details)}`);
}

interface File {
  readonly name: string;
  readonly bytes: Buffer;
}

const MIME = {
  video: 'video/webm',
  image: 'image/png',
  'image-group': 'image/png',
  'image-sequence': 'image/png',
  audio: 'audio/x-wav',
  dicom: 'application/dicom',
  nifti: 'application/nifti',
  pdf: 'application/pdf',
  text: 'text/plain',
} as const;

/** Grants, stores and describes one unit, ready to be registered. */
async function stored(
  from: EncordSession,
  target: Target,
  media: MediaId,
  title: string,
  files: readonly File[],
  id: number,
): Promise<RegisterUnit> {
  const route = from.route(target.route);
  const requests = files.map(({ name }) => ({ media, name, mime: MIME[media] }));
  const grants = value(await route.grant(target, requests, never));
  const frames: { grant: Grant; name: string; mime: string; size: number }[] = [];
  for (const [index, { name, bytes }] of files.entries()) {
    const [grant, request] = [grants[index], requests[index]];
    if (grant === undefined || request === undefined) throw new Error('A grant is missing.');
    const body = new Uint8Array(bytes);
    const put = await fetch(grant.url, { method: 'PUT', headers: route.putHeaders(request), body });
    expect(put.status).toBe(200);
    frames.push({ grant, name, mime: MIME[media], size: bytes.length });
  }
  return { id, media, title, frames, clientMetadata: null };
}

function known({ id, media, title, frames }: RegisterUnit): KnownUnit {
  const identities = frames.map(({ grant }) => ({ id: grant.id, objectKey: grant.objectKey }));
  return { id, media, title, frames: identities, intentAt: Date.now() };
}

async function ended(from: EncordSession, target: Target, job: string, units: readonly KnownUnit[]) {
  let state: JobState;
  do state = value(await from.route(target.route).poll(target, job, units, never));
  while (state.kind === 'pending');
  if (state.kind !== 'ended') throw new Error(state.kind);
  return state.results;
}

/** Registers as the engine does, up to the row. */
async function toRow(from: EncordSession, target: Target, units: readonly RegisterUnit[]): Promise<void> {
  const route = from.route(target.route);
  const registration = value(await take(route, target, units, never));
  if (registration.kind === 'registered') {
    expect(registration.result.linked).toBe(true);
    return;
  }
  const results = await ended(from, target, registration.job, units.map(known));
  const uuids: string[] = [];
  for (const unit of units) {
    const result = results.get(unit.id);
    if (result?.kind !== 'done' || result.itemUuid === null)
      throw new Error(`${unit.title}: ${result?.kind}`);
    expect(result.linked).toBe(target.mirrored);
    if (!result.linked) uuids.push(result.itemUuid);
  }
  if (uuids.length > 0) {
    const linked = value(await route.link(target, uuids, never));
    expect([...linked.keys()]).toEqual(uuids);
    expect([...linked.values()].every((hash) => hash !== null)).toBe(true);
    // Linking again changes nothing.
    value(await route.link(target, uuids, never));
  }
}

const frame = (nth: number): File => ({ name: `frame${nth}.png`, bytes: png(nth) });
const group = (count: number, from = 1): File[] =>
  Array.from({ length: count }, (_, nth) => frame(from + nth));

interface Place {
  readonly session: EncordSession;
  readonly target: Target;
}

/** One place of each kind that files can go to. */
const PLACES: Record<string, () => Promise<Place>> = {
  'storage, static dataset': () => sshPlace(false, 'auto', 'storage'),
  'storage, mirrored dataset': () => sshPlace(true, 'storage', 'storage'),
  'documented, SSH key': () => sshPlace(false, 'documented', 'documented'),
  'documented, API key': async () => {
    const from = session('api-key');
    const request = { datasetId: API_DATASET, routeChoice: 'auto', folderChoice: null } as const;
    const { target } = value(await from.resolveTarget(request, never));
    expect(target).toEqual({ route: 'documented', datasetId: API_DATASET, folderId: null, mirrored: false });
    return { session: from, target };
  },
};

async function sshPlace(
  mirrored: boolean,
  routeChoice: 'auto' | RouteName,
  route: RouteName,
): Promise<Place> {
  const from = session();
  const made = value(await from.createDataset({ title: 'Tests 💡', description: 'D', mirrored }, never));
  expect(made.backingFolderId !== null).toBe(mirrored);
  const request = { datasetId: made.id, routeChoice, folderChoice: null } as const;
  const { target, notice } = value(await from.resolveTarget(request, never));
  expect(notice).toBeNull();
  expect(target).toMatchObject({ route, datasetId: made.id, mirrored: mirrored && route === 'storage' });
  return { session: from, target };
}

describe.each(Object.entries(PLACES))('%s', (_, place) => {
  it('takes videos, images, groups and sequences to rows, in order and with their titles', async () => {
    const { session: from, target } = await place();
    const title = 'two\nlines 日本語 🎬.webm';
    const units = [
      await stored(from, target, 'video', title, [{ name: 'v.webm', bytes: VIDEO }], 1),
      await stored(from, target, 'image', 'image.png', [{ name: 'image.png', bytes: png(200) }], 2),
      await stored(from, target, 'image-group', 'group', group(12), 3),
      await stored(from, target, 'image-sequence', 'sequence', group(12), 4),
    ];
    for (const unit of units) await toRow(from, target, [unit]);
    const rows = value(await from.rows(target.datasetId, never));
    expect(rows.map((row) => [row.title, row.type]).sort()).toEqual(
      [
        [title, 'VIDEO'],
        ['image.png', 'IMAGE'],
        ['group', 'IMG_GROUP'],
        ['sequence', 'IMG_GROUP'],
      ].sort(),
    );
    expect(rows.every((row) => row.createdAt !== null && Number.isFinite(Date.parse(row.createdAt)))).toBe(
      true,
    );
    const found = value(await from.route(target.route).lookup(target, units.map(known), never));
    expect([...found.keys()].sort()).toEqual([1, 2, 3, 4]);
  });

  it('takes audio and DICOM series by either route, NIfTI, PDF and text by the storage route alone', async () => {
    const { session: from, target } = await place();
    const files = (bytes: readonly Buffer[], name: string): File[] =>
      bytes.map((each, nth) => ({ name: `${nth}${name}`, bytes: each }));
    const units = [
      await stored(from, target, 'audio', 'tone.wav', files([wav(1)], '.wav'), 1),
      await stored(from, target, 'audio', 'tone.mp3', files([mp3(1)], '.mp3'), 2),
      await stored(from, target, 'audio', 'tone.flac', files([flac(1)], '.flac'), 3),
      await stored(from, target, 'dicom', 'Thorax', files([dicom(1), dicom(2), dicom(3)], '.dcm'), 4),
    ];
    const rows = [
      ['tone.wav', 'AUDIO'],
      ['tone.mp3', 'AUDIO'],
      ['tone.flac', 'AUDIO'],
      ['Thorax', 'DICOM'],
    ];
    for (const [media, name, bytes] of [
      ['nifti', 'brain.nii', nifti(1)],
      ['nifti', 'brain.nii.gz', niftiGz(1)],
      ['pdf', 'report.pdf', pdf(1)],
      ['text', 'notes.txt', Buffer.from('notes')],
    ] as const) {
      if (target.route === 'storage') {
        units.push(await stored(from, target, media, name, [{ name, bytes }], units.length + 1));
        rows.push([name, { nifti: 'NIFTI', pdf: 'PDF', text: 'PLAIN_TEXT' }[media]]);
        continue;
      }
      const request = { media, name, mime: MIME[media] };
      expect(await from.route(target.route).grant(target, [request], never)).toMatchObject({
        ok: false,
        failure: { kind: 'refused', error: { code: 'not-available' } },
      });
    }
    for (const unit of units) await toRow(from, target, [unit]);
    const made = value(await from.rows(target.datasetId, never));
    expect(made.map((row) => [row.title, row.type]).sort()).toEqual(rows.sort());
    const found = value(await from.route(target.route).lookup(target, units.map(known), never));
    // By the documented route a series cannot be told from its likes.
    const told = units.filter(({ media }) => media !== 'dicom' || target.route === 'storage');
    expect([...found.keys()].sort()).toEqual(told.map(({ id }) => id).sort());
  });

  it('tells a series from its likes by its files, or parks it', async () => {
    const { session: from, target } = await place();
    const files = [dicom(1), dicom(2)].map((bytes, nth) => ({ name: `${nth}.dcm`, bytes }));
    const twin = await stored(from, target, 'dicom', 'same title', files, 1);
    const unit = await stored(from, target, 'dicom', 'same title', files, 2);
    const unregistered = await stored(from, target, 'dicom', 'same title', files, 3);
    await toRow(from, target, [twin]);
    await fault('register', { dropResponse: true }, 1);
    const answer = await take(from.route(target.route), target, [unit], never);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'lost' } });
    const units = [twin, unit, unregistered].map(known);
    await expect
      .poll(async () => [...value(await from.route(target.route).lookup(target, units, never)).keys()])
      .toEqual(target.route === 'storage' ? [1, 2] : []);
  });

  it('finds nothing of what was stored and not registered', async () => {
    const { session: from, target } = await place();
    const units = [
      await stored(from, target, 'video', 'v', [{ name: 'v.webm', bytes: VIDEO }], 1),
      await stored(from, target, 'image-group', 'g', group(2), 2),
      await stored(from, target, 'image-sequence', 's', group(2), 3),
    ];
    expect(value(await from.route(target.route).lookup(target, units.map(known), never)).size).toBe(0);
  });

  it.each(['video', 'image', 'image-group', 'image-sequence'] as const)(
    'knows after a lost answer that a registered %s is there, and tells it from its likes',
    async (media) => {
      const { session: from, target } = await place();
      const files =
        media === 'video' ? [{ name: 'x', bytes: VIDEO }] : media === 'image' ? [frame(1)] : group(3);
      const twin = await stored(from, target, media, 'same title', files, 1);
      const unit = await stored(from, target, media, 'same title', files, 2);
      const unregistered = await stored(from, target, media, 'same title', files, 3);
      await toRow(from, target, [twin]);
      // On the documented route the frames of a group are registered first, by calls of their own.
      const calls = target.route === 'documented' && files.length > 1 ? files.length + 1 : 1;
      await fault('register', { dropResponse: true }, calls);
      const answer = await take(from.route(target.route), target, [unit], never);
      expect(answer).toMatchObject({ ok: false, failure: { kind: 'lost' } });
      const units = [twin, unit, unregistered].map(known);
      await expect
        .poll(async () => [...value(await from.route(target.route).lookup(target, units, never)).keys()])
        .toEqual([1, 2]);
    },
  );

  it('makes no second row of a single that is registered again', async () => {
    const { session: from, target } = await place();
    const unit = await stored(from, target, 'image', 'once.png', [frame(7)], 1);
    await toRow(from, target, [unit]);
    await toRow(from, target, [unit]).catch(() => undefined);
    expect(value(await from.rows(target.datasetId, never))).toHaveLength(1);
  });

  it('refuses what is not a video, in words', async () => {
    const { session: from, target } = await place();
    const unit = await stored(
      from,
      target,
      'video',
      'notes.mp4',
      [{ name: 'notes.mp4', bytes: Buffer.from('text') }],
      1,
    );
    const answer = await take(from.route(target.route), target, [unit], never);
    if (!answer.ok) {
      expect(answer.failure).toMatchObject({ kind: 'refused', error: { code: 'media-refused' } });
      return;
    }
    if (answer.value.kind !== 'job') throw new Error('The text was registered as a video.');
    const result = (await ended(from, target, answer.value.job, [known(unit)])).get(1);
    expect(result).toMatchObject({ kind: 'failed', error: { code: 'media-refused' } });
  });

  it('is signed out by a 401 in the middle of it', async () => {
    const { session: from, target } = await place();
    const unit = await stored(from, target, 'image', 'i', [frame(1)], 1);
    await control('faults', {
      match: { kind: 'register' },
      do: { status: 401, error: 'AUTHENTICATION_ERROR' },
      times: 5,
    });
    const answer = await take(from.route(target.route), target, [unit], never);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'signed-out' } });
  });

  it('waits when told to', async () => {
    const { session: from, target } = await place();
    await fault('grant', { status: 429, retryAfter: 3 });
    const request = { media: 'image', name: 'i.png', mime: 'image/png' } as const;
    const answer = await from.route(target.route).grant(target, [request], never);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'wait', retryAfterMs: 3000 } });
  });
});

describe('storage route', () => {
  it('lets one bad unit among many fail alone', async () => {
    const { session: from, target } = await sshPlace(false, 'storage', 'storage');
    const units: RegisterUnit[] = [];
    for (let id = 1; id <= 20; id += 1) {
      const bytes = id === 13 ? Buffer.from('not an image at all') : png(id);
      units.push(
        await stored(
          from,
          target,
          'image',
          id % 2 ? 'same.png' : `${id}.png`,
          [{ name: 'f.png', bytes }],
          id,
        ),
      );
    }
    const registration = value(await from.route('storage').register(target, units, never));
    if (registration.kind !== 'job') throw new Error('no job');
    const results = await ended(from, target, registration.job, units.map(known));
    for (const unit of units) {
      const result = results.get(unit.id);
      if (unit.id === 13) expect(result).toMatchObject({ kind: 'failed', error: { code: 'media-refused' } });
      else expect(result).toMatchObject({ kind: 'done', itemUuid: unit.frames[0]?.grant.id });
    }
  });

  it('makes one folder for a static dataset, also when asked twice at once, and finds it again', async () => {
    const from = session();
    const made = value(
      await from.createDataset({ title: 'Folders 100%', description: '', mirrored: false }, never),
    );
    // A mirrored dataset's folder of the same name would put the files into that dataset.
    value(await from.createDataset({ title: 'Folders 100%', description: '', mirrored: true }, never));
    const request = { datasetId: made.id, routeChoice: 'auto', folderChoice: null } as const;
    const both = await Promise.all([from.resolveTarget(request, never), from.resolveTarget(request, never)]);
    const again = await session().resolveTarget(request, never);
    const ids = new Set([...both, again].map((answer) => value(answer).target.folderId));
    expect(ids.size).toBe(1);
    const folders = value(await from.folders('Folders 100%', never));
    expect(folders.filter((each) => each.syncedDatasetId === null).map((each) => each.id)).toEqual([...ids]);
  });

  it('takes the folder that was chosen, but none of another dataset', async () => {
    const from = session();
    const made = value(await from.createDataset({ title: 'A', description: '', mirrored: false }, never));
    const other = value(await from.createDataset({ title: 'B', description: '', mirrored: true }, never));
    await control('seed', { folders: [{ name: 'Mine', owner: 'tester@lab.example' }] });
    const mine = value(await from.folders('Mine', never))[0]?.id ?? '';
    const request = { datasetId: made.id, routeChoice: 'storage' } as const;
    const taken = value(await from.resolveTarget({ ...request, folderChoice: mine }, never));
    expect(taken.target.folderId).toBe(mine);
    const refused = await from.resolveTarget({ ...request, folderChoice: other.backingFolderId }, never);
    expect(refused).toMatchObject({
      ok: false,
      failure: { kind: 'refused', error: { code: 'invalid-input' } },
    });
  });
});

describe('accounts and datasets', () => {
  it('checks an SSH key, and says what is wrong with one that nobody knows', async () => {
    expect(value(await session().check(never))).toEqual({
      name: 'tester@lab.example',
      routes: ['storage', 'documented'],
    });
    const stranger = await session('ssh', keyFromSeed(Buffer.alloc(32, 9), '')).check(never);
    expect(stranger).toMatchObject({ ok: false, failure: { kind: 'signed-out' } });
    expect(!stranger.ok && stranger.failure.error.message).toContain('region');
  });

  it('checks an API key', async () => {
    expect(value(await session('api-key').check(never))).toEqual({ name: 'Keyed', routes: ['documented'] });
    expect(await session('api-key', 'no such key').check(never)).toMatchObject({
      ok: false,
      failure: { kind: 'signed-out' },
    });
  });

  it('says so when the key may only read', async () => {
    const from = session('api-key', 'api-key-of-reading');
    const target: Target = { route: 'documented', datasetId: API_DATASET, folderId: null, mirrored: false };
    const request = { media: 'video', name: 'v.mp4', mime: 'video/mp4' } as const;
    expect(await from.route('documented').grant(target, [request], never)).toMatchObject({
      ok: false,
      failure: { kind: 'refused', error: { code: 'scope-missing' } },
    });
  });

  it.each([
    [3_600_000, 'ahead'],
    [-3_600_000, 'behind'],
  ])('says by how much the clock is wrong (%i ms)', async (shift, words) => {
    const answer = await session('ssh', KEY_TEXT, shift).check(never);
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'signed-out', error: { code: 'clock-wrong' } },
    });
    expect(!answer.ok && answer.failure.error.message).toContain(`60 minutes ${words}`);
  });

  it('lists, filters and reads datasets', async () => {
    const from = session();
    const all = value(await from.datasets({}, never));
    expect(all.map((each) => each.title).sort()).toEqual(['Elsewhere', 'Keyed']);
    const some = value(await from.datasets({ titleLike: 'Key%' }, never));
    expect(some).toMatchObject([
      { id: API_DATASET, title: 'Keyed', storage: 0, role: 'admin', backingFolderId: null },
    ]);
    expect(value(await from.dataset(API_DATASET, never)).title).toBe('Keyed');
    const keyed = session('api-key');
    expect(value(await keyed.datasets({}, never))).toMatchObject([
      { id: API_DATASET, title: 'Keyed', storage: 0 },
    ]);
    expect(value(await keyed.datasets({ titleLike: 'X%' }, never))).toEqual([]);
  });

  it.each(['ssh', 'api-key'] as const)('says that a dataset is not there (%s)', async (kind) => {
    const id = '99999999-9999-4999-8999-999999999999';
    for (const answer of [await session(kind).dataset(id, never), await session(kind).rows(id, never)]) {
      expect(answer).toMatchObject({
        ok: false,
        failure: { kind: 'refused', error: { code: 'dataset-unknown' } },
      });
    }
  });

  it('refuses the documented route to a dataset outside Encord storage', async () => {
    const request = { datasetId: AWS_DATASET, routeChoice: 'documented', folderChoice: null } as const;
    expect(await session().resolveTarget(request, never)).toMatchObject({
      ok: false,
      failure: { kind: 'refused', error: { code: 'dataset-storage' } },
    });
  });

  it('tells an API key account what needs an SSH key', async () => {
    const from = session('api-key');
    const request = { datasetId: API_DATASET, routeChoice: 'storage', folderChoice: null } as const;
    const answers = [
      await from.resolveTarget(request, never),
      await from.createDataset({ title: 'x', description: '', mirrored: false }, never),
      await from.folders('', never),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        ok: false,
        failure: { kind: 'refused', error: { code: 'not-available' } },
      });
    }
  });
});
