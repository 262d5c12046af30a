/**
 * What the pretended main makes of a folder's files by the rules of a watch folder: live matches and dry runs over made-up
 * files, with the patterns and templates of the program itself. Used by `fake-watch.ts` alone.
 */
import { readPattern } from '../../main/core/watch/pattern.ts';
import {
  fill,
  fillTitle,
  METADATA_PLACEHOLDERS,
  readTemplate,
  type Subject,
  TITLE_PLACEHOLDERS,
  type Values,
  valuesOf,
} from '../../main/core/watch/templates.ts';
import type { DryRunLeft, DryRunUnit, MatchView, WatchRulesView } from '../../preload/contract/watch.ts';

export interface FakeFile {
  path: string;
  size: number;
}

const four = (index: number) => String(index).padStart(4, '0');

/** The files of every root: recordings of two cameras, two plates of frames, one of them not whole, and leftovers. */
export function filesOf(root: string): FakeFile[] {
  if (root.endsWith('/many'))
    return Array.from({ length: 10_000 }, (_, index) => ({
      path: `frames/frame_${String(index).padStart(6, '0')}.png`,
      size: 1_200_000 + index,
    }));
  return [
    ...Array.from({ length: 12 }, (_, index) => ({
      path: `north/2026-11-20_cam-north_${four(index + 1)}.mp4`,
      size: 640_000_000 + index * 7_100_000,
    })),
    ...Array.from({ length: 8 }, (_, index) => ({
      path: `south/2026-11-20_cam-south_${four(index + 1)}.mp4`,
      size: 580_000_000 + index * 9_300_000,
    })),
    ...Array.from({ length: 40 }, (_, index) => ({
      path: `plate-07/A01_${four(index + 1)}.png`,
      size: 2_400_000,
    })),
    ...Array.from({ length: 41 }, (_, index) => ({
      path: `plate-07/B02_${four(index + 1)}.png`,
      size: 2_400_000,
    })).filter((_, index) => index !== 20),
    { path: 'north/preview/thumbnail.jpg', size: 48_000 },
    { path: 'south/2026-11-20_cam-south_0009.mp4.part', size: 212_000_000 },
    { path: 'notes.txt', size: 1_804 },
  ];
}

const IMAGE = /\.(png|jpe?g|tiff?)$/;
const VIDEO = /\.(mp4|mov|mkv|webm)$/;

/** `*` is anything but `/`, `**` anything; a glob without a `/` is about the name. */
function globOf(glob: string): (path: string) => boolean {
  const expression = new RegExp(
    `^${glob
      .replace(/[.+^$()|[\]\\]/g, '\\$&')
      .replace(/\*\*\/|\*\*|\*|\?/g, (sign) =>
        sign === '**/' ? '(?:.*/)?' : sign === '**' ? '.*' : sign === '*' ? '[^/]*' : '[^/]',
      )
      .replace(/\{([^}]*)\}/g, (_, inner: string) => `(?:${inner.replaceAll(',', '|')})`)}$`,
  );
  return (path) => expression.test(glob.includes('/') ? path : (path.split('/').at(-1) ?? path));
}

interface Taken {
  file: FakeFile;
  /** The key of its unit; null where it is not taken. */
  key: string | null;
  captures: Readonly<Record<string, string>>;
  why: string | null;
}

export interface FakeReading {
  problems: MatchView['problems'];
  files: readonly Taken[];
  title: (file: Taken) => string;
  metadata: (file: Taken) => Record<string, string>;
}

const local = () => ({ year: 2026, month: 11, day: 20, hour: 14, minute: 2, second: 31, offsetMinutes: 60 });

