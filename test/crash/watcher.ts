/**
 * Sees every boundary that the program passes and kills the process at the one that was chosen: wraps the store, the
 * session and the sender, and listens to each request of `node:http`. Runs inside the program that the crash harness
 * starts; the program itself knows nothing of it.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { ClientRequest } from 'node:http';
import type { Store } from '../../main/adapters/sqlite/index.ts';
import type { Around } from '../../main/compose.ts';
import type { EncordSession, Route } from '../../main/core/encord-port.ts';
import type { MediaId } from '../../main/core/model.ts';
import type { Change } from '../../main/core/store-port.ts';
import { type CallContext, httpName, putting } from './calls.ts';

export interface Kill {
  readonly name: string;
  /** At which passing, from 1. */
  readonly nth: number;
  /** For `body:mid`: which part of the body has left, 0 to 1. */
  readonly part: number;
}

/** Events of units and items after which the program must be found in order. */
const WATCHED: ReadonlySet<string> = new Set([
  'granted',
  'session',
  'stored',
  'intent',
  'job-started',
  'registered',
  'linked',
  'in-doubt',
  'absent',
]);

export class Watcher {
  readonly #kill: Kill | null;
  readonly #record: number;
  readonly #seen = new Set<string>();
  readonly #calls = new AsyncLocalStorage<CallContext>();
  /** Of the items that were ever due in this life. */
  readonly #media = new Map<number, MediaId>();
  #left: number;
  #store: Store | null = null;

  /** `record` is an open file to which each name is written at its first passing. */
  constructor(kill: Kill | null, record: number) {
    this.#kill = kill;
    this.#left = kill?.nth ?? 0;
    this.#record = record;
    subscribe('http.client.request.created', (message) => {
      if (typeof message !== 'object' || message === null || !('request' in message)) return;
      const context = this.#calls.getStore();
      if (context && message.request instanceof ClientRequest) this.#watch(message.request, context);
    });
  }

  /** What `openProgram` takes as `around`. */
  around(): Around {
    return {
      store: (store) => this.#aroundStore(store),
      session: (session) => this.#aroundSession(session),
      sender: (sender) => ({
        put: (request) =>
          this.#calls.run({ call: 'put', media: [mediaOfPath(request.path)] }, () => sender.put(request)),
      }),
    };
  }

  note(line: string): void {
    if (this.#seen.has(line)) return;
    this.#seen.add(line);
    writeSync(this.#record, `${line}\n`);
  }

  pass(names: readonly string[]): void {
    for (const name of new Set(names)) {
      this.note(name);
      if (name !== this.#kill?.name) continue;
      this.#left -= 1;
      if (this.#left === 0) this.die(name);
    }
  }

  die(name: string): void {
    writeSync(this.#record, `!killed ${name}\n`);
    process.kill(process.pid, 'SIGKILL');
  }

  // ------------------------------------------------------------------------------------------ commits

  #aroundStore(store: Store): Store {
    this.#store = store;
    const around = (names: readonly string[], write: () => void): void => {
      this.pass(names.map((name) => `commit:before:${name}`));
      write();
      this.pass(names.map((name) => `commit:after:${name}`));
    };
    return {
      ...store,
      commit: (changes) => {
        around(this.#namesOf(store, changes), () => {
          store.commit(changes);
          for (const change of changes) {
            if (change.kind !== 'unit' || change.event.on !== 'absent') continue;
            const unit = store.unit(change.id);
            if (unit?.state.at === 'uncertain') this.note(`!uncertain ${unit.id}`);
          }
        });
      },
      dueItems: (...args) => {
        const items = store.dueItems(...args);
        for (const item of items) this.#media.set(item.id, item.media);
        return items;
      },
      addBatch: (batch, units, turnedAway, onTwin) => {
        let id = 0;
        around(['add-batch'], () => {
          id = store.addBatch(batch, units, turnedAway, onTwin);
        });
        return id;
      },
    };
  }

  #namesOf(store: Store, changes: readonly Change[]): string[] {
    return changes.flatMap((change) => {
      switch (change.kind) {
        case 'unit': {
          const unit = store.unit(change.id);
          return unit && WATCHED.has(change.event.on) ? [`${change.event.on}:${unit.media}`] : [];
        }
        case 'item': {
          if (!WATCHED.has(change.event.on)) return [];
          const known = this.#media.get(change.id);
          return known === undefined ? [] : [`${change.event.on}:${known}`];
        }
        case 'batch-target':
          return ['batch-target'];
        default:
          return [];
      }
    });
  }

  // ------------------------------------------------------------------------------------------ calls

  #aroundSession(session: EncordSession): EncordSession {
    return {
      ...session,
      resolveTarget: (request, signal) =>
        this.#calls.run({ call: 'resolve', media: [] }, () => session.resolveTarget(request, signal)),
      route: (name) => this.#aroundRoute(session.route(name)),
    };
  }

  #aroundRoute(route: Route): Route {
    const within = <T>(call: CallContext['call'], media: readonly MediaId[], make: () => T): T =>
      this.#calls.run({ call, media: [...new Set(media)] }, make);
    const { prepare } = route;
    return {
      ...route,
      grant: (target, requests, signal) =>
        within(
          'grant',
          requests.map(({ media }) => media),
          () => route.grant(target, requests, signal),
        ),
      prepare:
        prepare &&
        ((target, units, signal) =>
          within(
            'prepare',
            units.map(({ media }) => media),
            () => prepare(target, units, signal),
          )),
      register: (target, units, signal) =>
        within(
          'register',
          units.map(({ media }) => media),
          () => route.register(target, units, signal),
        ),
      poll: (target, job, units, signal) =>
        within(
          'poll',
          units.map(({ media }) => media),
          () => route.poll(target, job, units, signal),
        ),
      lookup: (target, units, signal) =>
        within(
          'lookup',
          units.map(({ media }) => media),
          () => route.lookup(target, units, signal),
        ),
      link: (target, uuids, signal) =>
        within('link', this.#linking(uuids), () => route.link(target, uuids, signal)),
    };
  }

  #linking(uuids: readonly string[]): MediaId[] {
    const store = this.#store;
    if (!store) return [];
    return [...store.unitsIn({ kind: 'all' }, ['linking'])].flatMap((id) => {
      const unit = store.unit(id);
      return unit?.state.at === 'linking' && uuids.includes(unit.state.itemUuid) ? [unit.media] : [];
    });
  }

