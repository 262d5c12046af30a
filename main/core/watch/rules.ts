/**
 * What a watch folder is told to do: where from, where to, what files become, when they are finished, what happens
 * afterwards. Plain data; made by pages, command line and `watch apply`, read by everything in this folder.
 */

import type { AccountId } from '../model.ts';

export type WatchId = number;

/** Media types whose units are made of many images. */
export type GroupMedia = 'image-group' | 'image-sequence';
/** Media types whose units are made of many files. */
export type FrameMedia = GroupMedia | 'dicom';
/** Media types of which each file is a unit. */
export type FileMedia = 'video' | 'image' | 'audio' | 'nifti' | 'pdf' | 'text';

/** What the files of the folder become. */
export type Becoming =
  /** Each file a unit: `auto` by its content, else only files of that type. */
  | { readonly kind: 'files'; readonly media: 'auto' | FileMedia }
  /**
   * The images that lie directly in one sub-folder are one unit, or its DICOM files a unit for each series; those in the root
   * itself are nobody's.
   */
  | { readonly kind: 'folders'; readonly media: FrameMedia }
  /** Files whose path below the root fits a pattern; equal captures but `frame` make a unit (`pattern.ts`). */
  | { readonly kind: 'pattern'; readonly media: GroupMedia; readonly pattern: string }
  /** Images of one folder belong together until the next one is this much younger. */
  | { readonly kind: 'gap'; readonly media: GroupMedia; readonly seconds: number };

/** Which signs have to be there before a file is taken for finished; the rungs are in `readiness.ts`. */
export interface ReadinessRules {
  /** `all` that are switched on, or `any` one of marker, manifest, rename, quiet and completeness. */
  readonly combine: 'all' | 'any';
  /** Further names that mean "being written", as globs of base names; the usual ones always do. */
  readonly unfinishedNames: readonly string[];
  /** A file beside it that says so: `{name}.done`, `{stem}.ok`, `MARKER_is_finished_{name}`; null: none is wanted. */
  readonly marker: string | null;
  /** The name (a glob) of a file in the same folder that lists sizes or hashes; null: none is wanted. */
  readonly manifest: string | null;
  /** A file that was renamed into place from an unfinished name is finished without being quiet first. */
  readonly renamed: boolean;
  /** Seconds without a change of size or time; 0 switches the rung off. */
  readonly quietSeconds: number;
  /** So many more for each 10^9 bytes. */
  readonly quietSecondsPerGB: number;
  /** No process has it open for writing, where the system tells. */
  readonly notOpen: boolean;
  /** The container is whole, for formats where that can be seen. */
  readonly complete: boolean;
  /** After so many seconds without becoming finished it is reported as stuck; it is watched on. */
  readonly stuckAfterSeconds: number;
}

/** When the files of a group are all there. */
export interface GroupRules {
  readonly close: /** No file of it came or changed for so many seconds. */
    | { readonly kind: 'quiet'; readonly seconds: number }
    /** A file of this name (a glob; `{folder}` is the folder's name) lies in the folder, or beside it. */
    | { readonly kind: 'marker'; readonly name: string }
    | { readonly kind: 'count'; readonly count: number }
    /** All files are there that a list in the folder names (a glob). */
    | { readonly kind: 'manifest'; readonly name: string };
  /** How long missing numbers are waited for once the group could close, and what then. */
  readonly missing: { readonly waitSeconds: number; readonly otherwise: 'ask' | 'take' };
  /** More frames than this are no group that Encord takes. */
  readonly maxFrames: number;
}

/** What happens to local files after their unit's registration is confirmed. */
export type Afterwards =
  | { readonly kind: 'keep' }
  /** Into `uploaded/YYYY-MM-DD/` below the root, keeping the tree. */
  | { readonly kind: 'move' }
  /** Into the system's trash, so many seconds later. */
  | { readonly kind: 'trash'; readonly graceSeconds: number };

export interface WatchRules {
  readonly becomes: Becoming;
  /** Globs over paths below the root, with `/`; none includes everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Templates (`templates.ts`); null is the file's or folder's own name. */
  readonly title: string | null;
  /** Client metadata: key to template. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly readiness: ReadinessRules;
  readonly groups: GroupRules;
  /** What becomes of a file that changes after it was taken. */
  readonly changed: 'upload' | 'ignore' | 'ask';
  readonly after: Afterwards;
  /** How changes are noticed; `auto` lets the program find out. */
  readonly find: { readonly kind: 'auto' } | { readonly kind: 'poll'; readonly seconds: number };
}

/** What to do with the files that are there when the folder is added. */
export type Existing = 'all' | 'new' | 'review';

export interface NewWatchFolder {
  /** Absolute path. */
  readonly root: string;
  readonly accountId: AccountId;
  readonly datasetId: string;
  readonly datasetTitle: string;
  /** The storage folder that the person chose; null to let the program find or make one. */
  readonly folderChoice: string | null;
  readonly rules: WatchRules;
  readonly existing: Existing;
  readonly on: boolean;
  readonly addedAt: number;
}

export interface WatchFolder extends NewWatchFolder {
  readonly id: WatchId;
  /** The ledger of this root and dataset: it outlives the folder, so that adding it again uploads nothing twice. */
  readonly ledger: number;
  /** Whether what was there when it was added has been dealt with. */
  readonly begun: boolean;
  /** True once the root was seen to be a mounted file system of its own: without it the folder is suspended. */
  readonly mounted: boolean;
}

export const DEFAULT_RULES: WatchRules = {
  becomes: { kind: 'files', media: 'auto' },
  include: [],
  exclude: [],
  title: null,
  metadata: {},
  readiness: {
    combine: 'all',
    unfinishedNames: [],
    marker: null,
    manifest: null,
    renamed: true,
    quietSeconds: 10,
    quietSecondsPerGB: 10,
    notOpen: true,
    complete: true,
    stuckAfterSeconds: 3_600,
  },
  groups: {
    close: { kind: 'quiet', seconds: 60 },
    missing: { waitSeconds: 600, otherwise: 'ask' },
    // What the documentation gives for one upload (encord-api.md F).
    maxFrames: 10_000,
  },
  changed: 'upload',
  after: { kind: 'keep' },
  find: { kind: 'auto' },
};
