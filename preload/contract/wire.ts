/**
 * How browser mode carries the contract: one WebSocket for calls and events, one PUT for each dropped file. Only
 * names and types, so that pages and the server in `main/web` can both import it without a validator.
 *
 * The address that the program prints ends in `#token=<token>`; pages take the token from there and remove it with
 * `history.replaceState`. The socket is `ws://<same host>/socket`, asked for with the two subprotocols of
 * `socketProtocols`; the server answers with the first. Every message is one text frame of JSON.
 *
 * A dropped file is PUT to `<uploadPath of drops.open>?path=<relative path>&size=<bytes>&mtime=<milliseconds>`
 * (`mtime` may be left out) with `Authorization: Bearer <token>` and a Content-Length equal to `size`; the body of
 * the response is an `Answer<null>`, whatever the status.
 *
 * A promised download is fetched by GET from the path that the call answered, with the same header, once. Status 200
 * brings the text; any other an `Answer`. A text that cannot be made to its end breaks off with its connection.
 */

import type { Answer } from './errors.ts';
import type { CallName, EventName } from './names.ts';

export const SOCKET_PATH = '/socket';
export const SOCKET_PROTOCOL = 'encord-uploader';
/** Where dropped files are PUT: `/drops/<dropId>`. */
export const DROPS_PATH = '/drops/';
/** What pages show, `/media/<id>`: ids that nobody can guess, told by calls; the bytes of the other paths need the token. */
export const MEDIA_PATH = '/media/';
/** Where promised downloads are: `/downloads/<id>`. */
export const DOWNLOADS_PATH = '/downloads/';
/** The largest message that the server takes, in bytes: client metadata of 10 MB with what JSON adds to it. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** What a page offers as subprotocols: a browser can send a token in no other header of a WebSocket. */
export function socketProtocols(token: string): [string, string] {
  return [SOCKET_PROTOCOL, `${SOCKET_PROTOCOL}.${token}`];
}

/** Page to server. `id` is the page's own count, from 0 up; the answer carries it back. */
export interface WireCall {
  readonly id: number;
  readonly call: CallName;
  readonly input: unknown;
}

/** Server to page: the answer to a call, or an event. */
export type WireMessage =
  | { readonly id: number; readonly answer: Answer<unknown> }
  | { readonly event: EventName; readonly payload: unknown };

/** Why the server ended a socket, beyond the standard codes (1001: the program stops, 1009: message too large). */
export const CLOSE_CODES = {
  /** A message was not JSON of the shape `WireCall`. */
  malformed: 4400,
  /** Far more messages than a page has reason to send. */
  tooManyMessages: 4429,
} as const;
