/**
 * Checks a file of cloud data before it is sent, against what Encord documents of it (encord-cloud-files.md). What is
 * documented as needed or as a limit is an error where it is not so; what depends on the plan, or is not certain, is a
 * warning. Called by the use cases of cloud data; pure.
 */

import type { CloudFile } from '../ports.ts';
import type { TextPath } from '../text-ports.ts';
import { EntryCheck } from './check-entry.ts';
import { countEntries, type EntryCounts, SKIP_DUPLICATES } from './entries.ts';
import { CLOUD_LISTS } from './kinds.ts';
import { type CloudProblem, Problems } from './problems.ts';
import { isObject, nameOfType, quoted } from './values.ts';

/** Documented for one upload file. */
const MOST_URLS = 1_000_000;
const MOST_ENTRIES = 500_000;
/** What some plans take of one file. */
const PLAN_ENTRIES = 10_000;
const PLAN_BYTES = 100_000_000;
/** What Encord advises to register at a time. */
const ADVISED: Readonly<Record<string, number>> = { videos: 100, images: 1_000 };

const UPSERT = 'upsert_metadata';
const FLAGS: readonly string[] = [SKIP_DUPLICATES, UPSERT];

export interface CloudCheck extends EntryCounts {
  /** In the order in which they were met; 10,000 of each severity at most, while the counts are of all. */
  readonly problems: readonly CloudProblem[];
  readonly errors: number;
  readonly warnings: number;
  /** The file; null where the value is none at all. */
  readonly file: CloudFile | null;
}

/**
 * @param value the parsed JSON
 * @param bytes of its text as UTF-8
 * @param given problems that whoever made the value has found already; others are added to it
 */
export function checkCloudFile(value: unknown, bytes: number, given = new Problems()): CloudCheck {
  const problems = given;
  if (!isObject(value)) {
    problems.error(
      [],
      `The file holds ${nameOfType(value)}. It has to be one JSON object with lists such as “videos” and “images”.`,
    );
    return { ...outcome(problems), kinds: {}, entries: 0, urls: 0, file: null };
  }
  const entryCheck = new EntryCheck(problems);
  for (const [key, part] of Object.entries(value)) {
    const list = CLOUD_LISTS.get(key);
    if (FLAGS.includes(key)) checkFlag(key, part, problems);
    else if (!list) problems.error([key], unknownKey(key));
    else if (!Array.isArray(part)) problems.error([key], `“${key}” is a list of entries, in brackets.`);
    else {
      if (list.doubt !== null && part.length > 0) problems.once([key], list.doubt);
      part.forEach((entry: unknown, index) => {
        entryCheck.check(list, entry, [key, index]);
      });
    }
  }
  if (value[UPSERT] === true && value[SKIP_DUPLICATES] !== true) {
    problems.warning([UPSERT], `“${UPSERT}” has no effect unless “${SKIP_DUPLICATES}” is true as well.`);
  }
  const counts = countEntries(value);
  checkCounts(counts, bytes, problems);
  return { ...outcome(problems), ...counts, file: value };
}

function outcome(problems: Problems): Pick<CloudCheck, 'problems' | 'errors' | 'warnings'> {
  return { problems: problems.kept, errors: problems.errors, warnings: problems.warnings };
}

function checkFlag(key: string, value: unknown, problems: Problems): void {
  if (typeof value !== 'boolean') problems.error([key], `“${key}” is true or false, without quotes.`);
  if (key === UPSERT) {
    problems.once([key], `Whether such a file may hold “${UPSERT}” is not published. Try one entry first.`);
  }
}

function unknownKey(key: string): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  const known = [...CLOUD_LISTS.keys(), ...FLAGS];
  const meant =
    known.find((each) => plain(each) === plain(key)) ??
    known.find((each) => plain(each) === `${plain(key)}s` || `${plain(each)}s` === plain(key));
  return meant
    ? `${quoted(key)} is written “${meant}” in such a file.`
    : `Encord knows no ${quoted(key)} in such a file. Take it out: an upload with unknown keys may be refused.`;
}

function checkCounts({ kinds, entries, urls }: EntryCounts, bytes: number, problems: Problems): void {
  const root: TextPath = [];
  if (entries === 0 && problems.errors === 0) {
    problems.error(
      root,
      'There is nothing to register in it. Add entries under “videos”, “images” or another list.',
    );
  }
  if (urls > MOST_URLS) {
    problems.error(root, `It names ${grouped(urls)} URLs, and Encord takes 1,000,000 in one file. Split it.`);
  }
  if (entries > MOST_ENTRIES) {
    problems.error(
      root,
      `It has ${grouped(entries)} entries, and Encord takes 500,000 in one file. Split it.`,
    );
  }
  if (entries > PLAN_ENTRIES || bytes > PLAN_BYTES) {
    problems.warning(
      root,
      'Some plans of Encord take no more than 10,000 entries or 100 MB in one file: split it if Encord refuses it.',
    );
  }
  if (Object.entries(ADVISED).some(([key, most]) => (kinds[key] ?? 0) > most)) {
    problems.warning(
      root,
      'Encord advises to register about 100 videos or 1,000 images at a time: more at once works, and takes longer.',
    );
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
