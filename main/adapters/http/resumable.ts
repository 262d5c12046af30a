/**
 * A file into a resumable session of Google Cloud Storage
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads). Called by `put.ts`, for signed URLs that open one.
 *
 * The storage alone knows what it has: after a break it is asked, and each chunk begins where its last answer says.
 * The address of a session is a secret like a signed URL: whoever has it can write the object.
 */

import { UploaderError } from '../../core/errors.ts';
import type { PutOutcome, PutRequest } from '../../core/ports.ts';
import { type Exchanged, exchange } from './exchange.ts';
import type { Hasher } from './hasher.ts';
import { hashPrefix } from './prefix.ts';
import { Progress } from './progress.ts';
import { type PutAnswer, refusalOf } from './put-answers.ts';
import { confirmed, type Tools } from './sending.ts';

/** A multiple of 256 KiB, as all chunks but the last must be; what a break may cost at most. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Chunks in a row of which the storage keeps nothing. */
const FUTILE_BORNE = 3;

/** Whether the URL was signed for opening a session: only then may the header be sent, and it must be. */
export function opensSession(url: URL): boolean {
  for (const [name, value] of url.searchParams) {
    if (name.toLowerCase() === 'x-goog-signedheaders') {
      return value.toLowerCase().split(';').includes('x-goog-resumable');
    }
  }
  return false;
}

/** How far the upload is. */
type Place =
  /** The storage has the bytes before `offset`. */
  | { readonly at: 'offset'; readonly offset: number }
  /** The storage has all of them. */
  | { readonly at: 'end'; readonly answer: PutAnswer }
  /** The session is no more: expired, cancelled, or never there. */
  | { readonly at: 'gone' }
  /** A kept connection turned out to be closed, which says nothing about the session. */
  | { readonly at: 'unknown' }
  | { readonly at: 'outcome'; readonly outcome: PutOutcome };

export function sendResumable(
  tools: Tools,
  url: URL,
  request: PutRequest,
  hasher: Hasher | null,
): Promise<PutOutcome> {
  return new Resumable(tools, url, request, hasher).run();
}

class Resumable {
  private readonly tools: Tools;
  private readonly grant: URL;
  private readonly request: PutRequest;
  private readonly hasher: Hasher | null;
  private readonly progress: Progress;
  private session: URL | null;
  private futile = 0;
  private renewed = false;

  constructor(tools: Tools, grant: URL, request: PutRequest, hasher: Hasher | null) {
    this.tools = tools;
    this.grant = grant;
    this.request = request;
    this.hasher = hasher;
    this.progress = new Progress(tools.clock, request.onProgress);
    this.session = request.session ? this.sessionAt(request.session) : null;
  }

  async run(): Promise<PutOutcome> {
    let place = this.session ? await this.ask(this.session) : await this.open();
    for (;;) {
      if (place.at === 'outcome') return place.outcome;
      if (place.at === 'end') return this.finish(place.answer);
      if (place.at === 'gone') {
        await this.forget();
        if (this.renewed)
          return this.badAnswer('The storage keeps forgetting the upload. It is tried again.');
        this.renewed = true;
      }
      const { session } = this;
      if (!session) place = await this.open();
      else if (place.at === 'offset') place = await this.sendFrom(session, place.offset);
      else place = await this.ask(session);
    }
  }

  private async open(): Promise<Place> {
    const { request, grant } = this;
    const headers = { ...request.headers, 'x-goog-resumable': 'start' };
    const attempt = (): Promise<Exchanged> =>
      exchange(this.tools, { ...this.order(grant), method: 'POST', headers, part: null });
    const first = await attempt();
    const opened = first.kind === 'failed' && first.stale ? await attempt() : first;
    if (opened.kind === 'failed') return { at: 'outcome', outcome: opened.outcome };
    const { answer } = opened;
    if (answer.status !== 201) return { at: 'outcome', outcome: this.refused(answer) };
    this.session = this.sessionAt(answer.headers.location ?? '');
    if (!this.session) {
      const outcome = this.badAnswer('The storage opened an upload at an address that cannot be used.');
      return { at: 'outcome', outcome };
    }
    await request.onSession?.(this.session.href);
    return { at: 'offset', offset: 0 };
  }

  /** Null for what is no address, and for one without the encryption that the grant has. */
  private sessionAt(address: string): URL | null {
    const url = address === '' ? null : URL.parse(address, this.grant);
    return url && (url.protocol === 'https:' || url.protocol === this.grant.protocol) ? url : null;
  }

