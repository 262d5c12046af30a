/**
 * What the pretended main of the page tests holds: batches, units, datasets, accounts, made up by scene. Used by
 * `fake-main.ts` alone.
 */
import type { PlaceView, UpdateView } from '../../preload/contract/desktop.ts';
import type { FailureView } from '../../preload/contract/errors.ts';
import type {
  AccountView,
  BatchRow,
  DatasetView,
  MediaId,
  QueueRow,
  SnapshotView,
  TotalsView,
  UnitRow,
  UnitStateName,
} from '../../preload/contract/views.ts';
import { type FakeFolder, foldersOf } from './fake-watch-scenes.ts';

export const SCENES = [
  'first-run',
  'no-keychain',
  'empty',
  'busy',
  'failing',
  'done',
  'offline',
  'blocked',
  'large',
  'api-key',
  'limited',
] as const;
export type Scene = (typeof SCENES)[number];

export interface FakeBatch {
  row: Omit<BatchRow, 'totals'>;
  units: UnitRow[];
  away: Extract<QueueRow, { kind: 'turned-away' }>[];
}

export interface FakeState {
  snapshot: Omit<SnapshotView, 'totals'>;
  batches: FakeBatch[];
  datasets: DatasetView[];
  /** What an administrator of the organisation sees beyond them. */
  organisation: DatasetView[];
  /** How many rows a dataset has when it is first looked into. */
  rowCount: number;
  watch: FakeFolder[];
  /** What pages have not been asked to open yet. */
  places: PlaceView[];
  update: UpdateView;
}

const MINUTE = 60_000;
const MB = 1e6;

export function failure(
  code: FailureView['code'],
  message: string,
  details: Record<string, string> = {},
): FailureView {
  return { code, message, details, at: Date.now() - 3 * MINUTE };
}

const account: AccountView = {
  id: 'lab',
  name: 'Imaging lab',
  kind: 'ssh',
  fingerprint: 'SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE',
  email: 'imaging@lab.example',
  domain: 'https://api.encord.com',
  route: 'auto',
  routeNotice: null,
  datasetId: null,
  secretIn: 'keychain',
  passphrase: 'none',
  paused: false,
  blocked: null,
};

const apiKeyAccount: AccountView = {
  ...account,
  id: 'key',
  name: 'Ward 7 scanner',
  kind: 'api-key',
  fingerprint: null,
  email: null,
  domain: 'https://api.us.encord.com',
  route: 'documented',
  datasetId: 'd-1',
};

const TITLES = [
  'Traffic Data',
  'Endoscopy 2026, left bank, second reader',
  'Warehouse night shift',
  'Zebrafish larvae',
  'Orchard drone flights',
  'Road signs of Bavaria',
];

function datasets(): DatasetView[] {
  return Array.from({ length: 42 }, (_, index) => ({
    id: `d-${index}`,
    title: TITLES[index] ?? `Cell culture plate ${index === 9 ? 108 : index + 100}`,
    description: index === 0 ? 'Junction cameras, four directions' : '',
    createdAt: `2026-09-${String(1 + (index % 28)).padStart(2, '0')}T08:30:00Z`,
    editedAt: new Date(Date.now() - index * 7 * 3_600_000).toISOString(),
    role: index === 5 ? 'user' : 'admin',
    mirrored: index % 3 !== 1,
    storage: index === 4 ? 'aws' : 'encord',
    sameTitle: 0,
  }));
}

function organisation(): DatasetView[] {
  return Array.from({ length: 18 }, (_, index) => ({
    id: `o-${index}`,
    title: `Pathology archive ${2_008 + index}`,
    description: '',
    createdAt: '2025-02-11T10:00:00Z',
    editedAt: '2025-03-01T10:00:00Z',
    role: null,
    mirrored: true,
    storage: 'encord',
    sameTitle: 0,
  }));
}

export const NO_UNITS: Record<UnitStateName, number> = {
  collecting: 0,
  ready: 0,
  registering: 0,
  processing: 0,
  linking: 0,
  done: 0,
  failed: 0,
  uncertain: 0,
  cancelled: 0,
};

export function totalsOf(batches: readonly FakeBatch[]): TotalsView {
  const totals: TotalsView = { units: { ...NO_UNITS }, refused: 0, skipped: 0, bytes: 0, storedBytes: 0 };
  for (const { units, away } of batches) {
    for (const unit of units) {
      totals.units[unit.state] += 1;
      totals.bytes += unit.bytes;
      totals.storedBytes += unit.storedBytes;
    }
    for (const { turnedAway } of away) totals[turnedAway.kind] += 1;
  }
  return totals;
}

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

interface UnitRecipe {
  title: string;
  media?: MediaId;
  bytes: number;
  state: UnitStateName;
  frames?: number;
  failure?: FailureView;
  notBefore?: number;
  paused?: boolean;
  stored?: number;
}

