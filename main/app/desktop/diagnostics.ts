/**
 * What a maintainer needs to know, as text that a person can hand on: no secret, no name of a file, folder, person,
 * account or dataset is in it. Used by `Program.diagnostics`.
 */

import type { SettingsView } from '../../../preload/contract/views.ts';
import { asUploaderError } from '../../core/errors.ts';
import type { Clock, MachineFacts } from '../../core/ports.ts';
import type { WatchFolder } from '../../core/watch/rules.ts';
import type { AppDeps } from '../deps.ts';
import type { Program } from '../program.ts';
import { withoutNames } from './log-lines.ts';

type Lines = string[];

/** How many of the newest batches and of the jobs are looked through. */
const BATCHES = 50;
const ROWS = 500;
/** A disk that hangs must not keep the text from being made. */
const DISK_MS = 2_000;
/** Characters of a fingerprint by which two accounts can be told apart. */
const CUT = 8;

/** Never throws: a part that cannot be found out says so. */
export async function diagnosticsText(program: Program): Promise<string> {
  const { deps } = program;
  const facts = await deps.machine();
  const parts: [string, () => Lines | Promise<Lines>][] = [
    ['Program', () => programLines(program, facts)],
    ['Machine', () => machineLines(facts)],
    ['Keychain and accounts', () => accountLines(deps)],
    ['Settings', () => settingLines(program.settings.get(), facts, deps)],
    ['Network', () => networkLines(program)],
    ['Queue', () => queueLines(program)],
    ['What failed in the newest batches', () => failureLines(deps)],
    ['Watch folders', () => watchLines(program)],
    ['Long work', () => jobLines(program)],
    ['The newest lines of the log', () => withoutNames(facts.logLines, knownNames(deps))],
  ];
  const text: string[] = [];
  for (const [title, make] of parts) {
    let lines: Lines;
    try {
      lines = await make();
    } catch (reason) {
      lines = [`could not be found out: ${asUploaderError(reason).code}`];
    }
    text.push(title, ...(lines.length === 0 ? ['none'] : lines).map((line) => `  ${line}`), '');
  }
  return text.join('\n');
}

function programLines(program: Program, facts: MachineFacts): Lines {
  const { deps } = program;
  const { host } = deps;
  const can = {
    'native dialogs': host.chooseFiles !== null,
    'drops are paths': host.dropsArePaths,
    'chooser of main': host.serverChooser,
    'open folders': host.openFolder !== null,
    'system proxy': host.resolveProxy !== undefined,
    updates: host.updates !== undefined,
  };
  return [
    `version ${deps.version}, ${host.host}, ${deps.platform}`,
    `made at ${new Date(deps.clock.now()).toISOString()}, ${facts.upSeconds} s after the start`,
    ...Object.entries(facts.runtime).map(([name, version]) => `${name} ${version}`),
    `can: ${named(can)}`,
    `update: ${host.updates?.view().kind ?? 'none'}`,
    `database: schema ${deps.store.schemaVersion()}, ${size(facts.databaseBytes)}`,
  ];
}

function machineLines(facts: MachineFacts): Lines {
  return [
    facts.system,
    `locale ${facts.locale}, ${facts.timeZoneOffsetMinutes} min east of Greenwich`,
    `${facts.processors} processors, ${size(facts.memoryBytes)} memory, ${size(facts.usedBytes)} of it used by the program`,
    `${size(facts.freeBytes)} free on the disk of the data folder`,
    `variables that are set: ${facts.environment.join(', ') || 'none'}`,
  ];
}

async function accountLines(deps: AppDeps): Promise<Lines> {
  const { kind } = await deps.secrets.status();
  const accounts = deps.store.accounts();
  const active = deps.store.activeAccountId();
  return [
    `keychain: ${kind}`,
    `accounts: ${accounts.length}`,
    ...accounts.map((account) =>
      [
        `- ${account.kind}`,
        account.kind === 'ssh' ? `${account.fingerprint.replace(/^SHA256:/, '').slice(0, CUT)}…` : '',
        hostOf(account.domain),
        `route ${account.routeChoice}${account.fallbackNotice === null ? '' : ' (fell back)'}`,
        `secret in ${account.secretIn}`,
        account.id === active ? 'active' : '',
        account.paused ? 'paused' : '',
        account.blocked ? `blocked: ${account.blocked.code}` : '',
      ]
        .filter(Boolean)
        .join(', '),
    ),
  ];
}

function settingLines(settings: SettingsView, facts: MachineFacts, deps: AppDeps): Lines {
  const { concurrencyBounds: bounds, network, notifications, updates } = settings;
  return [
    `theme ${settings.theme}, ${settings.density}`,
    `concurrency ${settings.concurrency} (${bounds.least} to ${bounds.most})`,
    `bandwidth: ${settings.bandwidth || 'no limit'}`,
    `size limit ${size(settings.sizeLimitBytes)}, history ${settings.historyDays} days, ${settings.historyUnits} units`,
    `desktop: ${named(settings.desktop)}`,
    `notifications: ${named(notifications.kinds)}; quiet ${notifications.quiet ? `${notifications.quiet.from} to ${notifications.quiet.to}` : 'never'}`,
    `proxy: ${network.proxy.kind}${network.proxy.kind === 'manual' ? ` ${hostOf(network.proxy.address)}` : ''}; CA file: ${network.caFile === null ? 'no' : 'yes'}`,
    `updates: ${updates.mode}, ${updates.channel}`,
    `data folder: ${deps.location.read() !== null || facts.environment.includes('ENCORD_UPLOADER_HOME') ? 'chosen' : 'usual'}${settings.nextDataFolder === null || settings.nextDataFolder === settings.dataFolder ? '' : ', another one from the next start on'}`,
  ];
}

