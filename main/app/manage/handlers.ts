/** The part of the handler map that is about datasets and what belongs to them. Used by `main/app/handlers.ts`. */

import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';
import { createAttachHandlers } from './attach-handlers.ts';
import { createCloudHandlers } from './cloud-handlers.ts';
import { createJobHandlers } from './jobs-handlers.ts';
import { createMediaHandlers } from './media-handlers.ts';
import { createPeopleHandlers } from './people-handlers.ts';
import { createRowHandlers } from './rows-handlers.ts';
import { createStorageHandlers } from './storage-handlers.ts';

export type ManageHandlers = Pick<
  Handlers,
  keyof (ReturnType<typeof createRowHandlers> &
    ReturnType<typeof createJobHandlers> &
    ReturnType<typeof createMediaHandlers> &
    ReturnType<typeof createAttachHandlers> &
    ReturnType<typeof createCloudHandlers> &
    ReturnType<typeof createPeopleHandlers> &
    ReturnType<typeof createStorageHandlers>)
>;

export function createManageHandlers(program: Program): ManageHandlers {
  return {
    ...createRowHandlers(program),
    ...createJobHandlers(program),
    ...createMediaHandlers(program),
    ...createAttachHandlers(program),
    ...createCloudHandlers(program),
    ...createPeopleHandlers(program),
    ...createStorageHandlers(program),
  };
}
