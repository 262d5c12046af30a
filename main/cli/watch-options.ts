/**
 * The options of `watch add`: how they are registered, and the words that they come to. Used by `watch.ts`.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { WatchRulesView } from '../../preload/contract/watch.ts';
import { UploaderError } from '../core/errors.ts';
import {
  AFTER,
  AS,
  CHANGED,
  EXISTING,
  GROUP_BY,
  MISSING,
  RULE_WORDS,
  type RuleWord,
  type RuleWords,
  rulesOf,
} from './watch-words.ts';

/** What Commander makes of the options of rules: camel case, and only what was given. */
export type RuleOptions = Readonly<Record<string, unknown>>;

export function addRuleOptions(command: Command): Command {
  const choice = (flags: string, help: string, choices: readonly string[]): Option =>
    new Option(flags, help).choices(choices);
  return command
    .addOption(
      choice(
        '--as <type>',
        'what the files become: each its own row (auto: by its content; video, image, audio, nifti, pdf, text: only those), or many one row (image-group, image-sequence; dicom: each series of each sub-folder)',
        AS,
      ),
    )
    .addOption(
      choice(
        '--group-by <way>',
        'for groups: each sub-folder (the default), names that fit --pattern, or times with gaps of --gap',
        GROUP_BY,
      ),
    )
    .option(
      '--pattern <pattern>',
      'the path below DIR with captures in braces, such as {sample}/{plate}_{frame}.tif; files whose captures are equal but for {frame} are a group',
    )
    .option(
      '--gap <seconds>',
      'images of a folder belong together until the next is so much younger',
      parseNumber,
    )
    .option(
      '--close <sign>',
      'when a group is all there: quiet:60 (nothing came for so many seconds; the default), count:40, marker:NAME, manifest:NAME',
    )
    .option('--missing-wait <seconds>', 'how long missing frame numbers are waited for (600)', parseNumber)
    .addOption(
      choice('--missing-then <what>', 'and then: ask (the default), or take the group as it is', MISSING),
    )
    .option('--max-frames <n>', 'most frames of a group (10,000)', parseNumber)
    .option(
      '--quiet <seconds>',
      'a file is finished when size and time stood still for so long (10); 0 switches that off',
      parseNumber,
    )
    .option('--quiet-per-gb <seconds>', 'and so much longer for each GB (10)', parseNumber)
    .option('--include <glob>', 'only these, as paths below DIR; may be given several times', collect)
    .option('--exclude <glob>', 'not these; may be given several times', collect)
    .option(
      '--unfinished <glob>',
      'further names that mean "being written"; may be given several times',
      collect,
    )
    .option('--marker <name>', 'a file beside it that says it is finished: {name}.done, {stem}.ok, …')
    .option('--manifest <glob>', 'a list in the same folder, with sizes or hashes, that has to name it')
    .option('--no-renamed', 'a file that was renamed into place has to be quiet as well')
    .option('--no-check-open', 'do not look whether a process has it open for writing')
    .option(
      '--no-check-complete',
      'do not look whether the container is whole (MP4, MOV, PNG, JPEG, TIFF, WebM, MKV)',
    )
    .option('--any', 'one sign is enough, instead of all that are switched on')
    .option(
      '--stuck-after <seconds>',
      'report a file that is not finished after so long (3,600)',
      parseNumber,
    )
    .option(
      '--title <template>',
      'the title of a row, such as "{folder}/{name}"; the name of the file or folder by default',
    )
    .option(
      '--metadata <key=template>',
      'client metadata, such as "source={path}"; may be given several times',
      collectPairs,
    )
    .addOption(
      choice(
        '--changed <what>',
        'a file that changes after it was taken: upload it anew (the default), ignore or ask',
        CHANGED,
      ),
    )
    .addOption(
      choice(
        '--after <what>',
        'local files after their row is confirmed: keep (the default), move into uploaded/YYYY-MM-DD/, or delete into the trash',
        AFTER,
      ),
    )
    .option('--grace <seconds>', 'with --after delete: so much later (86,400)', parseNumber)
    .option(
      '--poll <seconds>',
      'look through the folder so often instead of waiting for events',
      parseNumber,
    );
}

export function existingOption(): Option {
  return new Option(
    '--existing <what>',
    'files that are there already: upload all, only new ones from now on, or review them first',
  )
    .choices(EXISTING)
    .default('all');
}

/** The rules that options come to. Throws `invalid-input` with a sentence that names the option. */
export function rulesFromOptions(options: RuleOptions): WatchRulesView {
  const words: Partial<Record<RuleWord, unknown>> = {};
  for (const word of Object.keys(RULE_WORDS) as RuleWord[]) {
    // Its own keys; only the type of `keys` forgets them.
    const value = options[camelCase(word)];
    if (value === undefined) continue;
    const parsed = RULE_WORDS[word].safeParse(value);
    if (!parsed.success) {
      throw new UploaderError('invalid-input', `${spell(word)}: ${parsed.error.issues[0]?.message ?? ''}`);
    }
    words[word] = parsed.data;
  }
  const reading = rulesOf(words as RuleWords, spell); // Each was parsed by its own schema.
  if (!reading.ok) throw new UploaderError('invalid-input', reading.problem);
  return reading.rules;
}

function spell(word: RuleWord): string {
  return `--${word.replaceAll('_', '-')}`;
}

/** As Commander names what `--quiet-per-gb` holds. */
function camelCase(word: string): string {
  return word.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function parseNumber(text: string): number {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text))
    throw new InvalidArgumentError('Give a number, such as 30 or 2.5.');
  return Number(text);
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

function collectPairs(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give a key and a template, such as source={path}.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
