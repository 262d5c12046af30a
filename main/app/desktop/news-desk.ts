/**
 * Gathers what happened until it is time to tell it: what comes together is told as one, kinds that were told lately wait,
 * and nothing is told in quiet hours; what came in them is summed up at their end. Used by `news.ts`.
 */

import type { NewsKind, NewsView, NotificationSettings } from '../../../preload/contract/desktop.ts';
import type { Clock } from '../../core/ports.ts';
import type { LocalTime } from '../../core/watch/templates.ts';
import { kindOf, type Piece, say } from './news-words.ts';
import { quietFor } from './quiet-hours.ts';

/** What comes within this time of the first is one piece of news. */
const GATHER_MS = 5_000;
/** Between two of a kind: a person who adds batch after batch, or a share that comes and goes, is told now and then. */
const APART_MS = 60_000;
/** And where only watch folders added the batches: they trickle all night. */
const TRICKLE_MS = 5 * 60_000;

export interface NewsDeskParts {
  readonly clock: Clock;
  readonly local: (ms: number) => LocalTime;
  readonly settings: () => NotificationSettings;
  readonly tell: (news: NewsView) => void;
}

interface Gathered {
  readonly kind: NewsKind;
  /** Monotonic, of the first piece. */
  readonly since: number;
  readonly pieces: Map<string, Piece>;
}

export class NewsDesk {
  readonly #parts: NewsDeskParts;
  /** By kind and by what it is about: only what is about the same can be said as one. */
  readonly #gathered = new Map<string, Gathered>();
  /** Monotonic time at which each of those was told last. */
  readonly #toldAt = new Map<string, number>();
  #lastId = 0;
  #timer: (() => void) | null = null;

  constructor(parts: NewsDeskParts) {
    this.#parts = parts;
  }

  /** `key` names what it is about: a later piece about the same takes the place of the earlier one. */
  add(key: string, piece: Piece): void {
    const kind = kindOf(piece);
    const sort = `${kind} ${piece.about}`;
    const since = this.#parts.clock.monotonic();
    const gathered = this.#gathered.get(sort) ?? { kind, since, pieces: new Map() };
    gathered.pieces.set(key, piece);
    this.#gathered.set(sort, gathered);
  }

  /** It is no longer true: nobody has to hear of it. */
  drop(key: string): void {
    for (const [sort, { pieces }] of this.#gathered) {
      if (pieces.delete(key) && pieces.size === 0) this.#gathered.delete(sort);
    }
  }

  /** Tells what is due, and sets the time for the rest. To be called after something was added or the settings changed. */
  tellDue(): void {
    this.#timer?.();
    this.#timer = null;
    const { clock, local, settings } = this.#parts;
    const { kinds, quiet } = settings();
    const quietMs = quietFor(quiet, local(clock.now()));
    let next = Number.POSITIVE_INFINITY;
    for (const [sort, gathered] of this.#gathered) {
      const wait = Math.max(quietMs ?? 0, this.#dueAt(sort, gathered) - clock.monotonic());
      if (!kinds[gathered.kind]) this.#gathered.delete(sort);
      else if (wait > 0) next = Math.min(next, wait);
      else this.#tell(sort, gathered);
    }
    if (Number.isFinite(next)) this.#timer = clock.after(next, () => this.tellDue());
  }

  close(): void {
    this.#timer?.();
    this.#timer = null;
    this.#gathered.clear();
  }

  #dueAt(sort: string, { since, pieces }: Gathered): number {
    const trickle = [...pieces.values()].every((piece) => piece.about === 'batch' && piece.watched);
    const last = this.#toldAt.get(sort) ?? Number.NEGATIVE_INFINITY;
    return Math.max(since + GATHER_MS, last + (trickle ? TRICKLE_MS : APART_MS));
  }

  #tell(sort: string, { kind, pieces }: Gathered): void {
    this.#gathered.delete(sort);
    this.#toldAt.set(sort, this.#parts.clock.monotonic());
    this.#lastId += 1;
    this.#parts.tell({ id: this.#lastId, kind, ...say([...pieces.values()]) });
  }
}