export function readFolder(root: string, rules: WatchRulesView): FakeReading {
  const problems: MatchView['problems'] = [];
  const { becomes } = rules;
  const reading = becomes.kind === 'pattern' ? readPattern(becomes.pattern) : null;
  if (reading && !reading.ok) problems.push({ field: 'pattern', text: reading.problem });
  const pattern = reading?.ok ? reading.pattern : null;
  const captures = pattern?.captures ?? [];
  const title = rules.title === null ? null : readTemplate(rules.title, [...TITLE_PLACEHOLDERS, ...captures]);
  if (title && !title.ok) problems.push({ field: 'title', text: title.problem });
  const metadata = Object.entries(rules.metadata).map(([key, text]) => {
    const template = readTemplate(text, [...METADATA_PLACEHOLDERS, ...captures]);
    if (!template.ok) problems.push({ field: 'metadata', text: `${key}: ${template.problem}` });
    return { key, template: template.ok ? template.template : null };
  });
  for (const field of ['include', 'exclude'] as const) {
    const open = rules[field].find((glob) => glob.split('[').length !== glob.split(']').length);
    if (open)
      problems.push({ field, text: `“${open}” opens a bracket and does not close it. Write ] after it.` });
  }

  const includes = rules.include.map(globOf);
  const excludes = rules.exclude.map(globOf);
  const files = filesOf(root).map((file): Taken => {
    const left = (why: string): Taken => ({ file, key: null, captures: {}, why });
    if (includes.length > 0 && !includes.some((fits) => fits(file.path)))
      return left('No “only these” fits it');
    if (excludes.some((fits) => fits(file.path))) return left('A “not these” fits it');
    if (file.path.endsWith('.part')) return left('Its name says that it is still being written');
    const image = IMAGE.test(file.path);
    const folder = file.path.split('/').slice(0, -1).join('/');
    if (becomes.kind === 'files') {
      if (!image && !VIDEO.test(file.path))
        return left('Its content is text: Encord takes videos and images');
      const fits = becomes.media === 'auto' || (becomes.media === 'image') === image;
      return fits ? { file, key: file.path, captures: {}, why: null } : left(`It is no ${becomes.media}`);
    }
    if (!image) return left('Only images become groups');
    if (becomes.kind !== 'pattern')
      return folder === ''
        ? left('It lies in no sub-folder')
        : { file, key: folder, captures: {}, why: null };
    const match = pattern?.match(file.path);
    if (!match) return left('The pattern does not fit it');
    return { file, key: match.key, captures: match.captures, why: null };
  });

  const values = ({ file, key, captures: found }: Taken): Values => {
    const named = Object.entries(found).filter(([name]) => name !== 'frame');
    const group =
      becomes.kind === 'files' || key === null
        ? null
        : becomes.kind === 'pattern'
          ? named.map(([, value]) => value).join(' ')
          : (key.split('/').at(-1) ?? '');
    const subject: Subject = {
      root,
      path: file.path,
      group,
      size: file.size,
      mtimeMs: 0,
      frames: 1,
      captures: found,
      sha256: '9f86d081884c7d65',
    };
    return valuesOf(subject, { host: 'scope-3', local });
  };
  return {
    problems,
    files,
    title: (file) => {
      const given = values(file);
      const name = given.name;
      return fillTitle(title?.ok ? title.template : null, given, typeof name === 'string' ? name : '');
    },
    metadata: (file) =>
      Object.fromEntries(
        metadata.flatMap(({ key, template }) => (template ? [[key, fill(template, values(file))]] : [])),
      ),
  };
}

export function matchOf(root: string, rules: WatchRulesView, limit: number): MatchView {
  const { problems, files, title, metadata } = readFolder(root, rules);
  return {
    problems,
    files: Math.min(files.length, 2_000),
    taken: problems.length > 0 ? 0 : files.filter((each) => each.key !== null).length,
    more: files.length > 2_000,
    rows: files.slice(0, limit).map((each) => ({
      path: each.file.path,
      unit: each.key === null || problems.length > 0 ? null : title(each),
      captures: { ...each.captures },
      metadata: each.key === null ? {} : metadata(each),
      why: each.why,
    })),
  };
}

export function dryRunOf(root: string, rules: WatchRulesView): { units: DryRunUnit[]; left: DryRunLeft[] } {
  const { files, title, metadata } = readFolder(root, rules);
  const units = new Map<string, DryRunUnit>();
  const left: DryRunLeft[] = [];
  const media = rules.becomes.kind === 'files' ? null : rules.becomes.media;
  for (const each of files) {
    const { file, key } = each;
    if (key === null) {
      left.push({ path: file.path, size: file.size, why: each.why ?? '' });
      continue;
    }
    const unit = units.get(key);
    if (unit) {
      unit.frames += 1;
      unit.bytes += file.size;
      continue;
    }
    units.set(key, {
      media: media ?? (VIDEO.test(file.path) ? 'video' : 'image'),
      title: title(each),
      path: `${root}/${file.path}`,
      frames: 1,
      bytes: file.size,
      metadata: metadata(each),
      note: media && each.captures.well === 'B02' ? 'Frame 0021 is missing' : null,
    });
  }
  return { units: [...units.values()], left };
}
