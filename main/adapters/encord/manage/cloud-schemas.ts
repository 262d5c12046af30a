/**
 * Shapes of Encord's answers about data in somebody's own cloud (encord-api.md C.9, C.10, C.16): v1 and v2, in
 * snake_case or camelCase alike. What the program can do without may be null, absent or of another type; of lists, only
 * what makes sense is kept. Used by `cloud.ts`.
 */

import { z } from 'zod';
import { scrubWords } from '../scrub.ts';
import { count, listOf, or, wholeList } from '../tolerant.ts';

/** An object whose keys are read in camelCase, however they are written. */
function anyCase<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [camelCase(key), each]));
  }, z.object(shape));
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const id = z.string().min(1);
const text = or(z.string(), '');
const maybeId = or(id, null);
/** The server's words, fit to be shown. */
const words = text.transform((value) => scrubWords(value));

/** C.9, both protocols. */
const integration = anyCase({ integrationUuid: maybeId, id: maybeId, title: text }).transform(
  (each, issue) => {
    const integrationId = each.integrationUuid ?? each.id;
    if (integrationId === null) issue.addIssue('The integration has no id.');
    return { id: integrationId ?? '', title: each.title };
  },
);
export const integrationsV1 = wholeList(integration);
export const integrationsV2 = z.object({ result: wholeList(integration) }).transform(({ result }) => result);

/** C.6 step 3. */
export const startedJob = anyCase({ processHash: id }).transform((each) => each.processHash);
/** C.7 step 3 and C.16: a bare JSON string. */
export const startedTask = id;

/** C.7 step 5. */
export const cancelled = anyCase({ unitsCancelledCount: count }).transform(
  (each) => each.unitsCancelledCount,
);

const unitError = anyCase({
  objectUrls: listOf(z.string()),
  error: words,
  actionDescription: words,
  subtaskUuid: maybeId,
}).transform((each) => ({
  urls: each.objectUrls,
  message: each.error,
  action: each.actionDescription,
  subtask: each.subtaskUuid === null ? null : scrubWords(each.subtaskUuid),
}));

/** A row of a dataset's job, or an item of a folder's. */
const made = anyCase({
  dataHash: maybeId,
  backingItemUuid: maybeId,
  itemUuid: maybeId,
  title: or(z.string(), null),
  name: text,
}).transform((each) => ({
  title: each.title ?? each.name,
  dataHash: each.dataHash,
  itemUuid: each.itemUuid ?? each.backingItemUuid,
}));

/** C.10. A status that is not known here is taken for one on the way. */
export const cloudJobState = anyCase({
  status: z.string(),
  dataHashesWithTitles: listOf(made),
  itemsWithNames: listOf(made),
  errors: listOf(z.string()),
  dataUnitErrors: listOf(unitError),
  unitErrors: listOf(unitError),
  unitsPendingCount: count,
  unitsDoneCount: count,
  unitsErrorCount: count,
  unitsCancelledCount: count,
}).transform((each) => ({
  status: jobStatus(each.status),
  pending: each.unitsPendingCount,
  done: each.unitsDoneCount,
  failed: each.unitsErrorCount,
  cancelled: each.unitsCancelledCount,
  errors: each.errors.map((error) => scrubWords(error)),
  unitErrors: [...each.dataUnitErrors, ...each.unitErrors],
  made: [...each.dataHashesWithTitles, ...each.itemsWithNames],
}));

function jobStatus(status: string): 'pending' | 'done' | 'error' | 'cancelled' {
  switch (status.toUpperCase()) {
    case 'DONE':
      return 'done';
    case 'ERROR':
      return 'error';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'pending';
  }
}

/** C.16. */
export const deidentifyState = anyCase({ status: z.string(), urls: listOf(z.string()) }).transform((each) => {
  switch (each.status.toUpperCase()) {
    case 'DONE':
      return { kind: 'done', urls: each.urls } as const;
    case 'ERROR':
      return { kind: 'failed' } as const;
    default:
      return { kind: 'running' } as const;
  }
});
