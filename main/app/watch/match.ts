/** Live matches: what patterns and templates make of the first files that are there. Used by `watching.ts`. */

import type { MatchView, WatchDraftView } from '../../../preload/contract/watch.ts';
import { assemble, type FileHere } from '../../core/watch/assembly.ts';
import { createSelection } from '../../core/watch/selection.ts';
import type { AppDeps } from '../deps.ts';
import { Templates, valuesOfUnit } from './planning.ts';
import { rulesProblems } from './rules-check.ts';

/** Enough to see what a pattern does, few enough to answer at every key. */
const LOOKED_AT = 2_000;

type Draft = Pick<WatchDraftView, 'root' | 'rules'>;

export async function match(draft: Draft, limit: number, { watch }: AppDeps): Promise<MatchView> {
  const problems = rulesProblems(draft.rules, watch.tools);
  const view: MatchView = { problems, files: 0, taken: 0, more: false, rows: [] };
  if (problems.length > 0) return view;
  const selection = createSelection(draft.rules, watch.tools);
  const files: FileHere[] = [];
  const enough = new AbortController();
  const skip = (folder: string) => selection.skipFolder(folder);
  const found = watch.disk(draft.root).scan([''], skip, enough.signal);
  for await (const folder of found) {
    for (const [index, name] of folder.names.entries()) {
      if (name.startsWith('.')) continue;
      const path = folder.folder === '' ? name : `${folder.folder}/${name}`;
      view.files += 1;
      const choice = selection.takes(path);
      if (choice.taken) {
        const identity = { size: folder.sizes[index] ?? 0, mtimeMs: folder.mtimes[index] ?? 0 };
        files.push({ path, seen: { identity, inode: null } });
      } else if (!choice.silent && view.rows.length < limit) {
        view.rows.push({ path, unit: null, captures: {}, metadata: {}, why: choice.why });
      }
    }
    view.more = view.files >= LOOKED_AT;
    if (view.more) break;
  }
  enough.abort();
  const { units, left } = assemble(files, draft.rules);
  view.taken = files.length - left.length;
  const templates = new Templates(draft.rules);
  const taken: MatchView['rows'] = [];
  for (const { unit } of units) {
    if (taken.length >= limit) break;
    const values = valuesOfUnit(draft, unit, watch, null);
    const title = templates.titleOf(values);
    const metadata = templates.metadataOf(values);
    for (const { path, captures } of unit.files) {
      if (taken.length >= limit) break;
      taken.push({ path, unit: title, captures: { ...captures }, metadata, why: null });
    }
  }
  const strays = left.map(({ file, why }) => ({
    path: file.path,
    unit: null,
    captures: {},
    metadata: {},
    why,
  }));
  view.rows = [...taken, ...strays, ...view.rows].slice(0, limit);
  return view;
}
