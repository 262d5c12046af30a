/**
 * The first half of the engine: grants and PUTs. Takes due items, asks for their signed URLs just before they are
 * needed, sends the bytes, and commits what came of it. Used by the engine only.
 */

import { Backlog, type DueItem } from './backlog.ts';
import type { CallFailure, GrantRequest } from './encord-port.ts';
import { asUploaderError, toLogFields } from './errors.ts';
import type { Grant, ItemId, MediaId } from './model.ts';
import { changesAfter } from './outcomes.ts';
import { backoffMs } from './retry.ts';
import type { Change } from './store-port.ts';
import { isAboutTarget, type ReadyBatch, type Transfer, type Workshop } from './work.ts';

/** From this size on, a file counts as large: few at a time fill any line, and none waits with a ready URL. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** When the program decides, a large one takes the slots of several small ones, so that few of them share the line. */
const LARGE_COST = 8;
const LARGE_AT_ONCE = 4;
/** A grant older than this is not used any more: URLs expire, and nobody says when. */
const GRANT_FRESH_MS = 5 * 60_000;

interface Running {
  readonly item: DueItem;
  readonly cost: number;
  readonly abort: AbortController;
  transfer: Transfer | null;
}

export class Transfers {
  readonly #shop: Workshop;
  readonly #backlog: Backlog;
  /** Items that this process works on, from the choice to the committed outcome. */
  readonly #running = new Map<ItemId, Running>();
  /** Items with a fresh grant that wait for a slot. Only small ones, and never more than there are slots. */
  #waiting: { readonly ready: ReadyBatch; readonly item: DueItem; readonly grant: Grant }[] = [];
  #usedSlots = 0;
  #granting = 0;

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#backlog = new Backlog(shop.deps.store);
  }

  /** The files on their way now. */
  transfers(): readonly Transfer[] {
    const result: Transfer[] = [];
    for (const running of this.#running.values()) if (running.transfer) result.push(running.transfer);
    return result;
  }

  get busy(): number {
    return this.#running.size;
  }

  /** Starts as much as fits, from the first batch to the last. */
  start(batches: readonly ReadyBatch[], wake: () => void): void {
    this.#drain(wake);
    for (const ready of batches) {
      if (this.#free() <= 0) return;
      if (!ready.held) this.#startBatch(ready, wake);
    }
  }

  /** At the end of the engine: what waits for a slot is not begun any more. */
  stop(): void {
    this.stopUnless(() => false);
  }

  /** Stops what is no longer wanted: paused, cancelled, or its batch gone. */
  stopUnless(wanted: (item: { unitId: number; batchId: number; itemId: number }) => boolean): void {
    this.#backlog.forget();
    this.#waiting = this.#waiting.filter(({ item, ready }) => {
      const keep = wanted({ unitId: item.unitId, batchId: item.batchId, itemId: item.id });
      if (!keep) {
        this.#running.delete(item.id);
        ready.gate.probeEnded();
      }
      return keep;
    });
    for (const running of this.#running.values()) {
      const { item } = running;
      if (!wanted({ unitId: item.unitId, batchId: item.batchId, itemId: item.id })) running.abort.abort();
    }
  }

  #slots(): number {
    return this.#shop.pace.slots(this.#shop.deps.concurrency());
  }

  #cost(size: number): number {
    const { least, most } = this.#shop.deps.concurrency();
    if (least === most || size < LARGE_BYTES) return 1;
    return Math.max(1, Math.min(LARGE_COST, Math.floor(this.#slots() / LARGE_AT_ONCE)));
  }

  /** How many more items may be chosen: the free slots, and as many again that fetch their URL meanwhile. */
  #free(): number {
    return 2 * this.#slots() - this.#usedSlots - this.#waiting.length - this.#granting;
  }

  #startBatch(ready: ReadyBatch, wake: () => void): void {
    const allowance = ready.gate.allowance(this.#shop.now());
    if (allowance === 'none') return;
    const want = allowance === 'one' ? 1 : this.#free();
    const due = this.#backlog.next(ready.batch.id, this.#shop.now(), this.#running, want);
    const toGrant: DueItem[] = [];
    let chosen = 0;
    const budget = this.#free();
    for (const item of due) {
      const cost = this.#cost(item.identity.size);
      // A large file asks for its URL only when it can be sent at once.
      if (
        cost > 1 &&
        this.#usedSlots + this.#granting + chosen + cost > this.#slots() &&
        this.#running.size > 0
      )
        break;
      if (chosen + cost > Math.max(budget, cost * Number(this.#running.size === 0))) break;
      chosen += cost;
      if (allowance === 'one') ready.gate.probe();
      this.#backlog.take(item);
      this.#running.set(item.id, { item, cost, abort: new AbortController(), transfer: null });
      if (item.state.at === 'granted' && this.#isUsable(item, item.state.grant)) {
        this.#waiting.push({ ready, item, grant: item.state.grant });
      } else {
        toGrant.push(item);
      }
    }
    for (const group of this.#groupsForGrants(ready, toGrant)) {
      void this.#grant(ready, group, wake);
    }
    this.#drain(wake);
  }

  #isFresh(grant: Grant): boolean {
    const age = this.#shop.now() - grant.grantedAt;
    return age >= 0 && age < GRANT_FRESH_MS;
  }

  /** An upload that can be resumed goes on at its own address, whatever became of the URL that opened it. */
  #isUsable(item: DueItem, grant: Grant): boolean {
    return sessionOf(item) !== null || this.#isFresh(grant);
  }

  /** One call takes items of one media type, and no more than the route allows. */
  #groupsForGrants(ready: ReadyBatch, items: readonly DueItem[]): DueItem[][] {
    const perCall = Math.max(1, ready.session.route(ready.target.route).grantsPerCall);
    const byMedia = new Map<MediaId, DueItem[]>();
    for (const item of items) {
      const list = byMedia.get(item.media);
      if (list) list.push(item);
      else byMedia.set(item.media, [item]);
    }
    const groups: DueItem[][] = [];
    for (const list of byMedia.values()) {
      for (let from = 0; from < list.length; from += perCall) groups.push(list.slice(from, from + perCall));
    }
    return groups;
  }

  async #grant(ready: ReadyBatch, items: readonly DueItem[], wake: () => void): Promise<void> {
    const shop = this.#shop;
    const cost = items.reduce((sum, item) => sum + (this.#running.get(item.id)?.cost ?? 0), 0);
    this.#granting += cost;
    try {
      const stale: Change[] = items
        .filter((item) => item.state.at === 'granted')
        .map((item) => ({
          kind: 'item',
          id: item.id,
          event: { on: 'grant-lost', failure: null, notBefore: 0 },
        }));
      await shop.committer.commit(stale);
      const route = ready.session.route(ready.target.route);
      const requests = items.map(grantRequest);
      const answer = await shop.call(ready.batch.accountId, () =>
        route.grant(ready.target, requests, shop.signal),
      );
      if (shop.signal.aborted) return this.#forget(items);
      if (!answer.ok) {
        if (answer.failure.kind === 'refused' && items.length > 1 && !isAboutTarget(answer.failure.error)) {
          return this.#grantInHalves(ready, items, wake);
        }
        await this.#grantFailed(ready, items, answer.failure);
        return this.#forget(items);
      }
      const grants = answer.value;
      const changes: Change[] = [];
      for (const [index, item] of items.entries()) {
        const grant = grants[index];
        if (grant) changes.push({ kind: 'item', id: item.id, event: { on: 'granted', grant } });
      }
      await shop.committer.commit(changes);
      for (const [index, item] of items.entries()) {
        const grant = grants[index];
        const running = this.#running.get(item.id);
        if (!running) continue;
        if (grant && !running.abort.signal.aborted) this.#waiting.push({ ready, item, grant });
        else this.#running.delete(item.id);
      }
    } catch (reason) {
      this.#forget(items);
      shop.noteUnrecorded('A grant could not be recorded.', reason);
    } finally {
      this.#granting -= cost;
      if (this.#waiting.every((waiting) => waiting.ready.gate !== ready.gate)) ready.gate.probeEnded();
      this.#drain(wake);
      wake();
    }
  }

  /** Of many names that were refused together, one may be the bad one: it is to fail alone. */
  #grantInHalves(ready: ReadyBatch, items: readonly DueItem[], wake: () => void): void {
    const half = Math.ceil(items.length / 2);
    void this.#grant(ready, items.slice(0, half), wake);
    void this.#grant(ready, items.slice(half), wake);
  }

  async #grantFailed(ready: ReadyBatch, items: readonly DueItem[], failed: CallFailure): Promise<void> {
    const shop = this.#shop;
    const failure = shop.failure(failed.error);
    const concernsAll =
      failed.kind === 'no-such-call' || (failed.kind === 'refused' && isAboutTarget(failed.error));
    if (concernsAll) {
      // One sentence for the batch instead of one from each of its files.
      await shop.committer.commit([
        {
          kind: 'batch-trouble',
          id: ready.batch.id,
          trouble: { failure, notBefore: Number.MAX_SAFE_INTEGER, attempts: 0 },
        },
      ]);
      return;
    }
    // What holds the whole account back is said there, once; its files only wait.
    if (failed.kind === 'signed-out' || ready.gate.allowance(shop.now()) !== 'any') return;
    await shop.committer.commit(
      items.map((item): Change => {
        if (failed.kind === 'refused') return { kind: 'item', id: item.id, event: { on: 'failed', failure } };
        const attempts = item.state.at === 'queued' || item.state.at === 'granted' ? item.state.attempts : 0;
        const notBefore = shop.now() + backoffMs(attempts, shop.deps.random, shop.backoff);
        return { kind: 'item', id: item.id, event: { on: 'transient', failure, notBefore } };
      }),
    );
  }

  #forget(items: readonly DueItem[]): void {
    for (const item of items) this.#running.delete(item.id);
  }

  /** Moves items with a URL into free slots. */
  #drain(wake: () => void): void {
    while (this.#waiting.length > 0 && !this.#shop.signal.aborted) {
      const next = this.#waiting[0];
      if (!next) return;
      const running = this.#running.get(next.item.id);
      if (!running) {
        this.#waiting.shift();
        continue;
      }
      if (this.#usedSlots > 0 && this.#usedSlots + running.cost > this.#slots()) {
        this.#shop.pace.full();
        return;
      }
      this.#waiting.shift();
      if (!this.#isUsable(next.item, next.grant)) {
        // It grew old while it waited (the machine was asleep, say), and is asked for anew.
        this.#running.delete(next.item.id);
        next.ready.gate.probeEnded();
        wake();
        continue;
      }
      this.#usedSlots += running.cost;
      void this.#put(next.ready, running, next.grant, wake);
    }
  }

  async #put(ready: ReadyBatch, running: Running, grant: Grant, wake: () => void): Promise<void> {
    const shop = this.#shop;
    const { item } = running;
    const transfer = newTransfer(item, shop.deps.clock.monotonic());
    running.transfer = transfer;
    const session = sessionOf(item);
    // What an earlier run has sent is there, and no achievement of this moment.
    let resuming = session !== null;
    let resumable = session !== null;
    const stop = (): void => running.abort.abort();
    shop.signal.addEventListener('abort', stop, { once: true });
    try {
      const outcome = await shop.deps.sender.put({
        url: grant.url,
        headers: ready.session.route(ready.target.route).putHeaders(grantRequest(item)),
        path: item.path,
        identity: item.identity,
        signal: running.abort.signal,
        onProgress: (sentBytes) => {
          const moved = resuming ? 0 : Math.max(0, sentBytes - transfer.sentBytes);
          if (resuming) transfer.resumedBytes = sentBytes;
          resuming = false;
          transfer.sentBytes = sentBytes;
          shop.pace.sent(moved);
          shop.deps.listener.sent(moved);
        },
        session,
        onSession: (address) => {
          resumable = address !== null;
          return this.#keepSession(item, address);
        },
      });
      const account = ready.batch.accountId;
      const changes = await changesAfter(shop, {
        account,
        watched: ready.batch.watched,
        item,
        outcome,
        fresh: this.#isFresh(grant),
        resumable,
      });
      // A unit that failed takes its other items with it, of which some may have been read ahead.
      if (changes.some((each) => each.kind === 'item' && each.event.on === 'failed')) this.#backlog.forget();
      await shop.committer.commit(changes);
      if (changes.some((each) => each.kind === 'unit')) {
        // It was given up with its unit, of which more may be on its way.
        this.stopUnless(({ unitId }) => unitId !== item.unitId);
      }
    } catch (reason) {
      shop.noteUnrecorded('The outcome of an upload could not be recorded.', reason);
    } finally {
      shop.signal.removeEventListener('abort', stop);
      this.#running.delete(item.id);
      this.#usedSlots -= running.cost;
      ready.gate.probeEnded();
      this.#drain(wake);
      wake();
    }
  }

  /** On disk before the first byte goes there. Where it cannot be written, a broken transfer starts over. */
  async #keepSession(item: DueItem, session: string | null): Promise<void> {
    try {
      await this.#shop.committer.commit([{ kind: 'item', id: item.id, event: { on: 'session', session } }]);
    } catch (reason) {
      this.#shop.deps.log.warn(
        'Where an upload can be resumed could not be recorded.',
        toLogFields(asUploaderError(reason)),
      );
    }
  }
}

/** Where the item's bytes have begun to go, if that can be resumed. */
function sessionOf(item: DueItem): string | null {
  return item.state.at === 'granted' ? item.state.session : null;
}

function newTransfer(item: DueItem, startedAt: number): Transfer {
  return {
    itemId: item.id,
    unitId: item.unitId,
    batchId: item.batchId,
    size: item.identity.size,
    sentBytes: 0,
    resumedBytes: 0,
    startedAt,
  };
}

function grantRequest(item: DueItem): GrantRequest {
  return { media: item.media, name: item.name, mime: item.mime };
}
