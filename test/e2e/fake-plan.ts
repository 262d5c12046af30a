/** The reviews of the pretended main: plans that grow while they are looked at. Used by `fake-main.ts` alone. */
import type {
  MediaId,
  PlanFolderView,
  PlanUnitView,
  PlanView,
  PlanWarningView,
  TurnedAwayView,
} from '../../preload/contract/views.ts';
import { failure } from './fake-state.ts';

const TICK_MS = 60;

const NONE: Record<MediaId, number> = {
  video: 0,
  image: 0,
  'image-group': 0,
  'image-sequence': 0,
  audio: 0,
  dicom: 0,
  nifti: 0,
  pdf: 0,
  text: 0,
};

export const WARNINGS: readonly PlanWarningView[] = [
  {
    path: '/data/in/2026-11-20_cam-north_0003.mp4',
    title: '2026-11-20_cam-north_0003.mp4',
    message: 'Browsers cannot play its codec (HEVC). Convert it to H.264 to see it while you label.',
  },
];

/** A plan of `files` files that are found over `ticks` ticks. */
export class FakePlan {
  view: PlanView;
  readonly folders: PlanFolderView[];
  readonly away: TurnedAwayView[];
  readonly #files: number;
  readonly #ticks: number;
  readonly #tell: (plan: PlanView) => void;
  #timer: ReturnType<typeof setInterval>;
  #tick = 0;

  constructor(
    planId: string,
    files: number,
    ticks: number,
    datasetId: string | null,
    tell: (plan: PlanView) => void,
  ) {
    this.#files = files;
    this.#ticks = ticks;
    this.#tell = tell;
    this.folders = [
      { path: '/data/in/frames', name: 'frames', images: 300, as: 'group', suggestion: 'group' },
      { path: '/data/in/larva', name: 'larva', images: 3, as: 'single', suggestion: 'group' },
      { path: '/data/in/stills', name: 'stills', images: 54, as: 'single', suggestion: 'single' },
    ];
    this.away = [
      turnedAway(
        'refused',
        'empty.mp4',
        0,
        failure('file-empty', 'The file is empty: it may still be being written.'),
      ),
      turnedAway(
        'refused',
        'notes.mp4',
        1_204,
        failure('file-type', 'Its content is text, not a video. Encord takes videos and images.'),
      ),
      turnedAway(
        'refused',
        'readme.txt',
        900,
        failure('file-type', 'Its content is text. Encord takes videos and images.'),
      ),
      turnedAway(
        'refused',
        'whole-day.mp4',
        4_400_000_000,
        failure('file-too-large', 'It has 4.4 GB; the limit is 1 GB.'),
      ),
      turnedAway(
        'skipped',
        'still_0001 (copy).png',
        2_400_000,
        failure('duplicate', 'Uploaded on 19 Nov as “still_0001.png”.'),
      ),
    ];
    this.view = {
      planId,
      phase: 'scanning',
      failure: null,
      currentFolder: '/data/in/frames',
      files: 0,
      bytes: 0,
      units: NONE,
      refused: 0,
      skipped: 0,
      queued: 0,
      warnings: WARNINGS.length,
      textFiles: 3,
      takeText: false,
      datasetId,
      destinationProblem: null,
      added: 0,
    };
    this.#timer = setInterval(() => this.#step(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  unit(index: number): PlanUnitView {
    const { video } = this.view.units;
    const groups = this.view.units['image-group'];
    const media = index < video ? 'video' : index < video + groups ? 'image-group' : 'image';
    const title =
      media === 'video'
        ? `2026-11-20_cam-north_${String(index).padStart(4, '0')}.mp4`
        : media === 'image-group'
          ? (this.folders.filter((folder) => folder.as === 'group')[index - video]?.name ?? 'group')
          : `still_${String(index).padStart(5, '0')}.png`;
    return {
      index,
      media,
      title,
      path: `/data/in/${title}`,
      frames: media === 'image-group' ? 300 : 1,
      bytes: media === 'video' ? 640_000_000 : media === 'image-group' ? 148_000_000 : 2_400_000,
      note: index === video + groups + 2 ? 'Same content as still_00001.png' : null,
    };
  }

  get units(): number {
    return Object.values(this.view.units).reduce((sum, count) => sum + count, 0);
  }

  setFolder(path: string, as: PlanFolderView['as']): void {
    const folder = this.folders.find((each) => each.path === path);
    if (folder) folder.as = as;
    this.#count(this.#files);
  }

  takeText(take: boolean): void {
    this.view = { ...this.view, takeText: take };
    this.#count(this.#files);
  }

  setDataset(datasetId: string): void {
    this.view = {
      ...this.view,
      datasetId,
      destinationProblem:
        datasetId === 'd-4'
          ? failure(
              'dataset-storage',
              '“Orchard drone flights” keeps its files in a bucket of your own; the documented route cannot put files there. Choose the storage route, or a dataset on Encord’s storage.',
            )
          : null,
    };
  }

  #count(files: number): void {
    const share = files / this.#files;
    const groups = this.folders.filter((folder) => folder.as === 'group');
    const sequences = this.folders.filter((folder) => folder.as === 'sequence');
    const grouped = [...groups, ...sequences].reduce((sum, folder) => sum + folder.images, 0);
    const video = Math.round(12 * share);
    this.view = {
      ...this.view,
      files,
      bytes: Math.round(files * 4_700_000),
      units: {
        ...NONE,
        video,
        image: Math.max(0, files - video - Math.round(grouped * share)),
        'image-group': share < 1 ? 0 : groups.length,
        'image-sequence': share < 1 ? 0 : sequences.length,
        text: share < 1 || !this.view.takeText ? 0 : this.view.textFiles,
      },
      refused: share < 1 ? 0 : this.view.takeText ? 3 : 4,
      skipped: share < 1 ? 0 : 1,
    };
  }

  #step(): void {
    this.#tick += 1;
    if (this.#tick <= this.#ticks) this.#count(Math.round((this.#files * this.#tick) / this.#ticks));
    else if (this.#tick === this.#ticks + 1)
      this.view = { ...this.view, phase: 'settling', currentFolder: null };
    else {
      this.view = { ...this.view, phase: 'ready', currentFolder: null };
      this.stop();
    }
    this.#tell(this.view);
  }
}

function turnedAway(
  kind: TurnedAwayView['kind'],
  title: string,
  size: number,
  why: TurnedAwayView['failure'],
): TurnedAwayView {
  return { kind, path: `/data/in/${title}`, title, size, failure: why };
}