function unit(batchId: number, recipe: UnitRecipe): UnitRow {
  const { title, bytes, state, frames = 1 } = recipe;
  const past = !['collecting', 'failed', 'cancelled'].includes(state);
  const share = past ? 1 : (recipe.stored ?? 0);
  return {
    kind: 'unit',
    id: nextId(),
    batchId,
    media:
      recipe.media ?? (frames > 1 ? 'image-group' : /\.(mp4|mov|mkv|webm)$/.test(title) ? 'video' : 'image'),
    title,
    path: `/data/acquisition/2026-11-20/${title}`,
    itemCount: frames,
    storedItems: Math.floor(frames * share),
    bytes,
    storedBytes: Math.floor(bytes * share),
    paused: recipe.paused ?? false,
    state,
    attempts: recipe.failure ? 2 : 1,
    notBefore: recipe.notBefore ?? null,
    failure: recipe.failure ?? null,
    dataHash: state === 'done' ? `hash-${lastId}` : null,
  };
}

function batch(
  name: string,
  recipes: readonly UnitRecipe[],
  change: Partial<FakeBatch['row']> = {},
  away: readonly [name: string, kind: 'refused' | 'skipped', failure: FailureView][] = [],
): FakeBatch {
  const id = nextId();
  const units = recipes.map((recipe) => unit(id, recipe));
  const open = units.some((each) => !['done', 'failed', 'cancelled', 'uncertain'].includes(each.state));
  return {
    row: {
      kind: 'batch',
      id,
      name,
      accountName: account.name,
      datasetId: 'd-0',
      datasetTitle: 'Traffic Data',
      addedAt: Date.now() - 12 * MINUTE,
      finishedAt: open ? null : Date.now() - 2 * MINUTE,
      paused: false,
      accountPaused: false,
      trouble: null,
      ...change,
    },
    units,
    away: away.map(([title, kind, why]) => ({
      kind: 'turned-away',
      id: nextId(),
      batchId: id,
      turnedAway: { kind, path: `/data/acquisition/2026-11-20/${title}`, title, size: 0, failure: why },
    })),
  };
}

/** Seven in the evening, today or tomorrow. */
function next19(): number {
  const today = new Date().setHours(19, 0, 0, 0);
  return today > Date.now() ? today : today + 24 * 60 * MINUTE;
}

const camera = (index: number) => `2026-11-20_cam-north_${String(index).padStart(4, '0')}.mp4`;

function busyBatches(): FakeBatch[] {
  return [
    batch(
      '2026-11-20 north junction',
      [
        { title: camera(38), bytes: 812 * MB, state: 'done' },
        { title: camera(39), bytes: 640 * MB, state: 'processing' },
        { title: camera(40), bytes: 733 * MB, state: 'linking' },
        { title: camera(41), bytes: 918 * MB, state: 'collecting' },
        { title: camera(42), bytes: 701 * MB, state: 'collecting' },
        { title: '交差点の夜明け 🌅.mp4', bytes: 96 * MB, state: 'collecting' },
        { title: 'calibration frames', bytes: 148 * MB, state: 'collecting', frames: 300, stored: 0.4 },
        { title: camera(43), bytes: 655 * MB, state: 'collecting' },
        { title: camera(44), bytes: 655 * MB, state: 'collecting', paused: true },
        ...Array.from({ length: 60 }, (_, index) => ({
          title: `still_${String(index).padStart(5, '0')}.png`,
          bytes: 2.4 * MB,
          state: 'collecting' as const,
        })),
      ],
      {},
      [
        [
          'notes.txt',
          'refused',
          failure('file-type', '“notes.txt” is a text file: Encord takes videos and images.'),
        ],
        ['still_00001 copy.png', 'skipped', failure('duplicate', 'Uploaded already, as “still_00001.png”.')],
      ],
    ),
    batch(
      'warehouse',
      Array.from({ length: 24 }, (_, index) => ({
        title: `aisle_${index}.jpg`,
        bytes: 3.1 * MB,
        state: 'done' as const,
      })),
      { datasetId: 'd-2', datasetTitle: 'Warehouse night shift' },
    ),
  ];
}

