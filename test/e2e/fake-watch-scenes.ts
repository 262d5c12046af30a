/** The watch folders that the pretended main has, made up by scene. Used by `fake-state.ts` and `fake-watch.ts`. */
import type { FailureView } from '../../preload/contract/errors.ts';
import type {
  WaitingRow,
  WatchActionView,
  WatchedRowView,
  WatchFolderView,
  WatchRulesView,
} from '../../preload/contract/watch.ts';
import { DEFAULT_RULES } from '../../renderer/state/watch-form.ts';

/** A row that waits; its reason is made when it is asked for, because it counts seconds. */
export type FakeWaiting = Omit<WaitingRow, 'reason'> & { reason: (now: number) => string };

export interface FakeFolder {
  view: WatchFolderView;
  waiting: FakeWaiting[];
  uploads: WatchedRowView[];
  skipped: WatchedRowView[];
  held: WatchedRowView[];
  actions: WatchActionView[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MB = 1e6;
const four = (index: number) => String(index).padStart(4, '0');

function failed(code: FailureView['code'], message: string): FailureView {
  return { code, message, details: {}, at: Date.now() - 3 * MINUTE };
}

export function makeFolder(
  id: number,
  root: string,
  view: Partial<WatchFolderView> = {},
  lists: Partial<Omit<FakeFolder, 'view'>> = {},
): FakeFolder {
  const folder: FakeFolder = {
    waiting: [],
    uploads: [],
    skipped: [],
    held: [],
    actions: [],
    ...lists,
    view: {
      id,
      root,
      accountId: 'lab',
      accountName: 'Imaging lab',
      datasetId: 'd-0',
      datasetTitle: 'Traffic Data',
      folderId: null,
      rules: DEFAULT_RULES,
      existing: 'all',
      on: true,
      state: { kind: 'watching', how: 'one watch a folder' },
      notices: [],
      today: { files: 0, bytes: 0 },
      waiting: 0,
      attention: 0,
      held: 0,
      uploaded: 0,
      skipped: 0,
      queued: 0,
      lastScanAt: Date.now() - 4 * MINUTE,
      nextScanAt: Date.now() + 6 * MINUTE,
      ...view,
    },
  };
  tally(folder);
  return folder;
}

/** The figures of a folder follow its lists. */
export function tally(folder: FakeFolder): void {
  const { view } = folder;
  view.waiting = folder.waiting.reduce((sum, row) => sum + row.frames, 0);
  view.attention = folder.waiting.filter((row) => row.tone !== 'waiting').length;
  view.held = folder.held.length;
  view.skipped = folder.skipped.length;
  view.uploaded = folder.uploads.filter((row) => row.state === 'done').length;
  view.queued = folder.uploads.filter((row) => row.state === 'taken').length;
}

const waitingFile = (name: string, size: number, reason: FakeWaiting['reason']): FakeWaiting => ({
  key: `f:${name}`,
  kind: 'file',
  name,
  size,
  frames: 1,
  reason,
  tone: 'waiting',
  choices: [],
  since: Date.now() - 2 * MINUTE,
});

const ago = (what: string, at: number) => (now: number) => `${what} ${Math.round((now - at) / SECOND)} s ago`;

export function uploaded(index: number, change: Partial<WatchedRowView> = {}): WatchedRowView {
  const title = `2026-11-20_cam-north_${four(index)}.mp4`;
  const done = change.state === undefined || change.state === 'done';
  return {
    path: `2026-11-20/${title}`,
    size: 640 * MB + index * 1_100_000,
    state: 'done',
    at: Date.now() - (40 - (index % 40)) * 7 * MINUTE,
    reason: null,
    unit: {
      id: 5_000 + index,
      state: done ? 'done' : 'collecting',
      itemState: 'queued',
      title,
      failure: null,
    },
    ...change,
  };
}

function notTaken(
  path: string,
  state: WatchedRowView['state'],
  reason: string | null,
  size = 2_400_000,
): WatchedRowView {
  return { path, size, state, at: Date.now() - HOUR, reason, unit: null };
}

const moved = (index: number, change: Partial<WatchActionView> = {}): WatchActionView => ({
  id: index,
  kind: 'move',
  path: `2026-11-20/2026-11-20_cam-north_${four(index)}.mp4`,
  to: `uploaded/2026-11-20/2026-11-20/2026-11-20_cam-north_${four(index)}.mp4`,
  size: 640 * MB,
  state: 'done',
  dueAt: Date.now() - HOUR,
  at: Date.now() - HOUR,
  reason: null,
  undoable: true,
  ...change,
});

const GROUPS: WatchRulesView = {
  ...DEFAULT_RULES,
  becomes: { kind: 'pattern', media: 'image-group', pattern: '{plate}/{well}_{frame}.png' },
};

function north(): FakeFolder {
  const now = Date.now();
  const refused = failed(
    'media-refused',
    'Encord refused “2026-11-20_cam-north_0035.mp4”: it is not a video it can read. Convert it to H.264 MP4.',
  );
  return makeFolder(
    1,
    '/data/acquisition/traffic/north-junction',
    {
      rules: { ...DEFAULT_RULES, after: { kind: 'move' } },
      today: { files: 312, bytes: 214_000 * MB },
    },
    {
      waiting: [
        waitingFile(
          '2026-11-20/2026-11-20_cam-north_0041.mp4',
          918 * MB,
          ago('size changed', now - 3 * SECOND),
        ),
        waitingFile(
          '2026-11-20/2026-11-20_cam-north_0042.mp4',
          212 * MB,
          () => 'open by ffmpeg (process 4121)',
        ),
        waitingFile(
          '2026-11-20/2026-11-20_cam-north_0043.mp4.part',
          96 * MB,
          () => 'its name says that it is still being written',
        ),
        waitingFile(
          '2026-11-20/交差点の夜明け 🌅.mp4',
          48 * MB,
          () => 'its moov box, which cameras write last, is missing',
        ),
      ],
      uploads: [
        uploaded(40, { state: 'taken' }),
        uploaded(39, {
          state: 'taken',
          unit: {
            id: 5_039,
            state: 'processing',
            itemState: 'stored',
            title: 'cam-north_0039',
            failure: null,
          },
        }),
        uploaded(35, {
          state: 'taken',
          unit: {
            id: 5_035,
            state: 'failed',
            itemState: 'stored',
            title: '2026-11-20_cam-north_0035.mp4',
            failure: refused,
          },
        }),
        ...Array.from({ length: 34 }, (_, index) => uploaded(34 - index)),
      ],
      skipped: [
        notTaken(
          '2026-11-20/still_00001 copy.png',
          'skipped',
          'It is in the dataset already, as “still_00001.png”.',
        ),
        notTaken(
          '2026-11-20/notes.txt',
          'refused',
          'Its content is text: Encord takes videos and images.',
          1_804,
        ),
        notTaken('2026-11-20/test shot.mp4', 'ignored', 'You chose to leave it.', 12 * MB),
      ],
      actions: [
        moved(31, { id: 31, state: 'due', at: null, to: null, dueAt: now + 4 * MINUTE }),
        moved(30),
        moved(29, {
          state: 'failed',
          to: null,
          undoable: false,
          reason: 'It changed after it was uploaded, so it stays where it is.',
        }),
        ...Array.from({ length: 20 }, (_, index) => moved(28 - index)),
      ],
    },
  );
}

function plates(): FakeFolder {
  return makeFolder(
    2,
    '/mnt/nas/microscopy/high-content screening/plates',
    {
      datasetId: 'd-3',
      datasetTitle: 'Zebrafish larvae',
      rules: GROUPS,
      state: {
        kind: 'polling',
        everySeconds: 30,
        why: 'A network share (cifs) sends no events, so it is looked through again and again.',
      },
      today: { files: 14_400, bytes: 34_000 * MB },
    },
    {
      waiting: ['A01', 'A02', 'B01'].map((well, index) => ({
        key: `g:${well}`,
        kind: 'group',
        name: `plate-07 ${well}`,
        size: (96 - index * 20) * MB,
        frames: 40 - index * 8,
        reason: (now) => `last frame came ${Math.round((now % (20 * SECOND)) / SECOND)} s ago`,
        tone: 'waiting',
        choices: ['upload'],
        since: Date.now() - 90 * SECOND,
      })),
      uploads: Array.from({ length: 60 }, (_, index) => uploaded(index)),
    },
  );
}

function busy(): FakeFolder[] {
  return [
    north(),
    plates(),
    makeFolder(3, '/data/scanner/ward-7/in', {
      state: { kind: 'starting', files: 12_408 },
      datasetId: 'd-1',
      datasetTitle: 'Endoscopy 2026, left bank, second reader',
    }),
    makeFolder(4, '/data/archive/2025', { on: false, state: { kind: 'off' }, nextScanAt: null }),
  ];
}

function failing(): FakeFolder[] {
  const [first, second, ...rest] = busy();
  if (!first || !second) throw new Error('The busy scene has folders.');
  second.waiting.unshift(
    {
      key: 'g:B02',
      kind: 'group',
      name: 'plate-07 B02',
      size: 94 * MB,
      frames: 40,
      reason: () => 'frame 0021 is missing, and was waited for',
      tone: 'ask',
      choices: ['upload', 'ignore', 'wait'],
      since: Date.now() - 14 * MINUTE,
    },
    {
      ...waitingFile('plate-06/C11_0001.png', 2 * MB, () => 'open by acquire.exe (process 812) for 2 h'),
      tone: 'stuck',
      choices: ['upload', 'ignore'],
    },
  );
  tally(second);
  return [
    first,
    second,
    makeFolder(5, '/mnt/scope-3/export', {
      state: {
        kind: 'suspended',
        failure: failed(
          'file-missing',
          '“/mnt/scope-3” is not mounted. Connect the instrument or mount it again.',
        ),
      },
      datasetTitle: 'Cell culture plate 106',
      today: { files: 84, bytes: 9_100 * MB },
      nextScanAt: null,
    }),
    makeFolder(
      6,
      '/data/drone/orchard/flights',
      { existing: 'review', datasetTitle: 'Orchard drone flights', uploaded: 0 },
      {
        held: Array.from({ length: 1_240 }, (_, index) =>
          notTaken(
            `flight-${four(Math.floor(index / 40))}/DJI_${four(index)}.JPG`,
            'held',
            null,
            9 * MB + index,
          ),
        ),
      },
    ),
    makeFolder(7, '/data/road-signs', {
      datasetTitle: 'Road signs of Bavaria',
      state: {
        kind: 'polling',
        everySeconds: 30,
        why: 'The system has no watches left, so it is looked through again and again.',
      },
      notices: [
        {
          tone: 'attention',
          text: 'The limit of watches is reached. Raise fs.inotify.max_user_watches, then switch the folder off and on.',
        },
        { tone: 'info', text: 'The self-test was skipped: the folder is read-only.' },
      ],
    }),
    makeFolder(8, '/data/old-account', { accountName: null, datasetTitle: 'Warehouse night shift' }),
    ...rest,
  ];
}

function large(): FakeFolder[] {
  const reasons = [
    (index: number) => ago('size changed', Date.now() - (index % 50) * SECOND),
    () => () => 'open by ffmpeg (process 4121)',
    () => () => 'its trailer is missing',
  ];
  const first = makeFolder(
    1,
    '/data/acquisition/frames',
    { today: { files: 48_112, bytes: 57_000 * MB } },
    {
      waiting: Array.from({ length: 10_000 }, (_, index) => {
        const reason = reasons[index % 3] ?? (() => () => '');
        return {
          ...waitingFile(`night/frame_${String(index).padStart(6, '0')}.png`, MB + index, reason(index)),
          choices: index % 2 === 0 ? (['upload', 'ignore'] as const).slice() : [],
        };
      }),
      uploads: Array.from({ length: 10_000 }, (_, index) => uploaded(index)),
      skipped: Array.from({ length: 10_000 }, (_, index) =>
        notTaken(
          `night/frame_${String(index).padStart(6, '0')} copy.png`,
          'skipped',
          'It is in the dataset already.',
        ),
      ),
    },
  );
  return [
    first,
    ...Array.from({ length: 99 }, (_, index) =>
      makeFolder(
        2 + index,
        `/data/acquisition/rig-${String(index).padStart(2, '0')}/camera-${index % 4}/out`,
        {
          datasetTitle: index % 3 === 0 ? 'Traffic Data' : 'Warehouse night shift',
          today: { files: index * 7, bytes: index * 812 * MB },
          ...(index % 17 === 5
            ? { state: { kind: 'suspended', failure: failed('file-missing', 'Its disk is not mounted.') } }
            : {}),
        },
      ),
    ),
  ];
}

/** By the name of the scene; scenes that are about something else have none. */
export function foldersOf(scene: string): FakeFolder[] {
  if (scene === 'busy') return busy();
  if (scene === 'failing') return failing();
  return scene === 'large' ? large() : [];
}
