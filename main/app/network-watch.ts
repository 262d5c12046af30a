/**
 * Notices that the network came back: while nothing gets through, this machine's own addresses are looked at, and when
 * they are others than before, what waits is tried at once. Made by `Program`.
 */

import type { Clock } from '../core/ports.ts';

/** A look costs next to nothing, and is made only while nothing gets through. */
const LOOK_MS = 2_000;

export interface NetworkWatchPorts {
  readonly clock: Clock;
  /** Whether work waits because the network does not let it through. */
  readonly offline: () => boolean;
  /** This machine's addresses as one text; empty: it has none. */
  readonly addresses: () => string;
  readonly back: () => void;
}

export class NetworkWatch {
  readonly #ports: NetworkWatchPorts;
  #known = '';
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(ports: NetworkWatchPorts) {
    this.#ports = ports;
  }

  /** To be called when the network may have been lost. Cheap. */
  look(): void {
    if (this.#cancel || this.#closed || !this.#ports.offline()) return;
    this.#known = this.#ports.addresses();
    this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #wait(): void {
    this.#cancel = this.#ports.clock.after(LOOK_MS, () => {
      this.#cancel = null;
      if (this.#closed || !this.#ports.offline()) return;
      const before = this.#known;
      this.#known = this.#ports.addresses();
      // First the next look: it is to come whatever is met by those who try.
      this.#wait();
      // Without any address there is nothing to try.
      if (this.#known !== before && this.#known !== '') this.#ports.back();
    });
  }
}
