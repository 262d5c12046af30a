/**
 * The words for the rules of a watch folder, as options and `watch apply` files spell them, and what they mean. Pure; used
 * by `watch-options.ts`, `watch-file.ts` and `watch-plan.ts`.
 */

import { z } from 'zod';
import { existing, type WatchRulesView, watchRules } from '../../preload/contract/watch.ts';
import { mediaType } from '../core/media/index.ts';
import { DEFAULT_RULES } from '../core/watch/rules.ts';

export const AS = [
  'auto',
  'video',
  'image',
  'image-group',
  'image-sequence',
  'audio',
  'dicom',
  'nifti',
  'pdf',
  'text',
] as const;
export const GROUP_BY = ['folder', 'pattern', 'gap'] as const;
export const CHANGED = watchRules.shape.changed.options;
export const AFTER = ['keep', 'move', 'delete'] as const;
export const EXISTING = existing.options;
export const MISSING = ['ask', 'take'] as const;

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 31_536_000;

// The shapes of values; each says in one sentence what would be right.
const seconds = (least: number, most = YEAR_SECONDS): z.ZodType<number> => {
  const range = `It is a number of seconds from ${least} to ${most.toLocaleString('en')}.`;
  return z.number(range).min(least, range).max(most, range);
};
const wholeNumber = (): z.ZodType<number> => {
  const range = 'It is a whole number from 1 to 1,000,000.';
  return z.int(range).min(1, range).max(1_000_000, range);
};
const text = (most: number): z.ZodType<string> => {
  const length = `It is a text of 1 to ${most.toLocaleString('en')} characters.`;
  return z.string(length).min(1, length).max(most, length);
};
const oneOf = <const T extends readonly string[]>(choices: T): z.ZodType<T[number]> =>
  z.enum(choices, `It is one of ${choices.join(', ')}.`);
const yesOrNo = (): z.ZodType<boolean> => z.boolean('It is true or false.');
const globs = (): z.ZodType<string[]> =>
  z.array(text(1_000), 'It is a list of globs.').max(100, 'It is a list of at most 100 globs.');

const CLOSE =
  /^(?:quiet:(?<quiet>\d+(?:\.\d+)?)|count:(?<count>\d{1,7})|(?<list>marker|manifest):(?<name>.+))$/s;
const CLOSE_SENTENCE =
  'It is quiet:SECONDS, count:FRAMES, marker:NAME or manifest:NAME, such as quiet:60 or marker:{folder}.done.';

/** What there is to say of a folder's rules; what is not said is as `DEFAULT_RULES` has it. */
export const RULE_WORDS = {
  as: oneOf(AS),
  group_by: oneOf(GROUP_BY),
  pattern: text(1_000),
  gap: seconds(0.1, DAY_SECONDS),
  close: z.string(CLOSE_SENTENCE).refine((value) => closeOf(value) !== null, CLOSE_SENTENCE),
  missing_wait: seconds(0),
  missing_then: oneOf(MISSING),
  max_frames: wholeNumber(),
  quiet: seconds(0),
  quiet_per_gb: seconds(0),
  include: globs(),
  exclude: globs(),
  unfinished: globs(),
  marker: text(1_000),
  manifest: text(1_000),
  renamed: yesOrNo(),
  check_open: yesOrNo(),
  check_complete: yesOrNo(),
  any: yesOrNo(),
  stuck_after: seconds(1),
  title: text(2_000),
  metadata: z.record(text(200), text(2_000), 'It is a map of keys to templates.'),
  changed: oneOf(CHANGED),
  after: oneOf(AFTER),
  grace: seconds(0),
  poll: seconds(0.1, DAY_SECONDS),
} as const;

export type RuleWord = keyof typeof RULE_WORDS;
export type RuleWords = { readonly [W in RuleWord]?: z.infer<(typeof RULE_WORDS)[W]> | undefined };

export type RulesReading =
  | { readonly ok: true; readonly rules: WatchRulesView }
  /** Words that do not go together; `word` is the one to look at. */
  | { readonly ok: false; readonly word: RuleWord; readonly problem: string };

/** How a word is spelled where it was said: `--group-by`, or `group_by`. */
export type Spell = (word: RuleWord) => string;

