/**
 * One round: files are added, the program is killed and started again until its plan is used up, then it may work to
 * the end; doubts are answered as a person would, and the dataset is compared with the files. Used by the crash harness.
 */

import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Life } from './child.ts';
import { type Expected, writeWave } from './input.ts';
import { EMAIL, type Lab } from './labs.ts';
import { type Aim, type LifePlan, PAST_EVERY_WAIT_MS, type RoundPlan } from './plan.ts';
import { Chance } from './random.ts';
import { collect, jsonOf, start } from './spawn.ts';
import { compare } from './verdict.ts';

/** Short: rounds wait for it each time that something never arrived. */
const SETTLE_SECONDS = 0.4;
/** A life that takes longer is stuck. */
const LIFE_MS = 180_000;
/** Undisturbed lives in which everything must come to its end. */
const LAST_LIVES = 4;

export interface RoundResult {
  readonly aim: Aim;
  /** Whether lookups were late past every wait. */
  readonly late: boolean;
  /** Names of boundaries that were passed, and how often the program died at each. */
  readonly passed: ReadonlySet<string>;
  readonly kills: ReadonlyMap<string, number>;
  readonly lives: number;
  readonly units: number;
  readonly groups: number;
  /** Groups that were ever parked, and how many of them the server had in fact. */
  readonly parked: number;
  readonly parkedThere: number;
  readonly checkedAgain: number;
  readonly registeredAnyway: number;
}