function failingBatches(): FakeBatch[] {
  const busy = busyBatches();
  const refused = failure(
    'media-refused',
    'Encord refused “2026-11-20_cam-north_0035.mp4”: it is not a video it can read. Check that it plays, convert it to H.264 MP4, then retry.',
    { status: '400', 'request id': '7f1c2e9a-5a5d', unit: 'moov atom not found' },
  );
  busy[0]?.units.unshift(
    ...[
      { title: camera(35), bytes: 402 * MB, state: 'failed' as const, failure: refused },
      {
        title: camera(36),
        bytes: 512 * MB,
        state: 'collecting' as const,
        failure: failure('stalled', 'No byte has moved for 60 seconds. It starts again from its first byte.'),
        notBefore: Date.now() + 14_000,
      },
      {
        title: 'larva series 12',
        bytes: 96 * MB,
        frames: 240,
        state: 'uncertain' as const,
        failure: failure(
          'uncertain',
          'The answer to its registration was lost, and Encord does not show it yet.',
        ),
      },
      {
        title: camera(37),
        bytes: 388 * MB,
        state: 'failed' as const,
        failure: failure(
          'file-changed',
          '“2026-11-20_cam-north_0037.mp4” changed while it was sent. Retry when it is finished.',
        ),
      },
    ].map((recipe) => unit(busy[0]?.row.id ?? 0, recipe)),
  );
  return busy;
}

function largeBatches(units: number): FakeBatch[] {
  const states: UnitStateName[] = ['done', 'done', 'done', 'collecting', 'collecting', 'failed'];
  return [
    batch(
      'frames of the night',
      Array.from({ length: units }, (_, index) => ({
        title: `frame_${String(index).padStart(6, '0')}.png`,
        bytes: 1.2 * MB,
        state: index < 3_000 ? 'done' : (states[index % states.length] ?? 'done'),
        ...(index >= 3_000 && index % states.length === 5
          ? { failure: failure('file-missing', 'The file is no longer there. Put it back, then retry.') }
          : {}),
      })),
    ),
  ];
}

export function makeState(scene: Scene, host: 'electron' | 'browser'): FakeState {
  lastId = 0;
  const browser = host === 'browser';
  const accounts = scene === 'first-run' || scene === 'no-keychain' ? [] : [account, apiKeyAccount];
  const active = accounts.length === 0 ? null : scene === 'api-key' ? 'key' : 'lab';
  const batches = ['busy', 'limited', 'offline', 'blocked'].includes(scene)
    ? busyBatches()
    : scene === 'failing'
      ? failingBatches()
      : scene === 'large'
        ? largeBatches(10_000)
        : scene === 'done'
          ? busyBatches().slice(0, 1)
          : [];
  if (scene === 'done')
    for (const each of batches) {
      each.row.finishedAt = Date.now() - MINUTE;
      each.units = each.units.map((row) => ({
        ...row,
        state: 'done',
        storedBytes: row.bytes,
        paused: false,
      }));
    }
  const unreachable = failure('offline', 'Nothing gets through to api.encord.com.');
  return {
    batches,
    datasets: datasets(),
    organisation: organisation(),
    rowCount: 1_204,
    watch: foldersOf(scene),
    places: [],
    update: browser
      ? { kind: 'off', reason: 'Only the installed desktop program updates itself.', managed: false }
      : { kind: 'current', checkedAt: Date.now() - 50 * MINUTE },
    snapshot: {
      seq: 0,
      host,
      version: '0.1.0',
      platform: 'linux',
      capabilities: {
        nativeDialogs: !browser,
        dropsArePaths: !browser,
        serverChooser: browser,
        openFolder: !browser,
        desktop: !browser,
        updates: !browser,
      },
      keychain:
        scene === 'no-keychain'
          ? { kind: 'unavailable', reason: 'No Secret Service answers on this machine’s bus.' }
          : { kind: 'ready', reason: '' },
      accounts: accounts.map((each) =>
        scene === 'blocked' && each.id === 'lab'
          ? {
              ...each,
              blocked: failure(
                'unauthenticated',
                'Encord no longer knows this key. Sign in with a key that is registered there.',
              ),
            }
          : each,
      ),
      activeAccountId: active,
      settings: {
        theme: 'system',
        density: 'comfortable',
        concurrency: 'auto',
        concurrencyBounds: { least: 2, most: 64 },
        bandwidth: scene === 'limited' ? '08:00,512k 19:00,off' : '',
        sizeLimitBytes: 1e9,
        historyDays: 90,
        historyUnits: 1_000_000,
        desktop: { startAtLogin: false, closeToTray: true, keepAwake: true },
        notifications: {
          kinds: {
            finished: true,
            failed: true,
            folder: true,
            'sign-in': true,
            keychain: true,
            update: true,
          },
          quiet: null,
        },
        network: { proxy: { kind: 'system' }, caFile: null },
        updates: { mode: 'auto', channel: 'latest' },
        dataFolder: '/home/lab/.local/share/encord-uploader',
        nextDataFolder: null,
      },
      paused: false,
      order: 'added',
      connection:
        scene === 'offline'
          ? { kind: 'offline', failure: unreachable, nextTryAt: Date.now() + 20_000, waitsFor: 'network' }
          : { kind: 'online' },
      bandwidth: scene === 'limited' ? { limit: 512 * 1024, until: next19() } : { limit: null, until: null },
      speed: 0,
      lastDatasetId: batches.length > 0 || scene === 'empty' ? 'd-0' : null,
    },
  };
}
