/**
 * One folder of a rig, as tests of this folder use it: files are put there, it is watched, and what became of them is asked
 * for by the calls that pages make.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Existing } from '../../../main/core/watch/rules.ts';
import type {
  WaitingRow,
  WatchActionView,
  WatchedRowView,
  WatchFolderView,
} from '../../../preload/contract/watch.ts';
import { makePng } from '../../fixtures/png.ts';
import { type Rig, type RuleChanges, sha256Of } from './rig.ts';

/** Files are finished soon; nothing of this is about when. */
export const SOON: RuleChanges = { readiness: { quietSeconds: 1, quietSecondsPerGB: 0 } };

let serial = 0;

/** An image like no other. */
export function image(bytes = 300): Buffer {
  serial += 1;
  return makePng({ seed: serial, bytes });
}

export class HotFolder {
  readonly root: string;
  readonly #rig: Rig;
  #id = 0;

  constructor(rig: Rig, name = 'hot') {
    this.#rig = rig;
    this.root = rig.folder(name);
  }

  get id(): number {
    return this.#id;
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  /** Writes a file at once, an image of its own unless told otherwise; answers its hash. */
  put(relative: string, content: Buffer | string = image()): string {
    mkdirSync(dirname(this.path(relative)), { recursive: true });
    writeFileSync(this.path(relative), content);
    return sha256Of(Buffer.from(content));
  }

  /** Watches it; see `Rig.add`. */
  async watch(rules: RuleChanges = SOON, existing: Existing = 'all'): Promise<this> {
    this.#id = (await this.#rig.add(this.root, rules, existing)).id;
    return this;
  }

  /** Likewise into a dataset of the test's own. */
  async watchInto(
    datasetId: string,
    rules: WatchFolderView['rules'],
    existing: Existing = 'all',
  ): Promise<this> {
    const { watch, deps } = this.#rig.program;
    const accountId = deps.store.activeAccountId() ?? '';
    this.#id = (
      await watch.add({ root: this.root, accountId, datasetId, folderId: null, rules, existing }, true)
    ).id;
    await this.#rig.until(() => ['watching', 'polling'].includes(this.view().state.kind));
    return this;
  }

  /** Everything that is there now was seen, and nothing goes on any more; what waits for people stays. */
  async settled(): Promise<void> {
    await this.#rig.program.watch.scan(this.#id);
    await this.#rig.untilIdle();
  }

  view(): WatchFolderView {
    return this.#rig.view(this.#id);
  }

  waiting(): readonly WaitingRow[] {
    return this.#rig.waiting(this.#id);
  }

  decide(key: string, decision: 'upload' | 'ignore' | 'wait'): void {
    this.#rig.program.watch.decide(this.#id, [key], decision);
  }

  /** Until something waits for a person; answers what. */
  async untilAsked(): Promise<WaitingRow> {
    await this.#rig.until(() => this.view().attention > 0);
    const [row] = this.waiting();
    if (!row) throw new Error('Nothing waits.');
    return row;
  }

  files(which: 'uploads' | 'skipped' | 'held'): readonly WatchedRowView[] {
    return this.#rig.program.watch.files(this.#id, which, 0, 500).rows;
  }

  /** Paths in order, with their states. */
  states(which: 'uploads' | 'skipped' | 'held'): readonly string[] {
    return this.files(which)
      .map(({ path, state }) => `${path} ${state}`)
      .sort();
  }

  actions(): readonly WatchActionView[] {
    return this.#rig.program.watch.actions(this.#id, 0, 500).rows;
  }

  /** What the program says of a file, all in one. */
  async explain(relative: string): Promise<string> {
    return (await this.#rig.program.watch.explain(this.path(relative))).join(' ');
  }
}
