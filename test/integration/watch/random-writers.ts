/**
 * Random rules of a watch folder, and random writers that each satisfy at least one of the rungs that are switched on, and break
 * the others as they please. Used by the test of random schedules.
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DEFAULT_RULES, type WatchRules } from '../../../main/core/watch/rules.ts';
import { markerOf } from '../../../main/core/watch/rungs/marker.ts';
import type { Chance } from '../../crash/random.ts';
import { makePng } from '../../fixtures/png.ts';
import type { SimulatedFolder, Step } from './simulated-folder.ts';

/** How a writer can be known not to be done. */
type Sign = 'name' | 'open' | 'quiet' | 'marker' | 'manifest' | 'complete';

export interface Schedule {
  readonly rules: WatchRules;
  readonly existing: 'all' | 'new';
  readonly steps: readonly Step[];
  /** What was there before, written at once. */
  readonly before: (folder: SimulatedFolder) => void;
  /** By path: the hashes of all contents that were final at some time. */
  readonly finals: ReadonlyMap<string, ReadonlySet<string>>;
  /** When the last writer is done. */
  readonly endsAt: number;
}

const LIST = 'list.sha256';
const FOLDERS = ['', 'a', 'a/b', 'c'];

export function randomRules(chance: Chance): WatchRules {
  const quietSeconds = chance.happens(0.8) ? chance.between(2, 15) : 0;
  return {
    ...DEFAULT_RULES,
    exclude: ['*.txt'],
    readiness: {
      ...DEFAULT_RULES.readiness,
      combine: chance.happens(0.75) ? 'all' : 'any',
      unfinishedNames: ['*.writing'],
      marker: chance.pick([null, null, '{name}.done', '{stem}.ok', 'MARKER_is_finished_{name}']),
      manifest: chance.pick([null, null, null, '*.sha256']),
      renamed: chance.happens(0.7),
      quietSeconds,
      quietSecondsPerGB: 0,
      notOpen: chance.happens(0.5),
      complete: chance.happens(0.6),
    },
    changed: chance.pick(['upload', 'upload', 'ignore', 'ask']),
    find: chance.happens(0.8) ? { kind: 'auto' } : { kind: 'poll', seconds: chance.between(2, 20) },
  };
}

export function randomSchedule(chance: Chance): Schedule {
  const rules = randomRules(chance);
  const script = new Script(rules, chance);
  const existing = chance.happens(0.7) ? 'all' : 'new';
  const files = chance.between(2, 5);
  const old = existing === 'new' ? 1 : 0;
  for (let index = 0; index < files; index += 1) script.file(index, index < old);
  return {
    rules,
    existing,
    before: (folder) => {
      for (const step of script.before) step(folder);
    },
    steps: script.steps.sort((a, b) => a.at - b.at),
    finals: script.finals,
    endsAt: Math.max(0, ...script.steps.map((step) => step.at)),
  };
}

/** What all writers of one schedule do. */
class Script {
  readonly steps: Step[] = [];
  readonly before: ((folder: SimulatedFolder) => void)[] = [];
  readonly finals = new Map<string, Set<string>>();
  readonly #rules: WatchRules;
  readonly #chance: Chance;
  /** Times are all different, so that no two changes look the same. */
  readonly #times = new Set<number>();
  #serial = 0;
  /** Of the writer that is being made. */
  #at = 0;

  constructor(rules: WatchRules, chance: Chance) {
    this.#rules = rules;
    this.#chance = chance;
  }

  file(index: number, old: boolean): void {
    const chance = this.#chance;
    this.#at = chance.between(100, 30_000);
    const folder = chance.pick(FOLDERS);
    const png = chance.happens(0.5);
    let path = join(folder, `file-${index}.${png ? 'png' : 'raw'}`);
    if (old) {
      const content = this.#content(png);
      this.#isFinal(path, content);
      const first = path;
      const marker = this.#markerOf(path);
      this.before.push((at) => {
        write(at, first, content);
        utimesSync(join(at.root, first), 1_000, 1_700_000_000 + index);
        if (marker !== null) write(at, marker, Buffer.alloc(0));
        if (this.#rules.readiness.manifest !== null) enlist(at, first, hashOf(content));
      });
    } else this.#version(path, png, false);
    for (let more = chance.between(0, 2); more > 0; more -= 1) {
      this.#pause(500, 120_000);
      const what = chance.pick(['rewrite', 'rewrite', 'touch', 'move', 'delete'] as const);
      if (what === 'rewrite') this.#version(path, png, true);
      else if (what === 'touch') this.#setBack(path);
      else if (what === 'move') path = this.#move(path, index, more, png);
      else {
        const gone = path;
        this.#do(`remove ${gone}`, (at) => remove(at, gone));
        return;
      }
    }
    if (chance.happens(0.2)) {
      this.#do('a note, which is left out', (at) =>
        write(at, join(folder, `note-${index}.txt`), Buffer.from('a note')),
      );
    }
  }

