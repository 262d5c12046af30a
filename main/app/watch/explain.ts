/** Why is this file not uploaded? Or that it is. Used by `watching.ts`, for the page and `watch explain`. */

import type { UnitStateName } from '../../core/model.ts';
import { relativeTo } from '../../core/paths.ts';
import type { FolderRun } from '../../core/watch/folder-run.ts';
import { Judging } from '../../core/watch/judging.ts';
import { newPending, sameIdentity } from '../../core/watch/pending.ts';
import type { SeenFile } from '../../core/watch/ports.ts';
import { reasonNow } from '../../core/watch/reason-now.ts';
import type { WatchFolder } from '../../core/watch/rules.ts';
import { createSelection } from '../../core/watch/selection.ts';
import type { KnownFile } from '../../core/watch/store-port.ts';
import type { AppDeps } from '../deps.ts';

/** Sentences, the most telling one last. `run` is null where the folder is not at work in this program. */
export async function explain(
  path: string,
  folder: WatchFolder | null,
  run: FolderRun | null,
  deps: AppDeps,
): Promise<readonly string[]> {
  if (!folder) return [`${path} lies in no watch folder.`];
  const relative = relativeTo(folder.root, path) ?? '';
  const says = [`It lies in the watch folder ${folder.root}, which goes to ${folder.datasetTitle}.`];
  if (relative === '') return says;
  if (!folder.on) says.push('That watch folder is switched off.');
  if (run?.state.kind === 'suspended') says.push(run.state.failure.message);
  const choice = createSelection(folder.rules, deps.watch.tools).takes(relative);
  if (!choice.taken) return [...says, `It is left out: ${choice.why}.`];
  const look = await deps.watch.disk(folder.root).look(relative);
  const known = deps.store.known(folder.ledger, relative);
  switch (look.kind) {
    case 'gone':
      return [...says, 'There is no such file now.', ...(known ? [ofKnown(known, deps)] : [])];
    case 'folder':
      return [...says, 'It is a folder; ask for one of its files.'];
    case 'other':
      return [...says, 'It is no regular file (a link, a device, a pipe), and is not followed.'];
    case 'problem':
      return [...says, look.error.message];
    case 'file':
      return [...says, ...(await ofFile(relative, look, known, folder, run, deps))];
  }
}

async function ofFile(
  path: string,
  seen: SeenFile,
  known: KnownFile | null,
  folder: WatchFolder,
  run: FolderRun | null,
  deps: AppDeps,
): Promise<string[]> {
  if (known && sameIdentity(known.identity, seen.identity)) return [ofKnown(known, deps)];
  const says = known ? ['It changed since. As it was before:', ofKnown(known, deps)] : [];
  const waits = run?.reasonOf(path) ?? null;
  if (waits !== null) return [...says, `It waits: ${waits}.`];
  if (run === null) {
    const reason = await judgedAlone(path, seen, folder, deps);
    return [
      ...says,
      'The watch folders are not running in this program, so it was not looked at yet.',
      reason === null ? 'It looks finished, and would be taken.' : `It would wait: ${reason}.`,
    ];
  }
  return [...says, 'It was not met yet: it is looked at at the next scan.'];
}

/** What the ladder says of one file now, were it quiet since it changed last; null: it is finished. */
async function judgedAlone(
  path: string,
  seen: SeenFile,
  { root, rules }: WatchFolder,
  { clock, watch }: AppDeps,
): Promise<string | null> {
  const now = { monotonic: clock.monotonic(), wall: clock.now() };
  const file = newPending(path, seen, now, 0);
  file.changedAt = now.monotonic - Math.max(0, now.wall - seen.identity.mtimeMs);
  const judging = new Judging({
    disk: watch.disk(root),
    rules: () => rules.readiness,
    tools: watch.tools,
    monotonic: () => now.monotonic,
    signal: new AbortController().signal,
  });
  await judging.judge([file], () => undefined);
  return file.verdict.kind === 'waiting' || file.hold ? reasonNow(file, now.monotonic) : null;
}

function ofKnown(known: KnownFile, { store }: AppDeps): string {
  switch (known.state) {
    case 'before':
      return 'It was there before the folder was added, and is left alone.';
    case 'held':
      return 'It was there before the folder was added, and waits for a review.';
    case 'done':
      return `It was uploaded on ${date(known.at)}.`;
    case 'cancelled':
      return 'Its upload was cancelled. Retry it in the list of uploads.';
    case 'taken':
      return ofUnit(known.unitId === null ? null : (store.unit(known.unitId)?.state.at ?? null), known);
    case 'skipped':
      return `It was skipped. ${known.reason?.message ?? ''}`.trim();
    case 'refused':
      return `It was refused. ${known.reason?.message ?? ''}`.trim();
    case 'ignored':
      return `It is left alone. ${known.reason?.message ?? ''}`.trim();
  }
}

function ofUnit(state: UnitStateName | null, known: KnownFile): string {
  switch (state) {
    case null:
      return `It was taken on ${date(known.at)}, and its upload is no longer in the list.`;
    case 'collecting':
    case 'ready':
      return 'It is in the queue.';
    case 'registering':
    case 'processing':
    case 'linking':
      return 'Its bytes are stored, and it is being registered.';
    case 'done':
      return 'It was uploaded.';
    case 'failed':
      return 'Its upload failed. The list of uploads says why; retry it there.';
    case 'uncertain':
      return 'Whether it was registered is not certain. The list of uploads offers what can be done.';
    case 'cancelled':
      return 'Its upload was cancelled. Retry it in the list of uploads.';
  }
}

function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' at ').concat(' UTC');
}
