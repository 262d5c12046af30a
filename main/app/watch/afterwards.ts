/**
 * Moves local files away, or into the trash, once the registration of their unit is confirmed and the folder's rule says so:
 * only the very bytes that were uploaded, one after another, with a record of each. Used by `watching.ts`.
 */

import {
  asUploaderError,
  type ErrorCode,
  type Failure,
  toFailure,
  toLogFields,
  UploaderError,
} from '../../core/errors.ts';
import { below } from '../../core/paths.ts';
import { sameIdentity, split } from '../../core/watch/pending.ts';
import type { PutAway, WatchDisk } from '../../core/watch/ports.ts';
import type { WatchAction } from '../../core/watch/store-port.ts';
import type { LocalTime } from '../../core/watch/templates.ts';
import { notMounted } from '../../core/watch/words.ts';
import type { AppDeps } from '../deps.ts';

const AT_ONCE = 50;
/** A root that is away, a disk that is full, or a database that is busy: when to look again. */
const AGAIN_MS = 30_000;
/** After each try of a file that cannot be used: locked by another program, say. Then it stays. */
const TRIED_AGAIN_MS = [30_000, 120_000, 600_000, 1_800_000] as const;
/** Whatever the root is, these do not end by themselves. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'file-changed',
  'file-name',
  'already-exists',
  'not-available',
  'invalid-input',
]);

export interface AfterwardsParts {
  readonly deps: Pick<AppDeps, 'store' | 'clock' | 'log'>;
  readonly putAway: PutAway;
  readonly disk: (root: string) => WatchDisk;
  readonly local: (ms: number) => LocalTime;
  readonly changed: () => void;
}

/** What was tried in vain, and when it is tried again, monotonic; infinite: with its root. */
interface Tried {
  readonly times: number;
  until: number;
}

export class Afterwards {
  readonly #parts: AfterwardsParts;
  readonly #abort = new AbortController();
  #working: Promise<void> | null = null;
  #again = false;
  #timer: (() => void) | null = null;
  /** Roots that were away, or full, when they were tried last, and until when they are left alone; monotonic. */
  readonly #leftAlone = new Map<string, number>();
  readonly #tried = new Map<number, Tried>();

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

  /** What is under way is broken off where it can be, and done by the next program. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#timer?.();
    await this.#working;
  }

  /** Whether something is being done, or due now. */
  get busy(): boolean {
    return this.#working !== null;
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
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
    this.#tried.delete(action.id);
    changed();
  }

