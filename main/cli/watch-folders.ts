/**
 * The commands about watch folders that are there: list, pause, resume, remove, scan, explain, review and undo. None of
 * them uploads anything. Registered by `watch.ts`.
 */

import { resolve } from 'node:path';
import type { WatchActionView, WatchFolderView } from '../../preload/contract/watch.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import { relativeTo } from '../core/paths.ts';
import { sameIdentity } from '../core/watch/pending.ts';
import type { KnownState } from '../core/watch/store-port.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { printDryRun } from './watch-dry-run.ts';
import { sayBecoming } from './watch-words.ts';
import { bytesText, countText } from './words.ts';

/** Rows that are asked for at once. */
const PAGE = 500;
/** Done actions that `undo` lists of each folder, newest first. */
const ACTIONS_SHOWN = 50;

export async function listFolders(program: Program, terminal: Terminal): Promise<number> {
  const views = program.watch.list();
  if (views.length === 0) {
    terminal.line('There is no watch folder yet. Add one with `watch add DIR --dataset UUID|TITLE`.');
  }
  for (const view of views) {
    terminal.line(folderLine(view));
    for (const notice of view.notices) terminal.line(`   ${notice.text}`);
    terminal.object({ watch: view });
  }
  return EXIT.ok;
}

export async function switchFolder(
  program: Program,
  terminal: Terminal,
  name: string,
  on: boolean,
): Promise<number> {
  const view = await program.watch.switchTo(folderNamed(program, name).id, on);
  terminal.line(on ? `${view.root} is watched by \`watch run\` and \`serve\`.` : `${view.root} is paused.`);
  terminal.object({ watch: view });
  return EXIT.ok;
}

export async function removeFolder(program: Program, terminal: Terminal, name: string): Promise<number> {
  const { id, root } = folderNamed(program, name);
  await program.watch.remove(id);
  terminal.line(
    `${root} is no watch folder any more. Its files stay as they are, and what it uploaded stays known.`,
  );
  terminal.object({ removed: { id, root } });
  return EXIT.ok;
}

/** Looks through the folder and says what it finds; takes nothing. */
export async function scanFolder(
  program: Program,
  terminal: Terminal,
  name: string,
  signal: AbortSignal,
): Promise<number> {
  const { id, root, accountId, datasetId, folderId, rules, existing } = folderNamed(program, name);
  const draft = { root, accountId, datasetId, folderId, rules, existing };
  const { store, watch } = program.deps;
  const ledger = store.watchFolder(id)?.ledger ?? 0;
  const disk = watch.disk(root);
  const stays = async (path: string): Promise<string | null> => {
    const known = store.known(ledger, path);
    const why = known && LEFT[known.state];
    if (!known || !why) return null;
    // What changed since is looked at anew.
    const look = await disk.look(path);
    return look.kind === 'file' && sameIdentity(known.identity, look.identity) ? why : null;
  };
  return printDryRun(program, terminal, draft, { list: false, stays }, signal);
}

/** What the ledger of a folder says against files that could be uploaded. */
const LEFT: Readonly<Partial<Record<KnownState, string>>> = {
  before: 'was there before the folder was added',
  held: 'waits for a review',
  ignored: 'is left alone, as a rule or a person said',
};

export async function explainFile(program: Program, terminal: Terminal, file: string): Promise<number> {
  const path = resolve(file);
  const sentences = await program.watch.explain(path);
  for (const sentence of sentences) terminal.line(sentence);
  terminal.object({ explain: { path, sentences } });
  return EXIT.ok;
}

export interface ReviewOptions {
  readonly folder: string;
  /** As they were typed; none: all that wait for a review. */
  readonly files: readonly string[];
  readonly upload: boolean;
  readonly leave: boolean;
}

