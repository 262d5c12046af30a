/**
 * Hostile messages against a whole program on the emulator, through either host: whatever a page sends, it is answered, in
 * the declared shape, with a code of the closed list, without a secret; nothing is written where nothing may be; and
 * afterwards the program works. Used by `npm run fuzz` and by the test beside it.
 */

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Program } from '../../main/app/program.ts';
import { DEFAULT_RULES } from '../../main/core/watch/rules.ts';
import { CALLS } from '../../preload/contract/calls.ts';
import { failureView } from '../../preload/contract/errors.ts';
import { CALL_NAMES, type CallName } from '../../preload/contract/names.ts';
import { Chance } from '../crash/random.ts';
import { Lab } from '../fixtures/lab.ts';
import { tracesIn } from '../fixtures/traces.ts';
import { browserHost, electronHost, type Host } from './hosts.ts';
import { validInput } from './inputs.ts';
import { spoiled } from './spoil.ts';
import { makeWorld, openProgramOf, PASSPHRASE, type World, whatIsThere } from './world.ts';

export interface FuzzOptions {
  readonly host: Host['kind'];
  readonly messages: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface FuzzReport {
  readonly host: Host['kind'];
  readonly messages: number;
  readonly ok: number;
  /** Error codes and how often each was answered. */
  readonly codes: ReadonlyMap<string, number>;
  /** Calls that succeeded at least once. */
  readonly succeeded: ReadonlySet<string>;
  /** What should not be, one line each. */
  readonly findings: readonly string[];
  readonly seconds: number;
  /** The longest that a call took. */
  readonly slowest: { readonly name: string; readonly seconds: number };
  /** More than before, when the collector has been. */
  readonly heapBytes: number;
}

const LANES = 24;
/** After so many messages the program is put in order, so that what follows meets more than refusals. */
const ROUND = 500;
/** Encord answers within this, or the emulator would be to blame. */
const ANSWER_MS = 120_000;
const SOON_MS = 30_000;
const errorShape = failureView.omit({ at: true }).strict();

const FIRST = { offset: 0, limit: 8 };
/** Calls whose answers name what other calls are about. */
const LOOKS: readonly (readonly [CallName, object])[] = [
  ['storage.folders', { parentId: null, search: '', order: 'name', descending: false, refresh: true }],
  [
    'storage.items',
    {
      ...{ folderId: null, search: 'e', types: [], recursive: true, inDataset: null, datasetId: null },
      ...{ order: 'name', descending: false, refresh: true },
    },
  ],
  ['groups.ofOrganisation', { search: '' }],
  ['projects.list', { search: '', refresh: true }],
  ['queue.rows', { filter: 'all', search: '', expandedBatches: [], expandedUnits: [] }],
  ['jobs.list', { which: 'all', datasetId: null }],
];

/** Runs in the folder and home of the run alone: the process is to have no other business. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const lab = await Lab.open();
  const before = { cwd: process.cwd(), home: process.env.HOME };
  const world = await makeWorld(lab);
  process.chdir(world.cwd);
  process.env.HOME = world.home;
  const program = await openProgramOf(lab, options.host, world);
  try {
    await program.start({ watch: true });
    const host =
      options.host === 'electron' ? electronHost(program) : await browserHost(program, world.pages);
    try {
      return await new Run(options, lab, program, host, world).all();
    } finally {
      await host.close();
    }
  } finally {
    await program.close();
    process.chdir(before.cwd);
    process.env.HOME = before.home;
    await lab.close();
  }
}

class Run {
  readonly #options: FuzzOptions;
  readonly #lab: Lab;
  readonly #program: Program;
  readonly #host: Host;
  readonly #world: World;
  readonly #findings = new Set<string>();
  readonly #codes = new Map<string, number>();
  readonly #succeeded = new Set<string>();
  #sent = 0;
  #ok = 0;
  #slowest = { name: '', seconds: 0 };

  constructor(options: FuzzOptions, lab: Lab, program: Program, host: Host, world: World) {
    this.#options = options;
    this.#lab = lab;
    this.#program = program;
    this.#host = host;
    this.#world = world;
  }

  async all(): Promise<FuzzReport> {
    const { messages, host, progress } = this.#options;
    const startedAt = performance.now();
    const before = whatIsThere(this.#lab.folder, this.#world);
    await this.#putInOrder();
    const heap = heapBytes();
    while (this.#sent < messages) {
      const until = Math.min(messages, this.#sent + ROUND);
      await Promise.all(Array.from({ length: LANES }, () => this.#lane(until)));
      await this.#putInOrder();
      progress?.(`${host}: ${this.#sent} of ${messages}, ${this.#findings.size} findings`);
    }
    const grown = heapBytes() - heap;
    await this.#uploadAsEver();
    for (const [path, was] of before) {
      const is = whatIsThere(this.#lab.folder, this.#world).get(path);
      if (is !== was) this.#findings.add(`The file system was changed at ${path}: ${is ?? 'gone'}.`);
    }
    for (const path of whatIsThere(this.#lab.folder, this.#world).keys())
      if (!before.has(path)) this.#findings.add(`Something was written to ${path}.`);
    return {
      host,
      messages: this.#sent,
      ok: this.#ok,
      codes: this.#codes,
      succeeded: this.#succeeded,
      findings: [...this.#findings],
      seconds: (performance.now() - startedAt) / 1000,
      slowest: this.#slowest,
      heapBytes: grown,
    };
  }

  async #lane(until: number): Promise<void> {
    while (this.#sent < until) {
      const index = this.#sent++;
      const chance = new Chance(this.#options.seed, this.#options.host, index);
      if (index % 250 === 0) await this.#garbage(chance);
      const name = chance.pick(CALL_NAMES);
      let input = validInput(name, chance, this.#world.pools);
      // Signed out, the rest of the round would meet refusals only.
      if (chance.happens(name === 'accounts.signOut' ? 0.97 : 0.7)) input = spoiled(input, chance);
      const called = chance.happens(0.02) ? this.#wrongName(name, chance) : name;
      await this.#one(called, input);
    }
  }

  #wrongName(name: CallName, chance: Chance): string {
    return chance.pick([
      '',
      '__proto__',
      'constructor',
      'toString',
      `${name} `,
      name.toUpperCase(),
      'accounts.readKey',
      'x'.repeat(100),
      '\0',
      '\ud800',
    ]);
  }

  async #garbage(chance: Chance): Promise<void> {
    const text = chance.pick([
      '',
      '[]',
      '{"id":1}',
      '{"id":-1,"call":"app.snapshot","input":null}',
      `${'['.repeat(100_000)}`,
      new Uint8Array(100),
      `{"id":1,"call":"${'x'.repeat(200)}","input":null}`,
    ]);
    await this.#host.garbage(text).catch((reason: unknown) => {
      this.#findings.add(`Garbage ${String(text).slice(0, 40)}: ${String(reason)}`);
    });
  }

  async #one(name: string, input: unknown): Promise<void> {
    const startedAt = performance.now();
    let answer: unknown;
    try {
      answer = await inTime(this.#host.send(name, input), ANSWER_MS);
    } catch (reason) {
      this.#findings.add(`${name} was not answered: ${String(reason)}; asked with ${excerpt(input)}`);
      return;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds > this.#slowest.seconds) this.#slowest = { name, seconds };
    if (answer !== null) this.#judge(name, input, answer);
  }

  #judge(name: string, input: unknown, answer: unknown): void {
    const finding = (what: string) => this.#findings.add(`${name} ${what}; asked with ${excerpt(input)}`);
    const text = JSON.stringify(answer);
    const found = tracesIn(text, this.#world.secrets);
    if (found.length > 0) finding(`answered with a secret: ${found.join(', ')}`);
    if (typeof answer !== 'object' || answer === null || !('ok' in answer)) {
      finding(`answered ${text.slice(0, 200)}`);
      return;
    }
    if (answer.ok === true && 'value' in answer) {
      this.#ok += 1;
      this.#succeeded.add(name);
      const known = CALL_NAMES.find((each) => each === name);
      const parsed = known ? CALLS[known].output.safeParse(answer.value) : null;
      if (parsed === null) finding('was answered, though there is no such call');
      else if (!parsed.success) finding(`answered in another shape: ${parsed.error.message.slice(0, 300)}`);
      else if (!isDeepStrictEqual(parsed.data, answer.value)) finding('answered more than was declared');
      this.#world.pools.learn(name, answer.value);
      return;
    }
    const error = errorShape.safeParse('error' in answer ? answer.error : null);
    if (!error.success) {
      finding(`failed in another shape: ${text.slice(0, 300)}`);
      return;
    }
    const { code, message } = error.data;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    if (code === 'internal') finding(`answered internal: ${message.slice(0, 300)}`);
    if (text.length > 100_000) finding(`failed at great length: ${text.length} characters`);
    if (message.trim() === '') finding('failed without a word');
  }

  /** Settings and accounts as at the start, nothing paused, no watch folder, no finished batch. */
  async #putInOrder(): Promise<void> {
    const { world, lab } = { world: this.#world, lab: this.#lab };
    const call = async (name: CallName, input: unknown): Promise<unknown> => {
      const answer = await this.#program.handle(name, input);
      return answer.ok ? answer.value : null;
    };
    await call('settings.set', {
      ...{ concurrency: 'auto', concurrencyBounds: { least: 2, most: 64 }, bandwidth: '', historyDays: 90 },
      ...{ sizeLimitBytes: 1_000_000_000, historyUnits: 1_000_000, nextDataFolder: null },
      network: { proxy: { kind: 'system' }, caFile: null },
    });
    await call('network.setProxyLogin', { user: '', password: null, forThisRunOnly: true });
    for (const folder of this.#program.watch.list()) await call('watch.remove', { watchId: folder.id });
    const signedIn = this.#program.accounts.views().find(({ email }) => email === 'fuzz@example.com');
    const account =
      signedIn ??
      (await this.#program.accounts.signIn(
        {
          ...{ method: 'ssh', key: world.key.privateKey, passphrase: PASSPHRASE, rememberPassphrase: true },
          ...{ domain: lab.emulator.url, name: null, forThisRunOnly: true },
        },
        new AbortController().signal,
      ));
    await call('accounts.switch', { accountId: account.id });
    await call('queue.resume', { scope: { kind: 'all' } });
    for (const { id } of this.#program.accounts.views())
      await call('queue.resume', { scope: { kind: 'account', id } });
    await call('queue.cancel', { scope: { kind: 'all' } });
    await call('queue.clear', { batchId: null });
    await call('jobs.clear', { jobId: null });
    await call('watch.add', {
      ...{
        root: join(lab.folder, 'watched'),
        accountId: account.id,
        datasetId: world.datasetId,
        folderId: null,
      },
      ...{ rules: DEFAULT_RULES, existing: 'review', on: true },
    });
    // What there is to be named.
    for (const [name, input] of LOOKS) world.pools.learn(name, await call(name, { ...input, ...FIRST }));
    for (const name of ['app.snapshot', 'watch.list'] as const)
      world.pools.learn(name, await call(name, null));
    const { datasetId } = world;
    for (const paths of [['one.png'], ['turn'], ['two.png', 'turn']]) {
      const source = { kind: 'paths', paths: paths.map((name) => join(world.files, name)) };
      world.pools.learn('plan.start', await call('plan.start', { source, datasetId }));
    }
    const cloud = { kind: 'text', name: 'cloud.json', text: '{"videos":[{"objectUrl":"gs://lab/c.mp4"}]}' };
    world.pools.learn('cloud.check', await call('cloud.check', { source: cloud, mapping: null }));
    world.pools.learn(
      'rows.find',
      await call('datasets.rows', { datasetId, search: '', refresh: true, ...FIRST }),
    );
  }

  /** The program is as good as new. */
  async #uploadAsEver(): Promise<void> {
    const handle = async (name: CallName, input: unknown): Promise<unknown> => {
      const answer = await this.#program.handle(name, input);
      if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
      return answer.value;
    };
    try {
      await this.#putInOrder();
      const datasetId = await this.#lab.dataset('Afterwards', {
        users: [{ email: 'fuzz@example.com', role: 'admin' }],
      });
      const paths = [join(this.#world.files, 'one.png'), join(this.#world.files, 'two.png')];
      const started = await handle('plan.start', { source: { kind: 'paths', paths }, datasetId });
      const { planId } = CALLS['plan.start'].output.parse(started);
      await soon(async () => {
        const { phase } = CALLS['plan.get'].output.parse(await handle('plan.get', { planId }));
        if (phase !== 'ready') throw new Error(`It is ${phase}.`);
      });
      await handle('plan.commit', { planId });
      await soon(async () => {
        const rows = await this.#lab.rows('Afterwards');
        if (rows.length !== 2) throw new Error(`There are ${rows.length} rows.`);
      });
    } catch (reason) {
      this.#findings.add(`Afterwards an upload does not work: ${String(reason)}`);
    }
  }
}

/** Tries again until it does not throw; in the end, its own error. Runs outside of a test as well. */
async function soon(attempt: () => Promise<void>): Promise<void> {
  for (const until = performance.now() + SOON_MS; ; ) {
    try {
      return await attempt();
    } catch (reason) {
      if (performance.now() > until) throw reason;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not within ${ms} ms`)), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function excerpt(input: unknown): string {
  try {
    return String(JSON.stringify(input)).slice(0, 300);
  } catch {
    return 'what JSON cannot say';
  }
}