  async #work(): Promise<void> {
    let wait = AGAIN_MS;
    try {
      let asked = this.#parts.deps.clock.now();
      while (this.#again && !this.#stopped) {
        this.#again = false;
        asked = await this.#doDue();
      }
      wait = this.#untilNext(asked);
    } catch (thrown) {
      // The store cannot be read or written: what was put away without a note is found where it went.
      this.#parts.deps.log.warn(
        'Finished files could not be put away.',
        toLogFields(asUploaderError(thrown)),
      );
    }
    if (!this.#stopped && Number.isFinite(wait)) this.#timerFor(wait);
  }

  /**
   * Milliseconds until something becomes due, or is to be tried again. `asked`: the time up to which nothing was due; what
   * became so since counts.
   */
  #untilNext(asked: number): number {
    const { store, clock } = this.#parts.deps;
    const next = store.nextAction(asked);
    let again = Number.POSITIVE_INFINITY;
    for (const until of this.#leftAlone.values()) again = Math.min(again, until);
    for (const { until } of this.#tried.values()) again = Math.min(again, until);
    const due = next === null ? Number.POSITIVE_INFINITY : next - clock.now();
    return Math.max(0, Math.min(due, again - clock.monotonic()));
  }

  #timerFor(ms: number): void {
    this.#timer?.();
    this.#timer = this.#parts.deps.clock.after(ms, () => {
      this.#timer = null;
      this.wake();
    });
  }

  /** Answers up to when nothing more is due, milliseconds since the epoch. */
  async #doDue(): Promise<number> {
    const { deps, changed } = this.#parts;
    const now = deps.clock.monotonic();
    for (const [root, until] of this.#leftAlone) if (until <= now) this.#leftAlone.delete(root);
    for (const tried of this.#tried.values()) if (tried.until <= now) tried.until = Number.POSITIVE_INFINITY;
    for (;;) {
      const waiting = [...this.#tried].filter(([, { until }]) => Number.isFinite(until));
      const asked = deps.clock.now();
      const due = deps.store.dueActions(
        asked,
        AT_ONCE,
        [...this.#leftAlone.keys()],
        waiting.map(([id]) => id),
      );
      if (due.length === 0) return asked;
      for (const action of due) {
        if (this.#stopped) return asked;
        if (this.#leftAlone.has(action.root)) continue;
        if (!(await this.#isAway(action))) await this.#do(action);
        changed();
      }
    }
  }

  /** One that is away is left alone for a while. */
  async #isAway(action: WatchAction): Promise<boolean> {
    const away = (await this.#away(action)) !== null;
    if (away) this.#leaveAlone(action.root);
    return away;
  }

  #leaveAlone(root: string): void {
    this.#leftAlone.set(root, this.#parts.deps.clock.monotonic() + AGAIN_MS);
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
    // Of a row of actions that was read at once, this one may have been called off meanwhile.
    const { state } = deps.store.action(action.id) ?? {};
    if (state !== 'due' && state !== 'under-way') return;
    const to = action.kind === 'move' ? this.#target(action) : null;
    if (state === 'due') deps.store.setAction(action.id, { state: 'under-way', to });
    let where: string | null;
    try {
      where = await this.#putAway(action, to, state === 'under-way' || this.#tried.has(action.id));
    } catch (thrown) {
      await this.#notDone(action, asUploaderError(thrown));
      return;
    }
    // The file has moved, whether this can be written or not: it stays under way then, and is found where it went.
    deps.store.setAction(action.id, { state: 'done', to: where, at: deps.clock.now() });
    this.#tried.delete(action.id);
    const { folder } = split(action.path);
    if (folder !== '') await putAway.prune(action.root, folder);
  }

  /** Where it is now. `again`: an earlier try may have gone any part of the way. */
  async #putAway(action: WatchAction, to: string | null, again: boolean): Promise<string | null> {
    const { putAway } = this.#parts;
    const from = below(action.root, action.path);
    const uploaded = { identity: action.identity, sha256: action.sha256 };
    if (again) {
      await putAway.recover(from, uploaded);
      const before = await this.#finishedBefore(action, to);
      if (before) return before.to;
    }
    const { signal } = this.#abort;
    return to === null ? putAway.trash(from, uploaded, signal) : putAway.move(from, to, uploaded, signal);
  }

  /**
   * A try ended between the move and its note: what is where it was to go is done, also where a new file has its name. Null
   * where it is not done.
   */
  async #finishedBefore(action: WatchAction, to: string | null): Promise<{ to: string | null } | null> {
    const disk = this.#parts.disk(action.root);
    const look = await disk.look(action.path);
    if (look.kind === 'problem') return null;
    if (look.kind === 'file' && sameIdentity(look.identity, action.identity)) return null;
    const moved = to === null ? null : await disk.look(this.#below(action));
    const there = moved?.kind === 'file' && sameIdentity(moved.identity, action.identity);
    if (look.kind !== 'gone' && !there) return null;
    return { to: there ? to : null };
  }

  /** Whether it is tried again, and when. */
  async #notDone(action: WatchAction, error: UploaderError): Promise<void> {
    const { clock } = this.#parts.deps;
    if (error.code === 'cancelled' && this.#stopped) {
      this.#later(action, null);
      return;
    }
    const times = this.#tried.get(action.id)?.times ?? 0;
    // The root went away meanwhile: nothing is known of the file, whatever was said of it.
    if (!FINAL.has(error.code) && (await this.#isAway(action))) {
      this.#tried.set(action.id, { times, until: Number.POSITIVE_INFINITY });
      this.#later(action, null);
    } else if (error.code === 'disk-full') {
      this.#leaveAlone(action.root);
      this.#tried.set(action.id, { times, until: Number.POSITIVE_INFINITY });
      this.#later(action, error);
    } else {
      const wait = error.code === 'file-missing' || FINAL.has(error.code) ? null : TRIED_AGAIN_MS[times];
      if (typeof wait !== 'number') {
        this.#failed(action, wait === null ? error : triedInVain(action, error));
        return;
      }
      this.#tried.set(action.id, { times: times + 1, until: clock.monotonic() + wait });
      this.#later(action, error);
    }
  }

  /** It is due again, unless its folder wants it no longer. `why` is for people to see meanwhile. */
  #later(action: WatchAction, why: UploaderError | null): void {
    const { store, clock } = this.#parts.deps;
    if (store.watchFolder(action.folder)?.rules.after.kind === action.kind) {
      const failure = why && toFailure(why, clock.now());
      store.setAction(action.id, { state: 'due', to: null, failure });
    } else {
      this.#tried.delete(action.id);
      store.setAction(action.id, { state: 'undone', to: null, at: clock.now() });
    }
  }

  #failed(action: WatchAction, error: UploaderError): void {
    const { store, clock } = this.#parts.deps;
    this.#tried.delete(action.id);
    const failure: Failure = toFailure(error, clock.now());
    store.setAction(action.id, { state: 'failed', to: null, at: failure.at, failure });
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

function triedInVain({ kind }: WatchAction, error: UploaderError): UploaderError {
  const [done, todo] = kind === 'move' ? ['moved', 'move it'] : ['put into the trash', 'remove it'];
  const times = TRIED_AGAIN_MS.length + 1;
  return new UploaderError(
    error.code,
    `It could not be ${done} in ${times} tries, so it stays where it is. Close what keeps it open, or give your user the right to change it; then ${todo} yourself.`,
    { details: error.details, cause: error },
  );
}
