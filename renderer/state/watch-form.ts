/**
 * The rules of a watch folder as fields that a person fills in, and back. What is switched off keeps what was typed. Pure;
 * used by `watch-draft.ts` and the pages that draw the fields.
 */
import type { MatchView, WatchRulesView } from '../../preload/contract/watch.ts';

export type ProblemField = MatchView['problems'][number]['field'];
export type Problems = Partial<Record<ProblemField, string>>;

export interface MetadataLine {
  /** Names the line while it is edited. */
  id: number;
  key: string;
  template: string;
}

type Becomes = WatchRulesView['becomes'];
type Close = WatchRulesView['groups']['close'];

export interface RulesForm {
  becomes: Becomes['kind'];
  fileMedia: Extract<Becomes, { kind: 'files' }>['media'];
  groupMedia: Extract<Becomes, { kind: 'folders' }>['media'];
  pattern: string;
  gapSeconds: number;
  /** Lists of globs: one a line. */
  include: string;
  exclude: string;
  unfinishedNames: string;
  /** Empty: the file's or folder's own name. */
  title: string;
  metadata: readonly MetadataLine[];
  combine: WatchRulesView['readiness']['combine'];
  quietOn: boolean;
  quietSeconds: number;
  quietSecondsPerGB: number;
  markerOn: boolean;
  marker: string;
  manifestOn: boolean;
  manifest: string;
  renamed: boolean;
  notOpen: boolean;
  complete: boolean;
  stuckAfterSeconds: number;
  close: Close['kind'];
  closeSeconds: number;
  closeMarker: string;
  closeCount: number;
  closeManifest: string;
  missingWaitSeconds: number;
  missingOtherwise: WatchRulesView['groups']['missing']['otherwise'];
  maxFrames: number;
  changed: WatchRulesView['changed'];
  after: WatchRulesView['after']['kind'];
  graceSeconds: number;
  find: WatchRulesView['find']['kind'];
  pollSeconds: number;
}

/** The rules of a new folder: those of the core, which pages cannot import; a test holds them alike. */
export const DEFAULT_RULES: WatchRulesView = {
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
    maxFrames: 10_000,
  },
  changed: 'upload',
  after: { kind: 'keep' },
  find: { kind: 'auto' },
};

const DAY = 86_400;

export function formOf(rules: WatchRulesView): RulesForm {
  const { becomes, readiness, groups, after, find } = rules;
  const { close } = groups;
  return {
    becomes: becomes.kind,
    fileMedia: becomes.kind === 'files' ? becomes.media : 'auto',
    groupMedia: becomes.kind === 'files' ? 'image-group' : becomes.media,
    pattern: becomes.kind === 'pattern' ? becomes.pattern : '',
    gapSeconds: becomes.kind === 'gap' ? becomes.seconds : 30,
    include: rules.include.join('\n'),
    exclude: rules.exclude.join('\n'),
    unfinishedNames: readiness.unfinishedNames.join('\n'),
    title: rules.title ?? '',
    metadata: Object.entries(rules.metadata).map(([key, template], id) => ({ id, key, template })),
    combine: readiness.combine,
    quietOn: readiness.quietSeconds > 0,
    quietSeconds: readiness.quietSeconds || DEFAULT_RULES.readiness.quietSeconds,
    quietSecondsPerGB: readiness.quietSecondsPerGB,
    markerOn: readiness.marker !== null,
    marker: readiness.marker ?? '{name}.done',
    manifestOn: readiness.manifest !== null,
    manifest: readiness.manifest ?? '*.sha256',
    renamed: readiness.renamed,
    notOpen: readiness.notOpen,
    complete: readiness.complete,
    stuckAfterSeconds: readiness.stuckAfterSeconds,
    close: close.kind,
    closeSeconds: close.kind === 'quiet' ? close.seconds : 60,
    closeMarker: close.kind === 'marker' ? close.name : '{folder}.done',
    closeCount: close.kind === 'count' ? close.count : 100,
    closeManifest: close.kind === 'manifest' ? close.name : 'manifest.*',
    missingWaitSeconds: groups.missing.waitSeconds,
    missingOtherwise: groups.missing.otherwise,
    maxFrames: groups.maxFrames,
    changed: rules.changed,
    after: after.kind,
    graceSeconds: after.kind === 'trash' ? after.graceSeconds : 7 * DAY,
    find: find.kind,
    pollSeconds: find.kind === 'poll' ? find.seconds : 30,
  };
}

