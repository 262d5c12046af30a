/**
 * One round of watch folders: files arrive while the program is killed and started again, until both have come to their end;
 * doubts are answered as a person would, and datasets and disk are compared with what was written. Used by the crash harness.
 */

import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EMAIL, type Lab } from '../labs.ts';
import { Chance } from '../random.ts';
import { collect, jsonOf, start } from '../spawn.ts';
import type { Kill } from '../watcher.ts';
import { endSchema, type Life, type LifeEnd } from './life.ts';
import type { WatchRoundPlan } from './plan.ts';
import { type Ended, judge, type Tally } from './verdict.ts';
import { Writer, type WriterFolder } from './writer.ts';

/** Short: rounds wait for it each time that something never arrived. */
const SETTLE_SECONDS = 0.4;
/** A life that takes longer is stuck. */
const LIFE_MS = 120_000;

export interface WatchRoundResult extends Tally {
  readonly lives: number;
  /** Names of boundaries, and how often the program died at each. */
  readonly kills: ReadonlyMap<string, number>;
  readonly passed: ReadonlySet<string>;
  /** Groups that were ever in doubt, and how many of them the server had in fact. */
  readonly parked: number;
  readonly parkedThere: number;
}

interface Order {
  readonly kill: Kill | null;
  readonly killAfterMs: number | null;
  readonly until: Life['until'];
  readonly settle: Life['settle'];
}

const QUIET = { kill: null, killAfterMs: null, settle: null } as const;

export class WatchRound {
  readonly #lab: Lab;
  readonly #plan: WatchRoundPlan;
  readonly #folder: string;
  readonly #label: string;
  readonly #sabotage: Life['sabotage'];
  readonly #folders: readonly WriterFolder[];
  readonly #writer: Writer;
  readonly #passed = new Set<string>();
  readonly #kills = new Map<string, number>();
  readonly #parked = new Set<number>();
  #datasets: readonly string[] = [];
  #lives = 0;

