/**
 * What a request of the program is called among the boundaries: by the step that makes it and, where one step makes
 * several kinds, by what is asked. Used by the watcher.
 */

import type { MediaId } from '../../main/core/model.ts';

export interface CallContext {
  readonly call: 'resolve' | 'grant' | 'put' | 'prepare' | 'register' | 'poll' | 'lookup' | 'link';
  readonly media: readonly MediaId[];
}

const V1_QUERY = /"query_type":"(\w+)","query_method":"(\w+)"/;

export interface Sent {
  readonly method: string;
  readonly path: string;
  /** The header Content-Range. */
  readonly range: unknown;
}

/** Names of this request, one for each media type that it concerns. `chunk` is the beginning of its body. */
export function httpName(
  { call, media }: CallContext,
  { method, path, range }: Sent,
  chunk: unknown,
): readonly string[] {
  const each = (name: string, of: readonly MediaId[] = media): string[] => of.map((one) => `${name}:${one}`);
  const query = V1_QUERY.exec(
    chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, 200)).toString('latin1') : '',
  );
  if (query?.[1] === 'datasetapikey') return [query[2] === 'GET' ? 'api-key-get' : 'api-key-make'];
  switch (call) {
    case 'resolve':
      return [resolving(method, path)];
    case 'put':
      return each(putting(method, range));
    case 'prepare':
      return each('frame');
    case 'lookup': {
      const groups = media.filter((one) => one === 'image-group');
      if (query?.[1] === 'datarow' || path.includes('/child-items')) return each('lookup-frames', groups);
      const body = chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : '';
      const ofGroups = query ? body.includes('"IMG_GROUP"') : path.includes('/folders/');
      return each(
        'lookup',
        media.filter((one) => (one === 'image-group') === ofGroups),
      );
    }
    default:
      return each(call);
  }
}

/** A PUT is one, or of a resumable upload its opening, the question how far it is, or a chunk. */
export function putting(method: string, range: unknown): 'put' | 'open' | 'ask' | 'chunk' {
  if (method === 'POST') return 'open';
  if (typeof range !== 'string') return 'put';
  return range.startsWith('bytes */') ? 'ask' : 'chunk';
}

function resolving(method: string, path: string): string {
  const plain = path.split('?', 1)[0] ?? '';
  if (!plain.includes('/storage/folders')) return 'find-dataset';
  if (method === 'POST') return 'make-folder';
  return plain.endsWith('/storage/folders') ? 'find-folder' : 'read-folder';
}
