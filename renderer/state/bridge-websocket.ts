/**
 * The bridge of browser mode: the contract over one WebSocket, dropped files by PUT (`preload/contract/wire.ts`).
 * Made once by `bridge.ts`, where the preload left no bridge of its own.
 */
import type { Bridge, BridgeListener } from '../../preload/contract/bridge.ts';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import type { Answer, ErrorCode } from '../../preload/contract/errors.ts';
import type { Events } from '../../preload/contract/events.ts';
import type { CallName, EventName } from '../../preload/contract/names.ts';
import {
  SOCKET_PATH,
  socketProtocols,
  type WireCall,
  type WireMessage,
} from '../../preload/contract/wire.ts';

const TOKEN_KEY = 'encord-uploader.token';
const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 8_000;

/**
 * The token of the address, taken out of it so that it is not bookmarked, shared or seen over a shoulder; after a
 * reload, the one kept for this tab.
 */
function takeToken(): string {
  const fromAddress = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromAddress) {
    sessionStorage.setItem(TOKEN_KEY, fromAddress);
    history.replaceState(null, '', location.pathname + location.search);
    return fromAddress;
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? '';
}

function failed(code: ErrorCode, message: string): Answer<never> {
  return { ok: false, error: { code, message, details: {} } };
}

const LOST = 'The uploader cannot be reached. The page tries again by itself; then repeat this.';

class WebSocketBridge implements Bridge {
  readonly sendFile: NonNullable<Bridge['sendFile']>;
  readonly download: NonNullable<Bridge['download']>;
  readonly #token = takeToken();
  readonly #listeners = new Set<BridgeListener>();
  readonly #open = new Map<number, (answer: Answer<unknown>) => void>();
  #waiting: (() => void)[] = [];
  #socket: WebSocket | null = null;
  #up = false;
  #everFailed = false;
  #nextId = 0;
  #retryMs = FIRST_RETRY_MS;

  constructor() {
    this.sendFile = (uploadPath, relativePath, file, onProgress, signal) =>
      putFile(this.#token, uploadPath, relativePath, file, onProgress, signal);
    this.download = (path, name) => fetchDownload(this.#token, path, name);
    this.#connect();
  }

  async call<N extends CallName>(call: N, input: CallInput<N>): Promise<Answer<CallOutput<N>>> {
    // Calls made while the first connection is still on its way wait for it; later ones fail at once.
    if (!this.#up && !this.#everFailed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const socket = this.#socket;
    if (!this.#up || !socket) return failed('connection-lost', LOST);
    const message: WireCall = { id: this.#nextId++, call, input };
    const answer = await new Promise<Answer<unknown>>((resolve) => {
      this.#open.set(message.id, resolve);
      socket.send(JSON.stringify(message));
    });
    // The one place where the wire becomes types: main answers with what its own handlers return, and they fail to
    // compile when that is not the contract's output.
    return answer as Answer<CallOutput<N>>;
  }

  listen(listener: BridgeListener): () => void {
    this.#listeners.add(listener);
    if (this.#up) listener.connected(true);
    else if (this.#everFailed) listener.connected(false);
    return () => this.#listeners.delete(listener);
  }

  pathsOf(): null {
    return null;
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}${SOCKET_PATH}`, socketProtocols(this.#token));
    this.#socket = socket;
    socket.onopen = () => {
      this.#retryMs = FIRST_RETRY_MS;
      this.#setUp(true);
    };
    socket.onmessage = (event) => this.#take(String(event.data));
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  #lost(): void {
    this.#socket = null;
    for (const settle of this.#open.values()) settle(failed('connection-lost', LOST));
    this.#open.clear();
    this.#setUp(false);
    setTimeout(() => this.#connect(), this.#retryMs * (0.75 + Math.random() * 0.5));
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #setUp(up: boolean): void {
    this.#up = up;
    if (!up) this.#everFailed = true;
    for (const resume of this.#waiting.splice(0)) resume();
    for (const listener of this.#listeners) listener.connected(up);
  }

  #take(text: string): void {
    const message: WireMessage = JSON.parse(text);
    if ('event' in message) {
      // As above: main makes each payload of its event's own type.
      const payload = message.payload as Events[EventName];
      for (const listener of this.#listeners) listener.event(message.event, payload);
      return;
    }
    const settle = this.#open.get(message.id);
    this.#open.delete(message.id);
    settle?.(message.answer);
  }
}

/** One file's bytes to main. XMLHttpRequest, because fetch does not tell how much of a body has left. */
function putFile(
  token: string,
  uploadPath: string,
  relativePath: string,
  file: File,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<Answer<null>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const done = (answer: Answer<null>) => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    if (signal.aborted) {
      resolve(failed('cancelled', 'Stopped.'));
      return;
    }
    signal.addEventListener('abort', abort);
    const query = new URLSearchParams({
      path: relativePath,
      size: String(file.size),
      mtime: String(file.lastModified),
    });
    request.open('PUT', `${uploadPath}?${query}`);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => done(readAnswer(request));
    request.onabort = () => done(failed('cancelled', 'Stopped.'));
    request.onerror = () =>
      done(failed('connection-lost', `Sending ${file.name} to the uploader broke off. Try again.`));
    request.send(file);
  });
}

function readAnswer(request: XMLHttpRequest): Answer<null> {
  try {
    const answer: Answer<null> = JSON.parse(request.responseText);
    return answer;
  } catch {
    return request.status >= 200 && request.status < 300
      ? { ok: true, value: null }
      : failed('bad-answer', `The uploader refused the file (HTTP ${request.status}).`);
  }
}

/** A long address of a blob is let go when the browser has surely begun to save it. */
const SAVED_AFTER_MS = 60_000;

/** A promised text, handed to the browser as a file. The browser keeps a long one on disk, not in memory. */
async function fetchDownload(token: string, path: string, name: string): Promise<Answer<null>> {
  let blob: Blob;
  try {
    const response = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    if (!response.ok) {
      const answer: Answer<null> = await response.json();
      return answer;
    }
    blob = await response.blob();
  } catch {
    return failed('connection-lost', `${name} did not arrive whole, so nothing was saved. Try again.`);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED_AFTER_MS);
  return { ok: true, value: null };
}

export function openWebSocketBridge(): Bridge {
  return new WebSocketBridge();
}