export function rulesOf(form: RulesForm): WatchRulesView {
  return {
    becomes: becomesOf(form),
    include: lines(form.include),
    exclude: lines(form.exclude),
    title: form.title.trim() || null,
    metadata: Object.fromEntries(
      form.metadata
        .filter(({ key, template }) => key.trim() !== '' && template.trim() !== '')
        .map(({ key, template }) => [key.trim(), template.trim()]),
    ),
    readiness: {
      combine: form.combine,
      unfinishedNames: lines(form.unfinishedNames),
      marker: form.markerOn ? form.marker.trim() : null,
      manifest: form.manifestOn ? form.manifest.trim() : null,
      renamed: form.renamed,
      quietSeconds: form.quietOn ? form.quietSeconds : 0,
      quietSecondsPerGB: form.quietSecondsPerGB,
      notOpen: form.notOpen,
      complete: form.complete,
      stuckAfterSeconds: form.stuckAfterSeconds,
    },
    groups: {
      close: closeOf(form),
      missing: { waitSeconds: form.missingWaitSeconds, otherwise: form.missingOtherwise },
      maxFrames: form.maxFrames,
    },
    changed: form.changed,
    after: form.after === 'trash' ? { kind: 'trash', graceSeconds: form.graceSeconds } : { kind: form.after },
    find: form.find === 'poll' ? { kind: 'poll', seconds: form.pollSeconds } : { kind: 'auto' },
  };
}

/** What is missing before main can be asked; empty where nothing is. */
export function problemsOf(form: RulesForm): Problems {
  const problems: Problems = {};
  if (form.becomes === 'pattern' && form.pattern.trim() === '')
    problems.pattern = 'Write a pattern, or choose another way above.';
  if (form.markerOn && form.marker.trim() === '')
    problems.marker = 'Write the marker’s name, or switch this sign off.';
  if (form.manifestOn && form.manifest.trim() === '')
    problems.manifest = 'Write the list’s name, or switch this sign off.';
  if (form.becomes !== 'files' && form.close === 'marker' && form.closeMarker.trim() === '')
    problems.close = 'Write the name of the file that says so.';
  if (form.becomes !== 'files' && form.close === 'manifest' && form.closeManifest.trim() === '')
    problems.close = 'Write the name of the list.';
  const keys = form.metadata.map(({ key }) => key.trim()).filter(Boolean);
  if (new Set(keys).size < keys.length)
    problems.metadata = 'Two lines have the same key: change one of them.';
  else if (form.metadata.some(({ key, template }) => (key.trim() === '') !== (template.trim() === '')))
    problems.metadata = 'Each line wants a key and a value.';
  return problems;
}

function becomesOf(form: RulesForm): Becomes {
  // A series is found by folder alone.
  const media = form.groupMedia === 'dicom' ? 'image-group' : form.groupMedia;
  switch (form.becomes) {
    case 'files':
      return { kind: 'files', media: form.fileMedia };
    case 'folders':
      return { kind: 'folders', media: form.groupMedia };
    case 'pattern':
      return { kind: 'pattern', media, pattern: form.pattern.trim() };
    case 'gap':
      return { kind: 'gap', media, seconds: form.gapSeconds };
  }
}

function closeOf(form: RulesForm): Close {
  switch (form.close) {
    case 'quiet':
      return { kind: 'quiet', seconds: form.closeSeconds };
    case 'marker':
      return { kind: 'marker', name: form.closeMarker.trim() };
    case 'count':
      return { kind: 'count', count: form.closeCount };
    case 'manifest':
      return { kind: 'manifest', name: form.closeManifest.trim() };
  }
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