const summarySchema = z.object({
  done: z.number(),
  failed: z.number(),
  refused: z.number(),
  skipped: z.number(),
  uncertain: z.number(),
  cancelled: z.number(),
  units: z.array(
    z.object({
      title: z.string(),
      state: z.string(),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
});
type Summary = z.infer<typeof summarySchema>;
const settledSchema = z.array(z.object({ id: z.number(), state: z.string() }));

interface LifeEnd {
  readonly killed: boolean;
  readonly summary: Summary | null;
  readonly settled: z.infer<typeof settledSchema> | null;
  readonly text: string;
}

export class Round {
  readonly #lab: Lab;
  readonly #sabotage: Life['sabotage'];
  readonly #plan: RoundPlan;
  readonly #folder: string;
  readonly #label: string;
  readonly #chance: Chance;
  readonly #expected: Expected[] = [];
  readonly #passed = new Set<string>();
  readonly #kills = new Map<string, number>();
  readonly #parked = new Set<number>();
  #parkedThere = 0;
  #checkedAgain = 0;
  #registeredAnyway = 0;
  #lives = 0;
  #dataset = '';

  /** `folder` is empty and the round's own. */
  constructor(
    lab: Lab,
    plan: RoundPlan,
    folder: string,
    { seed, number, sabotage }: { seed: number; number: number; sabotage: Life['sabotage'] },
  ) {
    this.#lab = lab;
    this.#sabotage = sabotage;
    this.#plan = plan;
    this.#folder = folder;
    this.#label = `r${number}`;
    this.#chance = new Chance('files', seed, number);
  }

  /** @throws Error with what is wrong, when anything is */
  async run(): Promise<RoundResult> {
    const { emulator } = this.#lab;
    const { aim, scenario, lookupDelayMs, lives } = this.#plan;
    this.#dataset = await emulator.dataset(`Crash ${this.#label}`, scenario.mirrored, EMAIL);
    await emulator.settings({ lookupDelayMs, resumable: scenario.resumable });
    await this.#wave();
    for (const plan of lives) {
      if (plan.wave) await this.#wave();
      await this.#live(plan);
    }
    await emulator.control('DELETE', 'faults');
    await this.#finish();
    // A person asks again when everything that is there shows; one who does not wait for that can double a group.
    await emulator.settings({ lookupDelayMs: 0 });
    await this.#shiftClock(lookupDelayMs);
    await this.#answerDoubts();
    const state = await emulator.state();
    compare(state, this.#dataset, this.#label, this.#expected);
    await this.#shiftClock(-lookupDelayMs);
    return {
      aim,
      late: lookupDelayMs === PAST_EVERY_WAIT_MS,
      passed: this.#passed,
      kills: this.#kills,
      lives: this.#lives,
      units: this.#expected.length,
      groups: this.#expected.filter(({ type }) => type === 'IMG_GROUP').length,
      parked: this.#parked.size,
      parkedThere: this.#parkedThere,
      checkedAgain: this.#checkedAgain,
      registeredAnyway: this.#registeredAnyway,
    };
  }

  async #wave(): Promise<void> {
    const label = `${this.#label}-${this.#expected.length}`;
    const large = this.#plan.scenario.resumable && this.#chance.happens(0.5);
    this.#expected.push(...(await writeWave(join(this.#folder, 'in'), label, this.#chance, large)));
  }

  /** Of the emulator. */
  async #shiftClock(ms: number): Promise<void> {
    if (ms !== 0) await this.#lab.emulator.control('POST', 'clock', { shiftSeconds: ms / 1000 });
  }

  /** Until a life without disturbance has nothing left to do. */
  async #finish(): Promise<void> {
    for (let life = 1; ; life += 1) {
      const { summary, text } = await this.#live(QUIET);
      if (summary === null) throw new Error(`The program gave no summary:\n${text}`);
      const open = summary.units.filter(({ state }) => !['done', 'skipped', 'uncertain'].includes(state));
      if (open.length === 0) return;
      if (life === LAST_LIVES) throw new Error(`Not finished: ${JSON.stringify(open, null, 1)}`);
    }
  }

  /** What is in doubt is looked for again; what is not there even so is registered anyway. */
  async #answerDoubts(): Promise<void> {
    for (const id of this.#uncertain()) this.#parked.add(id);
    const found = await this.#answer('check-again', [...this.#parked]);
    this.#checkedAgain += found.length;
    const left = found.filter(({ state }) => state !== 'done');
    for (const { id, state } of left) {
      if (state !== 'uncertain') throw new Error(`Checked again, unit ${id} is ${state}.`);
    }
    this.#parkedThere = this.#parked.size - left.length;
    // A person looks into the dataset first; here, the comparison afterwards would find the double.
    const anyway = await this.#answer(
      'register-anyway',
      left.map(({ id }) => id),
    );
    this.#registeredAnyway += anyway.length;
    for (const { id, state } of anyway) {
      if (state !== 'done') throw new Error(`Registered anyway, unit ${id} is ${state}.`);
    }
  }

  /** As the queue has them: a life that is killed right after it parked a group did not come to say so. */
  #uncertain(): number[] {
    const database = new DatabaseSync(join(this.#folder, 'home', 'uploader.db'), { readOnly: true });
    try {
      return database
        .prepare("SELECT id FROM unit WHERE state = 'uncertain'")
        .all()
        .map(({ id }) => Number(id));
    } finally {
      database.close();
    }
  }

  async #answer(
    how: 'check-again' | 'register-anyway',
    units: readonly number[],
  ): Promise<z.infer<typeof settledSchema>> {
    if (units.length === 0) return [];
    const settle = { how, units: [...units] };
    const end = await this.#live(QUIET, settle);
    if (end.settled === null) throw new Error(`The doubts were not settled:\n${end.text}`);
    return end.settled;
  }

  async #live(plan: LifePlan, settle: Life['settle'] = null): Promise<LifeEnd> {
    const { emulator } = this.#lab;
    this.#lives += 1;
    await emulator.control('DELETE', 'faults');
    for (const fault of plan.faults) await emulator.control('POST', 'faults', fault);
    const restart =
      plan.restartServerAfterMs === null ? null : this.#restartServer(plan.restartServerAfterMs);
    const end = await this.#child(plan, settle);
    await restart;
    return end;
  }

  async #restartServer(afterMs: number): Promise<void> {
    const { emulator } = this.#lab;
    await new Promise((resolve) => setTimeout(resolve, afterMs + 300));
    await emulator.kill();
    await emulator.start();
  }

  async #child(plan: LifePlan, settle: Life['settle']): Promise<LifeEnd> {
    const record = join(this.#folder, 'passed');
    const life: Life = {
      folder: join(this.#folder, 'in'),
      dataset: this.#dataset,
      route: this.#plan.scenario.route,
      kill: plan.kill,
      concurrency: plan.concurrency,
      settle,
      meddle: plan.meddle,
      jump: plan.jump,
      sabotage: this.#sabotage,
    };
    const home = join(this.#folder, 'home');
    mkdirSync(home, { recursive: true });
    const file = openSync(record, 'w');
    const { programs } = this.#lab;
    const child = start(programs, [programs.child], ['ignore', 'pipe', 'pipe', file], {
      HOME: this.#folder,
      ENCORD_SSH_KEY: this.#lab.privateKey,
      ENCORD_SSH_KEY_FILE: '',
      ENCORD_DOMAIN: this.#lab.emulator.url,
      ENCORD_UPLOADER_HOME: home,
      ENCORD_UPLOADER_SETTLE_SECONDS: String(SETTLE_SECONDS),
      CRASH_LIFE: JSON.stringify(life),
    });
    closeSync(file);
    const { text, opened } = collect(child);
    let stuck = false;
    const limit = setTimeout(() => {
      stuck = true;
      child.kill('SIGKILL');
    }, LIFE_MS);
    if (plan.killAfterMs !== null) {
      const wait = plan.killAfterMs;
      void opened.then(() => setTimeout(() => child.kill('SIGKILL'), wait));
    }
    const output = await text;
    clearTimeout(limit);
    this.#note(readFileSync(record, 'utf8'), child.signalCode, plan);
    if (child.signalCode !== null && plan.kill === null && plan.killAfterMs === null && !stuck) {
      throw new Error(`Somebody else ended the program with ${child.signalCode}: this round says nothing.`);
    }
    if (stuck) throw new Error(`The program did not come to an end:\n${output}`);
    if (child.signalCode === null && child.exitCode !== 0 && child.exitCode !== 1 && child.exitCode !== 3) {
      throw new Error(`The program ended with ${child.exitCode}:\n${output}`);
    }
    return { killed: child.signalCode === 'SIGKILL', ...resultsOf(output), text: output };
  }

  #note(record: string, signal: string | null, plan: LifePlan): void {
    const { name: scenario } = this.#plan.scenario;
    let killedAt: string | null = null;
    for (const line of record.split('\n')) {
      if (line.startsWith('!killed ')) killedAt = line.slice(8);
      else if (line.startsWith('!uncertain ')) this.#parked.add(Number(line.slice(11)));
      else if (line !== '') this.#passed.add(`${scenario} ${line}`);
    }
    if (signal !== 'SIGKILL') return;
    const at = killedAt ?? (plan.killAfterMs === null ? 'limit' : 'a random instant');
    this.#kills.set(`${scenario} ${at}`, (this.#kills.get(`${scenario} ${at}`) ?? 0) + 1);
  }
}

const QUIET: LifePlan = {
  kill: null,
  killAfterMs: null,
  wave: false,
  faults: [],
  restartServerAfterMs: null,
  meddle: null,
  jump: null,
  concurrency: null,
};

function resultsOf(output: string): Pick<LifeEnd, 'summary' | 'settled'> {
  let summary: Summary | null = null;
  let settled: LifeEnd['settled'] = null;
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const parsed = z
      .object({ summary: summarySchema.optional(), settled: settledSchema.optional() })
      .safeParse(jsonOf(line));
    if (!parsed.success) continue;
    summary = parsed.data.summary ?? summary;
    settled = parsed.data.settled ?? settled;
  }
  return { summary, settled };
}
