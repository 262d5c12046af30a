/**
 * The one object through which pages reach main: made by the preload in Electron, from a WebSocket in browser mode.
 */

import type { CallInput, CallOutput } from './calls.ts';
import type { Answer } from './errors.ts';
import type { Events } from './events.ts';
import type { CallName, EventName } from './names.ts';

export interface Bridge {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Answer<CallOutput<N>>>;
  /** Calls back with every event, and with the state of the connection to main; the result stops it. */
  listen(listener: BridgeListener): () => void;
  /** The paths of dropped or chosen files; null where the host cannot know them (browser mode). */
  pathsOf(files: readonly File[]): readonly string[] | null;
  /**
   * Browser mode: sends one file's bytes to the place that `drops.open` named. `relativePath` uses `/`.
   * Null where drops are paths.
   */
  readonly sendFile:
    | ((
        uploadPath: string,
        relativePath: string,
        file: File,
        onProgress: (sentBytes: number) => void,
        signal: AbortSignal,
      ) => Promise<Answer<null>>)
    | null;
  /** Browser mode: fetches a promised download and hands it to the browser. Null where main writes the file itself. */
  readonly download: ((path: string, name: string) => Promise<Answer<null>>) | null;
}

export interface BridgeListener {
  event<N extends EventName>(name: N, payload: Events[N]): void;
  /** False while main cannot be reached: the program was stopped or the line is cut. */
  connected(up: boolean): void;
}