/** Without a decision it lists what waits for one. */
export async function reviewFolder(
  program: Program,
  terminal: Terminal,
  options: ReviewOptions,
): Promise<number> {
  const { id, root } = folderNamed(program, options.folder);
  if (options.upload && options.leave) {
    throw new UploaderError('invalid-input', 'Say one of --upload and --leave.');
  }
  if (!options.upload && !options.leave) {
    if (options.files.length > 0) {
      throw new UploaderError('invalid-input', 'Say what to do with these files: --upload or --leave.');
    }
    return listHeld(program, terminal, id);
  }
  const paths =
    options.files.length === 0 ? null : options.files.map((file) => pathBelow(program, root, file));
  const { files } = await program.watch.review(id, paths, options.upload ? 'upload' : 'ignore');
  const said = countText(files, 'file', 'files');
  terminal.line(
    options.upload ? `${said} will be uploaded by \`watch run\` or \`serve\`.` : `${said} left alone.`,
  );
  terminal.object({ reviewed: { watch: id, decision: options.upload ? 'upload' : 'leave', files } });
  return EXIT.ok;
}

/** Takes an action back; without a number it lists what could be. */
export async function undo(program: Program, terminal: Terminal, action: string | null): Promise<number> {
  if (action === null) return listActions(program, terminal);
  const id = Number(action);
  if (!/^[1-9]\d{0,14}$/.test(action)) {
    throw new UploaderError('invalid-input', 'Name an action by its number, as `watch undo` lists them.');
  }
  await program.watch.undo(id);
  terminal.line(`Action ${id} is undone.`);
  terminal.object({ undone: id });
  return EXIT.ok;
}

/** By number, or by the folder on disk. Throws `watch-unknown`. */
export function folderNamed(program: Program, name: string): WatchFolderView {
  const views = program.watch.list();
  const id = Number(name);
  const root = program.deps.watch.resolve(name);
  const found = views.find((view) => view.id === id) ?? views.find((view) => view.root === root);
  if (found) return found;
  throw new UploaderError(
    'watch-unknown',
    `There is no watch folder ${JSON.stringify(name)}. Name one by its number or its folder; \`watch list\` shows them.`,
  );
}

/** As the program names the files of a watch folder. Throws `invalid-input` for what lies elsewhere. */
function pathBelow(program: Program, root: string, file: string): string {
  const path = relativeTo(root, program.deps.watch.resolve(file));
  if (path) return path;
  throw new UploaderError('invalid-input', `${file} is not below ${root}.`);
}

function folderLine(view: WatchFolderView): string {
  const counts = [
    [view.uploaded, 'uploaded'],
    [view.queued, 'queued'],
    [view.waiting, 'waiting'],
    [view.held, 'to review'],
    [view.skipped, 'skipped'],
    [view.attention, 'need attention'],
  ] as const;
  const said = counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString('en')} ${word}`);
  const account = view.accountName === null ? ' (its account was removed)' : ` as ${view.accountName}`;
  return (
    `${view.id}  ${view.on ? 'on' : 'paused'}  ${view.root} → ${view.datasetTitle}${account}: ` +
    [sayBecoming(view.rules.becomes), ...said].join(', ')
  );
}

function listHeld(program: Program, terminal: Terminal, id: number): number {
  let offset = 0;
  for (;;) {
    const { total, rows } = program.watch.files(id, 'held', offset, PAGE);
    if (total === 0) terminal.line('Nothing waits for a review.');
    for (const { path, size } of rows) {
      terminal.line(`${path}  ${bytesText(size)}`);
      terminal.object({ held: { watch: id, path, size } });
    }
    offset += rows.length;
    if (offset < total && rows.length > 0) continue;
    if (total > 0) terminal.line('Say --upload or --leave, for all of them or for the files that you name.');
    return EXIT.ok;
  }
}

function listActions(program: Program, terminal: Terminal): number {
  let listed = 0;
  for (const { id } of program.watch.list()) {
    for (const action of program.watch.actions(id, 0, ACTIONS_SHOWN).rows) {
      listed += 1;
      terminal.line(actionLine(action));
      terminal.object({ action: { watch: id, ...action } });
    }
  }
  if (listed === 0) terminal.line('No file was moved or deleted, and none is about to be.');
  return EXIT.ok;
}

function actionLine(action: WatchActionView): string {
  const to = action.to === null ? '' : ` → ${action.to}`;
  const what = action.kind === 'move' ? 'move' : 'delete';
  const when = new Date(action.at ?? action.dueAt).toLocaleString();
  const reason = action.reason === null ? '' : `: ${action.reason}`;
  const undoable = action.undoable ? '  (can be undone)' : '';
  return `${action.id}  ${what} ${action.path}${to}, ${action.state}, ${when}${reason}${undoable}`;
}
