/** The words for rules of watch folders: what they mean, which do not go together, and that nothing gets lost on the way. */

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addRuleOptions, rulesFromOptions } from '../../../main/cli/watch-options.ts';
import { type RuleWords, rulesOf, sayBecoming, wordsOf } from '../../../main/cli/watch-words.ts';
import { DEFAULT_RULES } from '../../../main/core/watch/rules.ts';
import { type WatchRulesView, watchRules } from '../../../preload/contract/watch.ts';

const spell = (word: string): string => `<${word}>`;

function rules(words: RuleWords): WatchRulesView {
  const reading = rulesOf(words, spell);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.rules;
}

/** As the command line would read the options. */
function fromOptions(...args: string[]): WatchRulesView {
  const command = addRuleOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return rulesFromOptions(command.parse(args, { from: 'user' }).opts());
}

const GROUPED: RuleWords = {
  as: 'image-sequence',
  group_by: 'pattern',
  pattern: '{sample}/{frame}.tif',
  close: 'marker:{folder}.done',
  missing_wait: 5,
  missing_then: 'take',
  max_frames: 40,
  quiet: 1.5,
  quiet_per_gb: 0,
  include: ['**/*.tif'],
  exclude: ['raw/**', 'x'],
  unfinished: ['*.lck'],
  marker: '{name}.ok',
  manifest: '*.md5',
  renamed: false,
  check_open: false,
  check_complete: false,
  any: true,
  stuck_after: 60,
  title: '{folder}/{name}',
  metadata: { source: '{path}' },
  changed: 'ask',
  after: 'delete',
  grace: 10,
  poll: 30,
};

describe('what words mean', () => {
  it('is the usual where nothing is said', () => {
    expect(rules({})).toEqual(DEFAULT_RULES);
    expect(fromOptions()).toEqual(DEFAULT_RULES);
  });

  it.each<[RuleWords, WatchRulesView['becomes']]>([
    [{ as: 'video' }, { kind: 'files', media: 'video' }],
    [{ as: 'image-group' }, { kind: 'folders', media: 'image-group' }],
    [
      { as: 'image-group', gap: 30 },
      { kind: 'gap', media: 'image-group', seconds: 30 },
    ],
    [
      { as: 'image-group', pattern: '{frame}.png' },
      { kind: 'pattern', media: 'image-group', pattern: '{frame}.png' },
    ],
  ])('%j', (words, becomes) => {
    expect(rules(words).becomes).toEqual(becomes);
  });

  it.each<[string, WatchRulesView['groups']['close']]>([
    ['quiet:2.5', { kind: 'quiet', seconds: 2.5 }],
    ['count:40', { kind: 'count', count: 40 }],
    ['marker:a:b', { kind: 'marker', name: 'a:b' }],
    ['manifest:*.csv', { kind: 'manifest', name: '*.csv' }],
  ])('a group is closed by %s', (close, expected) => {
    expect(rules({ as: 'image-group', close }).groups.close).toEqual(expected);
  });

  it('deletes a day later, unless told otherwise', () => {
    expect(rules({ after: 'delete' }).after).toEqual({ kind: 'trash', graceSeconds: 86_400 });
    expect(rules({ after: 'delete', grace: 0 }).after).toEqual({ kind: 'trash', graceSeconds: 0 });
  });

  it.each<RuleWords>([
    {},
    GROUPED,
    { as: 'image-group' },
    { as: 'image-group', gap: 3, close: 'count:9' },
    { after: 'move' },
  ])('rules of %j can be said in words, and mean the same', (words) => {
    const made = rules(words);
    expect(watchRules.safeParse(made).success).toBe(true);
    expect(rules(wordsOf(made) as RuleWords)).toEqual(made);
  });

  it('holds every word that is said', () => {
    expect(wordsOf(rules(GROUPED))).toEqual({ ...GROUPED, gap: undefined });
  });
});

describe('words that do not go together', () => {
  it.each<[RuleWords, string, string]>([
    [
      { group_by: 'folder' },
      'group_by',
      '<group_by> is about groups: it needs <as> image-group or image-sequence.',
    ],
    [
      { as: 'video', close: 'count:3' },
      'close',
      '<close> is about groups: it needs <as> image-group, image-sequence or dicom.',
    ],
    [{ as: 'image-group', group_by: 'pattern' }, 'group_by', '<group_by> pattern needs <pattern>.'],
    [{ as: 'image-group', group_by: 'folder', gap: 3 }, 'gap', '<gap> does not go with <group_by> folder.'],
    [{ as: 'image-group', pattern: '{frame}', gap: 3 }, 'gap', '<gap> does not go with <group_by> pattern.'],
    [
      { as: 'dicom', gap: 3 },
      'gap',
      '<as> dicom takes the files of a folder by the series that they name: <gap> does not go with it.',
    ],
    [
      { as: 'dicom', group_by: 'pattern' },
      'group_by',
      '<as> dicom takes the files of a folder by the series that they name: <pattern> does not go with it.',
    ],
    [{ grace: 3 }, 'grace', '<grace> needs <after> delete.'],
    [{ as: 'image-group', after: 'move', grace: 3 }, 'grace', '<grace> needs <after> delete.'],
  ])('%j', (words, word, problem) => {
    expect(rulesOf(words, spell)).toEqual({ ok: false, word, problem });
  });
});

describe('options', () => {
  it('say the same as the words of a file', () => {
    const args = Object.entries(GROUPED).flatMap(([word, value]) => {
      const flag = `--${word.replaceAll('_', '-')}`;
      if (value === false) return [`--no-${word.replaceAll('_', '-')}`];
      if (value === true) return [flag];
      if (Array.isArray(value)) return value.flatMap((each) => [flag, each]);
      if (typeof value === 'object')
        return Object.entries(value).flatMap(([key, text]) => [flag, `${key}=${text}`]);
      return [flag, String(value)];
    });
    expect(fromOptions(...args)).toEqual(rules(GROUPED));
  });

  it.each<[string[], RegExp]>([
    [['--close', 'nonsense', '--as', 'image-group'], /^--close: It is quiet:SECONDS/],
    [['--close', 'count:0', '--as', 'image-group'], /^--close: It is quiet:SECONDS/],
    [['--gap', '0', '--as', 'image-group'], /^--gap: It is a number of seconds from 0.1/],
    [['--max-frames', '1.5', '--as', 'image-group'], /^--max-frames: It is a whole number/],
    [['--gap', '3'], /^--gap is about groups: it needs --as image-group/],
    [['--quiet', 'long'], /Give a number/],
    [['--quiet', '-1'], /Give a number/],
    [['--as', 'hologram'], /Allowed choices/],
    [['--metadata', 'nothing'], /Give a key and a template/],
  ])('%j is refused with a sentence', (args, sentence) => {
    expect(() => fromOptions(...args)).toThrow(sentence);
  });
});

it('says what files become', () => {
  expect(sayBecoming(rules({}).becomes)).toBe('each file by its content');
  expect(sayBecoming(rules({ as: 'image-sequence' }).becomes)).toBe('each folder an image sequence');
  expect(sayBecoming(rules({ as: 'dicom' }).becomes)).toBe('each DICOM series of each folder');
  expect(sayBecoming(rules({ as: 'nifti' }).becomes)).toBe('each NIfTI volume');
});
