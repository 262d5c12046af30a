/**
 * What the two hosts see of the program, and what the program may ask of its host: `main/app` fulfils `App`;
 * `main/electron`, `main/web` and the command line use it.
 */

import type { UpdateView } from '../../preload/contract/desktop.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { EventName } from '../../preload/contract/names.ts';
import type { Connections } from '../adapters/http/agents.ts';

/** The use cases behind the contract. One per data folder. */
export interface App {
  /** Validates the input with the contract's schema, runs the handler, maps errors; never throws. */
  handle(name: string, input: unknown): Promise<Answer<unknown>>;
  /** Every event for pages; the result stops it. The listener must return at once. */
  listen(listener: (name: EventName, payload: unknown) => void): () => void;
  /**
   * Browser mode: where the bytes of one dropped file go. `relativePath` uses `/`, is checked by the host to hold
   * no `..`, and is still only a request. `size` is in bytes and exact: `body` ends after that many, or throws when
   * the sender went away, upon which the partial file is discarded. `mtimeMs` is milliseconds since the epoch.
   */
  receive(
    dropId: string,
    relativePath: string,
    facts: { size: number; mtimeMs: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<Answer<null>>;
  /** Browser mode: a text that a call promised, once. */
  download(id: string): Promise<Answer<Download>>;
  /**
   * Bytes for a page's `<img>`, `<video>` or `<audio>`: what a call gave the address of. `range` is the request's `Range`
   * header. Never throws; the body ends the exchange when it is left.
   */
  media(id: string, range: string | null, signal: AbortSignal): Promise<MediaAnswer>;
  /** The machine is about to sleep: what is on its way stops cleanly, and nothing begins until `wake`. */
  suspend(): Promise<void>;
  /** The machine is awake again, or the network is back: what waits tries at once. */
  wake(): void;
  /** Stops work, leaves nothing half written, and lets go of the data folder. */
  close(): Promise<void>;
}

export type MediaAnswer =
  | {
      readonly kind: 'bytes';
      readonly mime: string;
      readonly status: 200 | 206;
      readonly length: number | null;
      readonly range: string | null;
      readonly body: AsyncIterable<Uint8Array>;
    }
  /** The range lies beyond the end. */
  | { readonly kind: 'beyond'; readonly size: number | null }
  | { readonly kind: 'refused'; readonly status: number; readonly sentence: string };

/** A text for the person to keep, made piece by piece when it is wanted. */
export interface Download {
  /** What the file is called unless the person says otherwise. */
  readonly name: string;
  pieces(): AsyncIterable<string>;
}

/** What a host can do; handed to the app when it is made. */
export interface HostServices {
  readonly host: 'electron' | 'browser';
  /** The system's own dialog; absolute paths, none where the person changed their mind. Null: there is none. */
  readonly chooseFiles: ((what: 'files' | 'folders') => Promise<readonly string[]>) | null;
  /** The system's own dialog: where to save a file of this name; null where the person changed their mind. Null: there is none. */
  readonly chooseSavePath: ((name: string) => Promise<string | null>) | null;
  /** Shows a folder in the system's file manager; throws with a sentence when it cannot. */
  readonly openFolder: ((path: string) => Promise<void>) | null;
  /** Puts a file into the system's trash; left out where the host has none of its own. */
  readonly trashItem?: (path: string) => Promise<void>;
  /**
   * Which proxies the system uses for a URL, in the words of a PAC file: `PROXY host:port; DIRECT`. Left out where the
   * host does not know: then the environment says.
   */
  readonly resolveProxy?: (url: string) => Promise<string>;
  /** Left out where the program cannot update itself. */
  readonly updates?: HostUpdates;
  /** True where pages know the paths of dropped files; else they send the bytes. */
  readonly dropsArePaths: boolean;
  /** True where pages may browse the machine that main runs on. */
  readonly serverChooser: boolean;
}

/** Updates of the program itself, which only the host can fetch and install. */
export interface HostUpdates {
  /** By what they are fetched from now on: over the proxies, with the login and the authorities of everything else. */
  connectBy(agent: Connections['forOthers']): void;
  view(): UpdateView;
  check(): Promise<UpdateView>;
  /** See `updates.install`; throws with a sentence. */
  install(): Promise<UpdateView>;
  /** Told of every change of the view; the result stops it. */
  listen(listener: () => void): () => void;
}
