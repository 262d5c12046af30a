/**
 * The boundaries at which the program is killed, by name: `commit:before:intent:video`, `send:after:register:image`,
 * `answer:after:poll:image-group`, `body:mid:put:video`, `commit:after:session:image`, … Used by the crash harness and by the program that it kills.
 */

import type { MediaId, RouteName } from '../../main/core/model.ts';

export const MEDIA = ['video', 'image', 'image-group'] as const satisfies readonly MediaId[];

export interface Scenario {
  readonly name: string;
  readonly route: RouteName;
  readonly mirrored: boolean;
  /** Grants open resumable uploads, instead of taking one PUT. */
  readonly resumable: boolean;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'storage-static', route: 'storage', mirrored: false, resumable: false },
  { name: 'storage-mirrored', route: 'storage', mirrored: true, resumable: false },
  { name: 'documented', route: 'documented', mirrored: true, resumable: false },
  { name: 'storage-resumable', route: 'storage', mirrored: true, resumable: true },
];

/** A boundary, and one at which the life before has to end for this one to come into reach. */
export interface Boundary {
  readonly name: string;
  readonly after: string | null;
}

/**
 * The boundaries that uploads of all media types pass in this scenario, in the order in which they come: all of them, or
 * where uploads are resumable those that are passed in no other.
 */
export function boundariesOf({ route, mirrored, resumable }: Scenario): readonly Boundary[] {
  const found: Boundary[] = [];
  const commit = (what: string, after: string | null = null): void => {
    for (const side of ['before', 'after']) found.push({ name: `commit:${side}:${what}`, after });
  };
  const call = (what: string, after: string | null = null): void => {
    for (const at of ['send:before', 'send:after', 'answer:after'])
      found.push({ name: `${at}:${what}`, after });
  };
  const storage = route === 'storage';
  const each = (act: (media: MediaId) => void): void => MEDIA.forEach(act);

  if (resumable) {
    each((media) => call(`open:${media}`));
    each((media) => commit(`session:${media}`));
    each((media) => {
      found.push({ name: `body:mid:chunk:${media}`, after: null });
      call(`chunk:${media}`);
    });
    // How far it is, the storage is asked in the life after: once it was opened and began.
    each((media) => call(`ask:${media}`, `body:mid:chunk:${media}`));
    return found;
  }
  commit('add-batch');
  call('find-dataset');
  if (storage) call(mirrored ? 'read-folder' : 'find-folder');
  if (storage && !mirrored) call('make-folder');
  commit('batch-target');
  if (!storage) {
    call('api-key-get');
    call('api-key-make');
  }
  each((media) => call(`grant:${media}`));
  each((media) => commit(`granted:${media}`));
  each((media) => {
    found.push({ name: `body:mid:put:${media}`, after: null });
    call(`put:${media}`);
  });
  each((media) => commit(`stored:${media}`));
  if (!storage) call('frame:image-group');
  each((media) => commit(`intent:${media}`));
  each((media) => call(`register:${media}`));
  if (storage) {
    each((media) => commit(`job-started:${media}`));
    each((media) => call(`poll:${media}`));
  }
  each((media) => commit(`registered:${media}`));
  if (storage && !mirrored) {
    each((media) => call(`link:${media}`));
    each((media) => commit(`linked:${media}`));
  }
  // Doubt comes from a death between intent and answer: after the call was sent there is something to be found.
  each((media) => commit(`in-doubt:${media}`, `send:after:register:${media}`));
  each((media) => call(`lookup:${media}`, `send:after:register:${media}`));
  call('lookup-frames:image-group', 'send:after:register:image-group');
  each((media) => commit(`absent:${media}`, `commit:after:intent:${media}`));
  return found;
}
