/** The part of the handler map that shows what lies in Encord. Used by `main/app/manage/handlers.ts`. */

import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type MediaCallName = 'rows.media' | 'storage.itemMedia';

export function createMediaHandlers({ shown, accounts }: Program): Pick<Handlers, MediaCallName> {
  return {
    'rows.media': (request) => shown.ofRow(accounts.active().id, request),
    'storage.itemMedia': ({ itemId, size }) => shown.ofItem(accounts.active().id, itemId, size),
  };
}