function networkLines(program: Program): Lines {
  const connection = program.connection();
  const { proxy, proxyPasswordIn, loginNeeded, check } = program.network.view();
  return [
    `connection: ${connection.kind}${'failure' in connection ? `, ${connection.failure.code}` : ''}`,
    `proxy in use: ${proxy === null ? 'none' : hostOf(proxy)}; its password: ${proxyPasswordIn ?? 'none'}${loginNeeded === null ? '' : '; it asks for a login'}`,
    ...(check === null
      ? []
      : [`last check: ${check.steps.map(({ id, state }) => `${id} ${state}`).join(', ')}`]),
  ];
}

function queueLines({ deps: { store } }: Program): Lines {
  const { units, refused, skipped, bytes, storedBytes } = store.totals({ kind: 'all' });
  return [
    `${store.isPaused() ? 'paused' : 'not paused'}, order ${store.order()}`,
    `units: ${Object.entries(units)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    `${refused} refused, ${skipped} skipped, ${size(storedBytes)} of ${size(bytes)} stored`,
    `batches in trouble: ${store.troubledBatches({ kind: 'all' }).length}`,
  ];
}

/** Codes, each with where it stood and how often. */
function failureLines({ store }: AppDeps): Lines {
  const counts = new Map<string, number>();
  const count = (line: string) => counts.set(line, (counts.get(line) ?? 0) + 1);
  const batches = store.batches(0, BATCHES);
  for (const { trouble } of batches) if (trouble) count(`${trouble.code}, a batch`);
  for (const filter of ['attention', 'turned-away'] as const) {
    const expandedBatches = new Set(batches.map(({ id }) => id));
    const query = { filter, search: '', expandedBatches, expandedUnits: new Set<number>(), offset: 0 };
    for (const row of store.rowsWindow({ ...query, limit: ROWS }).rows) {
      if (row.kind === 'unit' && row.failure)
        count(`${row.failure.code}, ${row.media} ${row.state} ${row.step ?? ''}`);
      if (row.kind === 'turned-away') count(`${row.turnedAway.failure.code}, ${row.turnedAway.kind}`);
    }
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([line, times]) => `${times} × ${line.trim()}`);
}

async function watchLines({ watch, deps }: Program): Promise<Lines> {
  const folders = new Map(deps.store.watchFolders().map((folder) => [folder.id, folder]));
  return Promise.all(
    watch.list().map(async (view) => {
      const folder = folders.get(view.id);
      const { state } = view;
      return [
        `- ${view.on ? 'on' : 'off'}, ${state.kind}${state.kind === 'suspended' ? ` ${state.failure.code}` : ''}`,
        folder ? await placeOf(folder, deps) : '',
        `${view.waiting} waiting, ${view.attention} need attention, ${view.held} held, ${view.queued} queued, ${view.uploaded} uploaded, ${view.skipped} skipped`,
      ]
        .filter(Boolean)
        .join(', ');
    }),
  );
}

async function placeOf(folder: WatchFolder, { watch, clock }: AppDeps): Promise<string> {
  const kind = await within(clock, watch.disk(folder.root).kind());
  return kind === null ? 'its disk does not answer' : `on ${kind.type ?? 'an unknown file system'}`;
}

function jobLines({ jobs }: Program): Lines {
  const { rows, open, total } = jobs.list({ which: 'all', datasetId: null, offset: 0, limit: ROWS });
  const counts = new Map<string, number>();
  for (const { kind, state } of rows)
    counts.set(`${kind} ${state}`, (counts.get(`${kind} ${state}`) ?? 0) + 1);
  return [`${total}, ${open} of them open`, ...[...counts].map(([line, times]) => `${times} × ${line}`)];
}

/** Names that could stand in a line of the log. */
function knownNames({ store, dataFolder }: AppDeps): string[] {
  return [
    dataFolder,
    ...store.accounts().flatMap(({ name, email, fingerprint }) => [name, email ?? '', fingerprint]),
    ...store
      .batches(0, BATCHES)
      .flatMap(({ name, datasetTitle, accountName }) => [name, datasetTitle, accountName]),
    ...store.watchFolders().flatMap(({ root, datasetTitle }) => [root, datasetTitle]),
  ];
}

/** Host and port of an address, whatever else stands in it. */
function hostOf(address: string): string {
  return URL.parse(address)?.host || '(no address)';
}

function named(flags: Readonly<Record<string, boolean>>): string {
  return Object.entries(flags)
    .map(([name, on]) => `${name} ${on ? 'yes' : 'no'}`)
    .join(', ');
}

function size(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function within<T>(clock: Clock, answer: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const cancel = clock.after(DISK_MS, () => late.resolve(null));
  try {
    return await Promise.race([answer.catch(() => null), late.promise]);
  } finally {
    cancel();
  }
}