/** Rules from words that are each well formed. */
export function rulesOf(words: RuleWords, spell: Spell): RulesReading {
  const clash = clashIn(words, spell);
  if (clash) return { ok: false, ...clash };
  const usual = DEFAULT_RULES;
  const { readiness, groups } = usual;
  return {
    ok: true,
    rules: {
      becomes: becomingOf(words),
      include: [...(words.include ?? usual.include)],
      exclude: [...(words.exclude ?? usual.exclude)],
      title: words.title ?? usual.title,
      metadata: { ...(words.metadata ?? usual.metadata) },
      readiness: {
        combine: words.any ? 'any' : 'all',
        unfinishedNames: [...(words.unfinished ?? readiness.unfinishedNames)],
        marker: words.marker ?? readiness.marker,
        manifest: words.manifest ?? readiness.manifest,
        renamed: words.renamed ?? readiness.renamed,
        quietSeconds: words.quiet ?? readiness.quietSeconds,
        quietSecondsPerGB: words.quiet_per_gb ?? readiness.quietSecondsPerGB,
        notOpen: words.check_open ?? readiness.notOpen,
        complete: words.check_complete ?? readiness.complete,
        stuckAfterSeconds: words.stuck_after ?? readiness.stuckAfterSeconds,
      },
      groups: {
        close: (words.close === undefined ? null : closeOf(words.close)) ?? { ...groups.close },
        missing: {
          waitSeconds: words.missing_wait ?? groups.missing.waitSeconds,
          otherwise: words.missing_then ?? groups.missing.otherwise,
        },
        maxFrames: words.max_frames ?? groups.maxFrames,
      },
      changed: words.changed ?? usual.changed,
      after: afterOf(words),
      find: words.poll === undefined ? { kind: 'auto' } : { kind: 'poll', seconds: words.poll },
    },
  };
}

/** The words for rules: every word once, undefined where it says nothing. `rulesOf` makes the same rules of them again. */
export function wordsOf(rules: WatchRulesView): Readonly<Record<RuleWord, RuleWords[RuleWord]>> {
  const { becomes, readiness, groups, after, find } = rules;
  const grouped = becomes.kind !== 'files';
  return {
    as: becomes.media,
    group_by: grouped ? groupWord(becomes.kind) : undefined,
    pattern: becomes.kind === 'pattern' ? becomes.pattern : undefined,
    gap: becomes.kind === 'gap' ? becomes.seconds : undefined,
    // What is said of groups means nothing for single files.
    close: grouped ? closeText(groups.close) : undefined,
    missing_wait: grouped ? groups.missing.waitSeconds : undefined,
    missing_then: grouped ? groups.missing.otherwise : undefined,
    max_frames: grouped ? groups.maxFrames : undefined,
    quiet: readiness.quietSeconds,
    quiet_per_gb: readiness.quietSecondsPerGB,
    include: rules.include,
    exclude: rules.exclude,
    unfinished: readiness.unfinishedNames,
    marker: readiness.marker ?? undefined,
    manifest: readiness.manifest ?? undefined,
    renamed: readiness.renamed,
    check_open: readiness.notOpen,
    check_complete: readiness.complete,
    any: readiness.combine === 'any',
    stuck_after: readiness.stuckAfterSeconds,
    title: rules.title ?? undefined,
    metadata: rules.metadata,
    changed: rules.changed,
    after: after.kind === 'trash' ? 'delete' : after.kind,
    grace: after.kind === 'trash' ? after.graceSeconds : undefined,
    poll: find.kind === 'poll' ? find.seconds : undefined,
  };
}

/** What the files of a folder become, as a person would say it. */
export function sayBecoming(becomes: WatchRulesView['becomes']): string {
  const of = becomes.media === 'auto' ? 'file' : mediaType(becomes.media).label.one;
  const unit = `an ${of}`;
  switch (becomes.kind) {
    case 'files':
      return becomes.media === 'auto' ? 'each file by its content' : `each ${of}`;
    case 'folders':
      if (becomes.media === 'dicom') return 'each DICOM series of each folder';
      return `each folder ${unit}`;
    case 'pattern':
      return `${unit} by ${becomes.pattern}`;
    case 'gap':
      return `${unit} until nothing comes for ${becomes.seconds} s`;
  }
}