  /** `folder` is the round's own; it is made. */
  constructor(
    lab: Lab,
    plan: WatchRoundPlan,
    folder: string,
    { seed, number, sabotage }: { seed: number; number: number; sabotage: Life['sabotage'] },
  ) {
    this.#lab = lab;
    this.#plan = plan;
    this.#folder = folder;
    this.#label = `w${number}`;
    this.#sabotage = sabotage;
    this.#folders = plan.folders.map((each) => ({ ...each, root: join(folder, 'in', each.name) }));
    this.#writer = new Writer({
      folders: this.#folders,
      outside: join(folder, 'outside'),
      label: this.#label,
      writingMs: plan.writingMs,
      chanceOf: (name) => new Chance('written', seed, number, name),
    });
  }

  /** @throws Error with what is wrong, when anything is */
  async run(): Promise<WatchRoundResult> {
    const { emulator } = this.#lab;
    const { scenario, folders } = this.#plan;
    mkdirSync(join(this.#folder, 'home'), { recursive: true });
    const count = Math.max(...folders.map(({ dataset }) => dataset)) + 1;
    const titles = Array.from({ length: count }, (_, index) => `Watch ${this.#label} ${index}`);
    this.#datasets = await Promise.all(
      titles.map((title) => emulator.dataset(title, scenario.mirrored, EMAIL)),
    );
    await emulator.settings({ lookupDelayMs: 0, resumable: scenario.resumable });
    this.#writer.before();
    await this.#add();
    // A failed life is told when the writer has ended, too: it writes into the round's folder.
    const [lives, writing] = await Promise.allSettled([this.#lifeAfterLife(), this.#writer.write()]);
    if (writing.status === 'rejected') throw writing.reason;
    if (lives.status === 'rejected') throw lives.reason;
    await this.#finish();
    const parkedThere = await this.#answerDoubts();
    // Started once more, it finds nothing to do.
    const { told } = await this.#finish();
    const { book } = this.#writer;
    const state = await emulator.state();
    const trash = join(this.#folder, 'data', 'Trash', 'files');
    const ended = {
      state,
      datasets: this.#datasets,
      label: this.#label,
      folders: this.#folders,
      trash,
      book,
    };
    return {
      ...judgeTold(ended, told),
      lives: this.#lives,
      kills: this.#kills,
      passed: this.#passed,
      parked: this.#parked.size,
      parkedThere,
    };
  }

  /** Adding a folder is killed, too; nothing arrives until they are there, so that what was there before is certain. */
  async #add(): Promise<void> {
    for (const kill of this.#plan.adding) {
      await this.#live({ kill, killAfterMs: null, until: 'add', settle: null });
    }
    await this.#live({ ...QUIET, until: 'add' });
  }

  async #lifeAfterLife(): Promise<void> {
    for (const { kill, killAfterMs, pauseMs } of this.#plan.lives) {
      await this.#live({ kill, killAfterMs, until: 'run', settle: null });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #finish(settle: Life['settle'] = null): Promise<LifeEnd> {
    const end = await this.#live({ ...QUIET, until: 'finish', settle });
    if (end === null) throw new Error('The program said nothing at its end.');
    if (end.stuck !== null) throw new Error(`Not finished: ${end.stuck}\n${end.told.join('\n')}`);
    for (const id of end.uncertain) this.#parked.add(id);
    return end;
  }

  /** What is in doubt is looked for again; what is not there even so is registered anyway. Answers how many were there. */
  async #answerDoubts(): Promise<number> {
    if (this.#parked.size === 0) return 0;
    const { uncertain } = await this.#finish({ units: [...this.#parked], how: 'check-again' });
    const there = this.#parked.size - uncertain.length;
    if (uncertain.length > 0) {
      const end = await this.#finish({ units: [...uncertain], how: 'register-anyway' });
      if (end.uncertain.length > 0)
        throw new Error(`Registered anyway, still in doubt: ${end.uncertain.join()}`);
    }
    return there;
  }

  /** Null where it was killed. */
  async #live(order: Order): Promise<LifeEnd | null> {
    this.#lives += 1;
    const record = join(this.#folder, 'passed');
    const file = openSync(record, 'w');
    const { programs, privateKey, emulator } = this.#lab;
    const child = start(programs, [programs.watchChild], ['ignore', 'pipe', 'pipe', file], {
      HOME: this.#folder,
      XDG_DATA_HOME: join(this.#folder, 'data'),
      ENCORD_SSH_KEY: privateKey,
      ENCORD_SSH_KEY_FILE: '',
      ENCORD_DOMAIN: emulator.url,
      ENCORD_UPLOADER_HOME: join(this.#folder, 'home'),
      ENCORD_UPLOADER_SETTLE_SECONDS: String(SETTLE_SECONDS),
      CRASH_LIFE: JSON.stringify(this.#life(order)),
    });
    closeSync(file);
    const { text, opened } = collect(child);
    let stuck = false;
    const limit = setTimeout(() => {
      stuck = true;
      child.kill('SIGKILL');
    }, LIFE_MS);
    const { killAfterMs } = order;
    if (killAfterMs !== null) void opened.then(() => setTimeout(() => child.kill('SIGKILL'), killAfterMs));
    const output = await text;
    clearTimeout(limit);
    if (stuck) throw new Error(`The program did not come to an end:\n${output}`);
    const killed = this.#note(readFileSync(record, 'utf8'), child.signalCode);
    if (killed && order.kill === null && killAfterMs === null) {
      throw new Error(`Somebody else ended the program with ${child.signalCode}: this round says nothing.`);
    }
    if (!killed && child.exitCode !== 0)
      throw new Error(`The program ended with ${child.exitCode}:\n${output}`);
    return killed ? null : endOf(output);
  }

  #life({ kill, until, settle }: Order): Life {
    const { scenario, folders } = this.#plan;
    return {
      folders: this.#folders.map(({ root, dataset, existing }, index) => ({
        root,
        dataset: this.#datasets[dataset] ?? '',
        rules: folders[index]?.rules,
        existing,
      })),
      route: scenario.route,
      kill,
      until,
      settle,
      trash: join(this.#folder, 'data'),
      sabotage: this.#sabotage,
    };
  }

  /** Whether it was killed. */
  #note(record: string, signal: string | null): boolean {
    let killedAt = 'a random instant';
    for (const line of record.split('\n')) {
      if (line.startsWith('!killed ')) killedAt = line.slice(8);
      else if (line.startsWith('!uncertain ')) this.#parked.add(Number(line.slice(11)));
      else if (line !== '') this.#passed.add(line);
    }
    if (signal === null) return false;
    this.#kills.set(killedAt, (this.#kills.get(killedAt) ?? 0) + 1);
    return true;
  }
}

/** @throws like `judge`, with what the program told in the end */
function judgeTold(ended: Ended, told: readonly string[]): Tally {
  try {
    return judge(ended);
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${what}\nas the program told in the end:\n${told.join('\n')}`);
  }
}

function endOf(output: string): LifeEnd | null {
  for (const line of output.split('\n')) {
    const parsed = z.object({ end: endSchema }).safeParse(jsonOf(line));
    if (parsed.success) return parsed.data.end;
  }
  return null;
}