  // ------------------------------------------------------------------------------------------ requests

  /** The first byte has not left when `before` is passed; all have been handed to the system at `after`. */
  #watch(request: ClientRequest, context: CallContext): void {
    const { method } = request;
    const range = request.getHeader('content-range');
    let names: readonly string[] | null = null;
    const begin = (chunk: unknown): readonly string[] => {
      if (names === null) {
        names = httpName(context, { method, path: request.path, range }, chunk);
        this.pass(names.map((name) => `send:before:${name}`));
      }
      return names;
    };
    const what = context.call === 'put' ? putting(method, range) : null;
    const cut =
      what === 'put' || what === 'chunk' ? this.#cutter(request, `${what}:${context.media[0] ?? ''}`) : null;
    const write = request.write.bind(request);
    const end = request.end.bind(request);
    const around = (name: 'write' | 'end', value: (...args: Parameters<typeof write>) => unknown): void => {
      Object.defineProperty(request, name, { value, configurable: true, writable: true });
    };
    around('write', (...args) => {
      begin(args[0]);
      return cut?.(args[0], write) ? true : write(...args);
    });
    around('end', (chunk) => {
      begin(chunk);
      return chunk === undefined ? end() : end(chunk);
    });
    request.once('finish', () => this.pass(begin(null).map((name) => `send:after:${name}`)));
    request.once('response', (incoming) => {
      incoming.once('end', () => this.pass(begin(null).map((name) => `answer:after:${name}`)));
    });
  }

  /** Lets a part of the body go out and then ends the process; answers whether it took the chunk. */
  #cutter(
    request: ClientRequest,
    call: string,
  ): (chunk: unknown, write: (chunk: Uint8Array, then: () => void) => void) => boolean {
    const name = `body:mid:${call}`;
    this.note(name);
    if (name !== this.#kill?.name) return () => false;
    this.#left -= 1;
    if (this.#left !== 0) return () => false;
    const size = Number(request.getHeader('content-length') ?? 0);
    const most = Math.min(size - 1, Math.max(1, Math.round(size * this.#kill.part)));
    let sent = 0;
    return (chunk, write) => {
      if (!(chunk instanceof Uint8Array)) return false;
      const room = most - sent;
      sent += chunk.length;
      if (sent < most) return false;
      if (room <= 0) return true;
      // The system has these bytes when the callback comes, and a moment later so has the server.
      write(chunk.subarray(0, room), () => setTimeout(() => this.die(name), 5));
      return true;
    };
  }
}

/** The harness keeps groups in folders of their own, and names videos by their ending. */
export function mediaOfPath(path: string): MediaId {
  if (path.endsWith('.mp4')) return 'video';
  return /[/\\]group-[^/\\]*[/\\]/.test(path) ? 'image-group' : 'image';
}