  /** Writes one content from its beginning to its end. */
  #version(path: string, png: boolean, again: boolean): void {
    const chance = this.#chance;
    const { readiness } = this.#rules;
    const keeps = this.#keeps(png);
    const content = this.#content(png);
    const name = basename(path);
    const marker = this.#markerOf(path);
    const early = marker !== null && !keeps.has('marker') && chance.happens(0.5);
    const temporary = keeps.has('name')
      ? join(dirname(path), chance.pick([`.${name}.Ab3x9Z`, `${name}.part`, `${name}.writing`]))
      : null;
    const target = temporary ?? path;
    const pause = (): void => {
      const most = readiness.quietSeconds * 1000;
      if (keeps.has('quiet') || (most === 0 && !keeps.has('name')))
        this.#pause(50, Math.max(100, most * 0.9));
      else this.#pause(50, Math.max(100, most * 3));
    };
    this.#do(`begin ${path}, keeping to ${[...keeps].join(', ')}`, () => undefined);
    if (again && marker !== null && keeps.has('marker'))
      this.#do(`remove ${marker}`, (at) => remove(at, marker));
    if (early) this.#do(`early ${marker}`, (at) => write(at, marker, Buffer.alloc(0)));
    if (keeps.has('manifest') && chance.happens(0.5)) this.#enlist(path, content);
    if (keeps.has('open')) this.#do(`open ${target}`, (at) => at.open.add(target));
    this.#fill(target, content, pause, keeps.has('complete'));
    if (chance.happens(0.2)) this.#setBack(target);
    if (keeps.has('open')) this.#do(`close ${target}`, (at) => at.open.delete(target));
    this.#isFinal(path, content);
    if (temporary !== null) {
      if (chance.happens(0.5)) pause();
      this.#do(`rename ${temporary} to ${path}`, (at) => rename(at, temporary, path));
    }
    if (readiness.manifest !== null) this.#enlist(path, content);
    if (marker !== null && !early) this.#do(`write ${marker}`, (at) => write(at, marker, Buffer.alloc(0)));
  }

  /** Which signs this writer keeps to: as many as it takes not to be mistaken for one that is done. */
  #keeps(png: boolean): ReadonlySet<Sign> {
    const chance = this.#chance;
    const { readiness } = this.#rules;
    const signs: Sign[] = [];
    if (readiness.quietSeconds > 0) signs.push('quiet');
    if (readiness.marker !== null) signs.push('marker');
    if (readiness.manifest !== null) signs.push('manifest');
    const asked: Sign[] = readiness.complete && png ? [...signs, 'complete'] : signs;
    const vetoes: Sign[] = readiness.notOpen ? ['name', 'open'] : ['name'];
    if (readiness.combine === 'all') {
      const all = [...asked, ...vetoes];
      return new Set(chance.shuffled(all).slice(0, chance.between(1, all.length)));
    }
    // One sign would do, so all of them have to say no; where none is asked for, only a veto holds the file back.
    const kept = new Set(asked.length > 0 && chance.happens(0.5) ? asked : [chance.pick(vetoes)]);
    if (signs.includes('manifest')) kept.add('manifest');
    return kept;
  }

  /** @param whole what is there must be seen to be incomplete until the end */
  #fill(path: string, content: Buffer, pause: () => void, whole: boolean): void {
    const chance = this.#chance;
    const ways = whole
      ? (['append', 'reserve'] as const)
      : (['append', 'reserve', 'header last', 'too much'] as const);
    const way = chance.pick(ways);
    this.#do(`make ${path} (${way})`, (at) => write(at, path, Buffer.alloc(0)));
    if (way === 'reserve') {
      pause();
      this.#do(`reserve ${path}`, (at) => resize(at, path, content.length));
    }
    const cuts = new Set(
      Array.from({ length: chance.between(0, 4) }, () => chance.between(64, content.length - 1)),
    );
    const ends = [...cuts, content.length].sort((a, b) => a - b);
    let from = way === 'header last' ? (ends[0] ?? 0) : 0;
    if (way === 'header last' && from === content.length) from = 0;
    const first = from;
    for (const end of ends.filter((each) => each > from)) {
      const piece = [from, end] as const;
      pause();
      this.#do(`write ${path} ${piece.join('-')}`, (at) =>
        put(at, path, content.subarray(...piece), piece[0]),
      );
      from = end;
    }
    if (first > 0) {
      pause();
      this.#do(`write the header of ${path}`, (at) => put(at, path, content.subarray(0, first), 0));
    }
    if (way === 'too much') {
      pause();
      this.#do(`write too much to ${path}`, (at) => put(at, path, Buffer.alloc(50, 1), content.length));
      pause();
      this.#do(`cut ${path}`, (at) => resize(at, path, content.length));
    }
  }

  #setBack(path: string): void {
    const seconds = 1_600_000_000 + this.#chance.between(0, 10_000_000);
    this.#do(`set back the time of ${path}`, (at) => {
      utimesSync(join(at.root, path), seconds, seconds);
      at.touched(path);
    });
  }

  #move(path: string, index: number, more: number, png: boolean): string {
    const to = join(this.#chance.pick(FOLDERS), `moved-${index}-${more}.${png ? 'png' : 'raw'}`);
    const marker = this.#markerOf(to);
    for (const hash of this.finals.get(path) ?? []) this.#finalsOf(to).add(hash);
    this.#do(`move ${path} to ${to}`, (at) => rename(at, path, to));
    if (this.#rules.readiness.manifest !== null) {
      this.#do(`list ${to}`, (at) => enlist(at, to, hashOf(readFileSync(join(at.root, to)))));
    }
    if (marker !== null) this.#do(`write ${marker}`, (at) => write(at, marker, Buffer.alloc(0)));
    return to;
  }

  #enlist(path: string, content: Buffer): void {
    const hash = hashOf(content);
    this.#do(`list ${path}`, (at) => enlist(at, path, hash));
  }

  #markerOf(path: string): string | null {
    const { marker } = this.#rules.readiness;
    return marker === null ? null : join(dirname(path), markerOf(basename(path), marker));
  }

  #isFinal(path: string, content: Buffer): void {
    this.#finalsOf(path).add(hashOf(content));
  }

  #finalsOf(path: string): Set<string> {
    const known = this.finals.get(path) ?? new Set<string>();
    this.finals.set(path, known);
    return known;
  }

  /** All contents are different, in their lengths too. */
  #content(png: boolean): Buffer {
    this.#serial += 1;
    const bytes = 400 + this.#serial * 40 + this.#chance.between(0, 39);
    const noise = createHash('shake256', { outputLength: bytes })
      .update(`${this.#serial} ${this.#chance.fraction()}`)
      .digest();
    return png
      ? makePng({ seed: this.#chance.between(0, 1_000_000_000), bytes })
      : Buffer.concat([Buffer.from('RAW1'), noise]);
  }

  #pause(least: number, most: number): void {
    this.#at += this.#chance.between(Math.round(least), Math.round(most));
  }

  #do(text: string, act: Step['act']): void {
    this.#at += this.#chance.between(2, 20);
    while (this.#times.has(this.#at)) this.#at += 1;
    this.#times.add(this.#at);
    this.steps.push({ at: this.#at, text, act });
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

// ------------------------------------------------------------------------------------------------ on disk

/** The file as written just now; coarse clocks of file systems would let two changes look the same. */
function stamp(at: SimulatedFolder, path: string): void {
  const seconds = at.clock.now() / 1000;
  utimesSync(join(at.root, path), seconds, seconds);
  at.touched(path);
}

function write(at: SimulatedFolder, path: string, bytes: Buffer): void {
  makeFolder(at, dirname(path));
  writeFileSync(join(at.root, path), bytes);
  stamp(at, path);
}

function put(at: SimulatedFolder, path: string, bytes: Buffer, offset: number): void {
  const file = openSync(join(at.root, path), 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
  stamp(at, path);
}

function resize(at: SimulatedFolder, path: string, bytes: number): void {
  truncateSync(join(at.root, path), bytes);
  stamp(at, path);
}

function rename(at: SimulatedFolder, from: string, to: string): void {
  makeFolder(at, dirname(to));
  renameSync(join(at.root, from), join(at.root, to));
  at.touched(from);
  at.touched(to);
}

function remove(at: SimulatedFolder, path: string): void {
  rmSync(join(at.root, path), { force: true });
  at.touched(path);
}

/** Adds a line to the list of a folder, which is replaced as a whole. */
function enlist(at: SimulatedFolder, path: string, hash: string): void {
  const folder = dirname(path);
  makeFolder(at, folder);
  const list = join(folder, LIST);
  const full = join(at.root, list);
  const name = basename(path);
  const lines = existsSync(full) ? readFileSync(full, 'utf8').split('\n') : [];
  const others = lines.filter((line) => line !== '' && !line.endsWith(`  ${name}`));
  writeFileSync(`${full}.tmp`, `${[...others, `${hash}  ${name}`].join('\n')}\n`);
  renameSync(`${full}.tmp`, full);
  stamp(at, list);
}

function makeFolder(at: SimulatedFolder, folder: string): void {
  if (folder === '.' || existsSync(join(at.root, folder))) return;
  makeFolder(at, dirname(folder));
  mkdirSync(join(at.root, folder));
  at.touched(folder);
}
