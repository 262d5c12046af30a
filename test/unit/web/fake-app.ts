/** An app for the tests of both hosts: validates like the real one, keeps what it received. */

import type { App, Download, MediaAnswer } from '../../../main/app/types.ts';
import { CALLS } from '../../../preload/contract/calls.ts';
import type { Answer } from '../../../preload/contract/errors.ts';
import { CALL_NAMES, type EventName } from '../../../preload/contract/names.ts';

export interface Received {
  readonly dropId: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number | null;
  bytes: number;
  outcome: 'open' | 'whole' | 'discarded';
}

type Receive = App['receive'];

export class FakeApp implements App {
  readonly calls: { readonly name: string; readonly input: unknown }[] = [];
  readonly received: Received[] = [];
  readonly listeners = new Set<(name: EventName, payload: unknown) => void>();
  closed = false;
  /** What a valid call answers. */
  answer: (name: string, input: unknown) => Promise<unknown> = async () => null;
  /** Instead of reading the whole body. */
  receiveInstead: Receive | null = null;

  async handle(name: string, input: unknown): Promise<Answer<unknown>> {
    const known = CALL_NAMES.find((one) => one === name);
    const parsed = known && CALLS[known].input.safeParse(input);
    if (!parsed?.success) {
      return { ok: false, error: { code: 'invalid-input', message: 'No such call or input.', details: {} } };
    }
    this.calls.push({ name, input: parsed.data });
    return { ok: true, value: await this.answer(name, parsed.data) };
  }

  listen(listener: (name: EventName, payload: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(name: EventName, payload: unknown): void {
    for (const listener of this.listeners) listener(name, payload);
  }

  receive: Receive = async (dropId, path, facts, body) => {
    if (this.receiveInstead) return this.receiveInstead(dropId, path, facts, body);
    const entry: Received = { dropId, path, ...facts, bytes: 0, outcome: 'open' };
    this.received.push(entry);
    try {
      for await (const chunk of body) entry.bytes += chunk.byteLength;
      entry.outcome = 'whole';
      return { ok: true, value: null };
    } catch {
      entry.outcome = 'discarded';
      return { ok: false, error: { code: 'interrupted', message: 'The sender went away.', details: {} } };
    }
  };

  /** What a promised download is. */
  downloads = new Map<string, Download>();

  async download(id: string): Promise<Answer<Download>> {
    const value = this.downloads.get(id);
    return value
      ? { ok: true, value }
      : { ok: false, error: { code: 'not-found', message: 'No such download.', details: {} } };
  }

  /** What pages can show. */
  shown = new Map<string, MediaAnswer>();
  /** The ranges that were asked for. */
  readonly ranges: (string | null)[] = [];

  async media(id: string, range: string | null): Promise<MediaAnswer> {
    this.ranges.push(range);
    return this.shown.get(id) ?? { kind: 'refused', status: 404, sentence: 'No such picture.' };
  }

  async suspend(): Promise<void> {}

  wake(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }
}
