/**
 * What happens while watch folders run, as lines for people or objects for scripts, in the order in which it happened and
 * a few at a time. Used by `watch-run.ts`.
 */

import type { WatchFolderView, WatchStateView } from '../../preload/contract/watch.ts';
import type { Store } from '../adapters/sqlite/index.ts';
import type { WatchEvent } from '../app/watch/watching.ts';
import { type BatchId, UNIT_STATES } from '../core/model.ts';
import { type Summary, summarySentence, unitSummary } from './summary.ts';
import type { Terminal } from './terminal.ts';
import type { RunRecord } from './watch-record.ts';

/** Lines that are written before others have their turn. */
const LINES_AT_ONCE = 500;

/** A line, which people or scripts see. */
interface Said {
  readonly line?: string;
  readonly object?: unknown;
}

export type NewsStore = Pick<Store, 'unitsIn' | 'unitView' | 'batchView'>;

export class WatchNews {
  readonly #store: NewsStore;
  readonly #record: Pick<RunRecord, 'addBatch' | 'addTwin' | 'addTurnedAway'>;
  readonly #roots: ReadonlyMap<number, string>;
  /** Single units are told to scripts only: people see them counted. */
  readonly #eachUnit: boolean;
  /** Written when they have their turn, and made only then. */
  readonly #waiting: Iterator<Said>[] = [];
  /** Whose batch it is, of those that are not over. */
  readonly #watchOf = new Map<BatchId, number>();
  /** What was said of the state of each folder last. */
  readonly #states = new Map<number, string>();

  constructor(
    store: NewsStore,
    folders: readonly Pick<WatchFolderView, 'id' | 'root'>[],
    record: Pick<RunRecord, 'addBatch' | 'addTwin' | 'addTurnedAway'>,
    eachUnit: boolean,
  ) {
    this.#store = store;
    this.#record = record;
    this.#roots = new Map(folders.map(({ id, root }) => [id, root]));
    this.#eachUnit = eachUnit;
  }

  heard(event: WatchEvent): void {
    switch (event.kind) {
      case 'added':
        if (event.batchId !== null) {
          this.#record.addBatch(event.batchId);
          this.#watchOf.set(event.batchId, event.watchId);
        }
        for (const twin of event.twins) this.#record.addTwin(twin);
        for (const each of event.turnedAway) this.#record.addTurnedAway(each);
        this.#waiting.push(this.#added(event));
        return;
      case 'state':
        this.#heardState(event.watchId, event.state);
        return;
    }
  }

  /** Batches that have come to their end. */
  ended(batches: readonly BatchId[]): void {
    for (const id of batches) this.#waiting.push(this.#batchEnded(id));
  }

  /** Writes what waits to be written, at most so many lines; answers whether there was anything. */
  tell(terminal: Terminal, most: number = LINES_AT_ONCE): boolean {
    let told = 0;
    for (let next = this.#waiting[0]; next && told < most; next = this.#waiting[0]) {
      const { done, value } = next.next();
      if (done) {
        this.#waiting.shift();
        continue;
      }
      told += 1;
      if (value.line !== undefined) terminal.line(value.line);
      if (value.object !== undefined) terminal.object(value.object);
    }
    return told > 0;
  }

  #say(said: Said): void {
    this.#waiting.push([said].values());
  }

  #heardState(watch: number, state: WatchStateView): void {
    const said = sayState(state);
    // How many files it has looked at is no news.
    if (this.#states.get(watch) === said) return;
    this.#states.set(watch, said);
    const root = this.#roots.get(watch) ?? `watch folder ${watch}`;
    this.#say({ line: `${root}: ${said}`, object: { state: { watch, root, ...state } } });
  }

  *#added(event: Extract<WatchEvent, { kind: 'added' }>): Generator<Said> {
    const watch = event.watchId;
    if (this.#eachUnit) {
      const own =
        event.batchId === null ? [] : this.#store.unitsIn({ kind: 'batch', id: event.batchId }, UNIT_STATES);
      for (const id of own) yield* this.#addedUnit(watch, id, false);
      for (const id of event.twins) yield* this.#addedUnit(watch, id, true);
    }
    for (const { kind, path, title, failure } of event.turnedAway) {
      const { code, message } = failure;
      yield {
        ...(kind === 'refused' ? { line: `refused: ${path}: ${message}` } : {}),
        object: { [kind]: { watch, path, title, code, message } },
      };
    }
  }

  *#addedUnit(watch: number, id: number, earlier: boolean): Generator<Said> {
    const view = this.#store.unitView(id);
    if (!view) return;
    const { batchId: batch, title, media, path, bytes } = view;
    yield { object: { added: { watch, batch, unit: id, title, media, path, bytes, earlier } } };
  }

  *#batchEnded(batch: BatchId): Generator<Said> {
    const watch = this.#watchOf.get(batch) ?? null;
    this.#watchOf.delete(batch);
    if (this.#eachUnit) {
      for (const id of this.#store.unitsIn({ kind: 'batch', id: batch }, UNIT_STATES)) {
        const view = this.#store.unitView(id);
        if (view) yield { object: { ended: { watch, batch, unit: id, ...unitSummary(view, false, null) } } };
      }
      return;
    }
    const view = this.#store.batchView(batch);
    if (!view) return;
    const { units } = view.totals;
    const summary: Summary = {
      ...units,
      // Said when they came.
      refused: 0,
      skipped: 0,
      bytes: units.done > 0 ? view.totals.storedBytes : 0,
      units: [],
    };
    yield { line: summarySentence(summary, `${view.name} → ${view.datasetTitle}`) };
  }
}

/** The state of a folder as the end of a sentence. */
export function sayState(state: WatchStateView): string {
  switch (state.kind) {
    case 'off':
      return 'paused';
    case 'starting':
      return 'looking through it';
    case 'watching':
      return `watching (${state.how})`;
    case 'polling':
      return `looked through every ${state.everySeconds} s. ${state.why}`;
    case 'suspended':
      return `suspended. ${state.failure.message}`;
  }
}