const OF_GROUPS = [
  'group_by',
  'pattern',
  'gap',
  'close',
  'missing_wait',
  'missing_then',
  'max_frames',
] as const;

function clashIn(words: RuleWords, spell: Spell): { word: RuleWord; problem: string } | null {
  const as = words.as ?? 'auto';
  if (as === 'dicom') {
    const by = groupingOf(words);
    if (by === 'folder') return clashOfAfter(words, spell);
    const problem = `${spell('as')} dicom takes the files of a folder by the series that they name: ${spell(by)} does not go with it.`;
    return { word: words[by] === undefined ? 'group_by' : by, problem };
  }
  if (as !== 'image-group' && as !== 'image-sequence') {
    const word = OF_GROUPS.find((each) => words[each] !== undefined);
    if (!word) return clashOfAfter(words, spell);
    const ofImages = word === 'group_by' || word === 'pattern' || word === 'gap';
    const groups = `${spell('as')} ${ofImages ? 'image-group or image-sequence' : 'image-group, image-sequence or dicom'}`;
    return { word, problem: `${spell(word)} is about groups: it needs ${groups}.` };
  }
  const by = groupingOf(words);
  for (const word of ['pattern', 'gap'] as const) {
    if (by === word && words[word] === undefined)
      return { word: 'group_by', problem: `${spell('group_by')} ${word} needs ${spell(word)}.` };
    if (by !== word && words[word] !== undefined)
      return { word, problem: `${spell(word)} does not go with ${spell('group_by')} ${by}.` };
  }
  return clashOfAfter(words, spell);
}

function clashOfAfter(words: RuleWords, spell: Spell): { word: RuleWord; problem: string } | null {
  if (words.grace === undefined || words.after === 'delete') return null;
  return { word: 'grace', problem: `${spell('grace')} needs ${spell('after')} delete.` };
}

/** A pattern or a gap that is given says it already. */
function groupingOf(words: RuleWords): (typeof GROUP_BY)[number] {
  if (words.group_by !== undefined) return words.group_by;
  if (words.pattern !== undefined) return 'pattern';
  return words.gap === undefined ? 'folder' : 'gap';
}

function becomingOf(words: RuleWords): WatchRulesView['becomes'] {
  const media = words.as ?? 'auto';
  if (media === 'dicom') return { kind: 'folders', media };
  if (media !== 'image-group' && media !== 'image-sequence') return { kind: 'files', media };
  switch (groupingOf(words)) {
    case 'folder':
      return { kind: 'folders', media };
    case 'pattern':
      return { kind: 'pattern', media, pattern: words.pattern ?? '' };
    case 'gap':
      return { kind: 'gap', media, seconds: words.gap ?? 0 };
  }
}

function groupWord(kind: 'folders' | 'pattern' | 'gap'): (typeof GROUP_BY)[number] {
  return kind === 'folders' ? 'folder' : kind;
}

function afterOf(words: RuleWords): WatchRulesView['after'] {
  switch (words.after ?? 'keep') {
    case 'keep':
      return { kind: 'keep' };
    case 'move':
      return { kind: 'move' };
    case 'delete':
      return { kind: 'trash', graceSeconds: words.grace ?? DAY_SECONDS };
  }
}

type Close = WatchRulesView['groups']['close'];

function closeOf(value: string): Close | null {
  const { quiet, count, list, name } = CLOSE.exec(value)?.groups ?? {};
  const close =
    quiet !== undefined
      ? { kind: 'quiet', seconds: Number(quiet) }
      : count !== undefined
        ? { kind: 'count', count: Number(count) }
        : { kind: list, name };
  return watchRules.shape.groups.shape.close.safeParse(close).data ?? null;
}

function closeText(close: Close): string {
  switch (close.kind) {
    case 'quiet':
      return `quiet:${close.seconds}`;
    case 'count':
      return `count:${close.count}`;
    case 'marker':
    case 'manifest':
      return `${close.kind}:${close.name}`;
  }
}
