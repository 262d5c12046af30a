/**
 * Moves local files away, or into the trash, once the registration of their unit is confirmed and the folder's rule says so:
 * only the very bytes that were uploaded, one after another, with a record of each. Used by `watching.ts`.
 */

import { asUploaderError, type Failure, toFailure, type UploaderError } from '../../core/errors.ts';
import { below } from '../../core/paths.ts';
import { sameIdentity, split } from '../../core/watch/pending.ts';
import type { PutAway, WatchDisk } from '../../core/watch/ports.ts';
import type { WatchAction } from '../../core/watch/store-port.ts';
import type { LocalTime } from '../../core/watch/templates.ts';
import { notMounted } from '../../core/watch/words.ts';
import type { AppDeps } from '../deps.ts';

const AT_ONCE = 50;
/** A root that is away, or a disk that is full: when to look again. */
const AGAIN_MS = 30_000;

export interface AfterwardsParts {
  readonly deps: Pick<AppDeps, 'store' | 'clock' | 'log'>;
  readonly putAway: PutAway;
  readonly disk: (root: string) => WatchDisk;
  readonly local: (ms: number) => LocalTime;
  readonly changed: () => void;
}

export class Afterwards {
  readonly #parts: AfterwardsParts;
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #timer: (() => void) | null = null;
  /** Roots that were away when they were tried last, and until when they are left alone; monotonic. */
  readonly #leftAlone = new Map<string, number>();

  constructor(parts: AfterwardsParts) {
    this.#parts = parts;
  }

  /** Does what is due, and sets the clock for what is not yet. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#again) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.();
    await this.#working;
  }

  /** Whether something is being done, or due now. */
  get busy(): boolean {
    return this.#working !== null;
  }

  /**
   * Calls off what is due, or brings back what was moved. Throws like `PutAway`, and where the root is away.
   */
  async undo(action: WatchAction): Promise<void> {
    const { deps, putAway, changed } = this.#parts;
    if (action.state === 'done' && action.to !== null) {
      const away = await this.#away(action);
      if (away) throw away;
      await putAway.restore(action.to, below(action.root, action.path));
    }
    deps.store.setAction(action.id, { state: 'undone', at: deps.clock.now(), failure: null });
    changed();
  }

  async #work(): Promise<void> {
    const { deps } = this.#parts;
    let again = Number.POSITIVE_INFINITY;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        if (await this.#doDue()) again = AGAIN_MS;
      } catch (thrown) {
        // The store cannot be written: nothing was touched without a note, so it is simply tried again.
        deps.log.warn('Finished files could not be put away.', { code: asUploaderError(thrown).code });
        this.#timerFor(AGAIN_MS);
        return;
      }
    }
    if (this.#stopped) return;
    const next = deps.store.nextAction(deps.clock.now());
    const wait = Math.min(
      again,
      next === null ? Number.POSITIVE_INFINITY : Math.max(0, next - deps.clock.now()),
    );
    if (Number.isFinite(wait)) this.#timerFor(wait);
  }

  #timerFor(ms: number): void {
    this.#timer?.();
    this.#timer = this.#parts.deps.clock.after(ms, () => {
      this.#timer = null;
      this.wake();
    });
  }

  /** Whether some could not be done because their root is away. */
  async #doDue(): Promise<boolean> {
    const { deps, changed } = this.#parts;
    const away = new Set<string>();
    for (;;) {
      const due = deps.store.dueActions(deps.clock.now(), AT_ONCE, [...away]);
      if (due.length === 0) break;
      for (const action of due) {
        if (this.#stopped) return false;
        if (away.has(action.root)) continue;
        if (await this.#isAway(action)) away.add(action.root);
        else await this.#do(action);
        changed();
      }
    }
    return away.size > 0;
  }

  async #isAway(action: WatchAction): Promise<boolean> {
    const now = this.#parts.deps.clock.monotonic();
    if ((this.#leftAlone.get(action.root) ?? 0) > now) return true;
    const away = (await this.#away(action)) !== null;
    if (away) this.#leftAlone.set(action.root, now + AGAIN_MS);
    else this.#leftAlone.delete(action.root);
    return away;
  }

  /** Why nothing can be concluded from what is seen at the root, or not seen there; null where it can. */
  async #away({ root, folder }: WatchAction): Promise<UploaderError | null> {
    const { deps, disk } = this.#parts;
    const state = await disk(root).root();
    if (state.kind === 'away') return state.error;
    return deps.store.watchFolder(folder)?.mounted && !state.mounted ? notMounted(root) : null;
  }

  async #do(action: WatchAction): Promise<void> {
    const { deps, putAway } = this.#parts;
    const from = below(action.root, action.path);
    // Of a row of actions that was read at once, this one may have been called off meanwhile.
    const { state } = deps.store.action(action.id) ?? {};
    if (state !== 'due' && state !== 'under-way') return;
    const uploaded = { identity: action.identity, sha256: action.sha256 };
    const to = action.kind === 'move' ? this.#target(action) : null;
    const again = action.state === 'under-way';
    if (!again) deps.store.setAction(action.id, { state: 'under-way', to });
    try {
      if (again) await putAway.recover(from, uploaded);
      if (!again || !(await this.#finishedBefore(action))) {
        const where =
          to === null ? await putAway.trash(from, uploaded) : await putAway.move(from, to, uploaded);
        deps.store.setAction(action.id, { state: 'done', to: where, at: deps.clock.now() });
      }
      const { folder } = split(action.path);
      if (folder !== '') await putAway.prune(action.root, folder);
    } catch (thrown) {
      const error = asUploaderError(thrown);
      // The root went away meanwhile: the file is not gone, it cannot be seen.
      if (error.code === 'file-missing' && (await this.#isAway(action))) {
        deps.store.setAction(action.id, { state: 'due', to: null });
        return;
      }
      const failure: Failure = toFailure(error, deps.clock.now());
      deps.store.setAction(action.id, { state: 'failed', to: null, at: failure.at, failure });
    }
  }

  /** The program ended between the move and its note: what is where it was to go is done. */
  async #finishedBefore(action: WatchAction): Promise<boolean> {
    const { deps, disk } = this.#parts;
    const look = await disk(action.root).look(action.path);
    if (look.kind !== 'gone') return false;
    const moved = action.to === null ? null : await disk(action.root).look(this.#below(action));
    const there = moved?.kind === 'file' && sameIdentity(moved.identity, action.identity);
    deps.store.setAction(action.id, { state: 'done', to: there ? action.to : null, at: deps.clock.now() });
    return true;
  }

  #below(action: WatchAction): string {
    return `uploaded/${this.#day(action.dueAt)}/${action.path}`;
  }

  #target(action: WatchAction): string {
    return below(action.root, this.#below(action));
  }

  /** The day on which the unit was registered, in the machine's zone: it stays the same when it is tried again. */
  #day(ms: number): string {
    const { year, month, day } = this.#parts.local(ms);
    return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }
}