  private async ask(session: URL): Promise<Place> {
    const headers = { 'Content-Range': `bytes */${this.request.identity.size}` };
    const asked = await exchange(this.tools, { ...this.order(session), headers, part: null });
    return this.place(asked, true);
  }

  private async sendFrom(session: URL, offset: number): Promise<Place> {
    const { request, hasher } = this;
    const { path, identity, signal } = request;
    const { size } = identity;
    this.progress.set(offset);
    if (hasher) {
      const { host } = session;
      const failed = await hashPrefix(this.tools, { path, identity, hasher, to: offset, signal, host });
      if (failed) return { at: 'outcome', outcome: failed };
    }
    // All bytes are there, but no object yet: asking once more makes it one.
    if (offset === size) return this.progressed(offset, await this.ask(session));
    const to = Math.min(offset + CHUNK_BYTES, size);
    const headers = { 'Content-Range': `bytes ${offset}-${to - 1}/${size}` };
    const part = { path, identity, hasher, from: offset, to };
    const sent = await exchange(this.tools, { ...this.order(session), headers, part });
    return this.progressed(offset, this.place(sent, to === size));
  }

  /** Ends it where the storage goes on taking chunks and keeping nothing. */
  private progressed(from: number, place: Place): Place {
    if (place.at !== 'offset' || place.offset > from) {
      this.futile = 0;
      return place;
    }
    this.futile++;
    if (this.futile < FUTILE_BORNE) return place;
    const outcome = this.badAnswer(
      'The storage keeps nothing of what it is sent. The upload is tried again.',
    );
    return { at: 'outcome', outcome };
  }

  private order(url: URL) {
    const { signal } = this.request;
    const onMoved = (bytes: number): void => this.progress.add(bytes);
    return { method: 'PUT', url, signal, onMoved } as const;
  }

  /** What an answer to a chunk or a question says; `last` where the storage may have everything after it. */
  private place(exchanged: Exchanged, last: boolean): Place {
    if (exchanged.kind === 'failed') {
      return exchanged.stale ? { at: 'unknown' } : { at: 'outcome', outcome: exchanged.outcome };
    }
    const { answer, whole } = exchanged;
    switch (answer.status) {
      case 308: {
        const offset = storedUpTo(answer.headers.range);
        if (offset !== null && offset <= this.request.identity.size) return { at: 'offset', offset };
        const outcome = this.badAnswer('The storage does not say what it has. The upload is tried again.');
        return { at: 'outcome', outcome };
      }
      case 200:
      case 201:
        if (whole && last) return { at: 'end', answer };
        // An object of half a file: the session is used up.
        return { at: 'gone' };
      case 404:
      case 410:
      case 499:
        return { at: 'gone' };
      default:
        return { at: 'outcome', outcome: this.refused(answer) };
    }
  }

  private async finish(answer: PutAnswer): Promise<PutOutcome> {
    const { tools, request, hasher, grant } = this;
    const { path, identity, signal } = request;
    const { host } = grant;
    if (hasher) {
      const failed = await hashPrefix(tools, { path, identity, hasher, to: identity.size, signal, host });
      if (failed) return failed;
    }
    this.progress.set(identity.size);
    const outcome = await confirmed(tools, host, identity.size, answer, hasher);
    if (outcome.kind !== 'stored') await this.forget();
    return outcome;
  }

  private async forget(): Promise<void> {
    this.session = null;
    await this.request.onSession?.(null);
  }

  private refused(answer: PutAnswer): PutOutcome {
    const { host } = this.grant;
    const refusal = refusalOf(answer, host, this.tools.clock.now());
    return (
      refusal ??
      this.badAnswer('The storage confirmed something else than was asked. The upload is tried again.')
    );
  }

  private badAnswer(message: string): PutOutcome {
    const error = new UploaderError('bad-answer', message, { details: { host: this.grant.host } });
    return { kind: 'transient', error, retryAfterMs: null };
  }
}

/** Without the header the storage has nothing. Null for what makes no sense. */
function storedUpTo(range: string | undefined): number | null {
  if (range === undefined) return 0;
  const last = /^bytes=0-(\d{1,15})$/.exec(range.trim())?.[1];
  return last === undefined ? null : Number(last) + 1;
}
