/**
 * The documented route: what Encord's API documentation teaches (encord-api.md C.8). Made by the session; called by the
 * engine through the port.
 */

import type {
  Answer,
  GrantRequest,
  Registered,
  RegisterUnit,
  Registration,
  Route,
} from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { mediaType } from '../../core/media/index.ts';
import { metadataNotTaken } from '../../core/metadata.ts';
import type { Grant, Target } from '../../core/model.ts';
import { routeWithout } from '../../core/refusals.ts';
import type { DatasetCaller } from './dataset-auth.ts';
import { lookupRows } from './documented-lookup.ts';
import { doubtWhereExisting, failed, withoutDoubt } from './failures.ts';
import { eachOf } from './parallel.ts';
import {
  createdGroups,
  createdSeries,
  echo as echoShape,
  registeredFrame,
  registeredVideo,
  signedUrl,
  signedUrls,
  success,
} from './schemas.ts';
import { PATIENT_MS, type WireDeps } from './wire.ts';

/** Names in one `signedimagesurl` or `signeddicomsurl`; Encord's own client sent 200. */
const NAMES_PER_CALL = 100;
/** Calls at once where the protocol takes one thing a call: video and audio addresses, frames of a group. */
const AT_ONCE = 16;

export interface DocumentedRouteDeps {
  readonly wire: WireDeps;
  readonly caller: DatasetCaller;
}

export function createDocumentedRoute(deps: DocumentedRouteDeps): Route {
  const { caller } = deps;
  return {
    name: 'documented',
    grantsPerCall: NAMES_PER_CALL,
    unitsPerRegistration: () => 1,
    grant: (target, requests, signal) => grant(deps, target, requests, signal),
    putHeaders: () => ({ 'Content-Type': 'application/octet-stream' }),

    async prepare(target, units, signal): Promise<Answer<null>> {
      // Refused while nothing is registered: where a watch folder is added this is said before anything is sent.
      if (units.some((unit) => unit.clientMetadata !== null)) return failed('refused', metadataNotTaken());
      for (const unit of units) {
        if (mediaType(unit.media).documented?.registerBy !== 'imagegroup') continue;
        const answer = await makeFramesKnown(caller, target, unit, signal);
        if (!answer.ok) return answer;
      }
      return { ok: true, value: null };
    },

    async register(target, units, signal): Promise<Answer<Registration>> {
      const [unit] = units;
      if (unit === undefined || units.length > 1) {
        return failed('never-sent', new UploaderError('internal', 'This route registers one unit a call.'));
      }
      const answer = await registerUnit(deps, target, unit, signal);
      if (!answer.ok) return doubtWhereExisting(answer);
      return { ok: true, value: { kind: 'registered', result: answer.value } };
    },

    // Registration is answered at once, so there are no jobs: whoever holds one has to look its units up.
    poll: () => Promise.resolve({ ok: true, value: { kind: 'gone' } }),
    lookup: (target, units, signal) => lookupRows(caller, target.datasetId, units, signal),
    // What is registered is a row of the dataset already.
    link: (_target, itemUuids) =>
      Promise.resolve({ ok: true, value: new Map(itemUuids.map((uuid) => [uuid, null])) }),
  };
}

type UrlObject = { signed_url: string; data_hash: string; file_link: string };

async function grant(
  { wire, caller }: DocumentedRouteDeps,
  target: Target,
  requests: readonly GrantRequest[],
  signal: AbortSignal,
): Promise<Answer<readonly Grant[]>> {
  const doing = 'hand out upload addresses';
  const ask = { method: 'GET', payload: null, doing, repeatable: true } as const;
  const toGrant = (object: UrlObject): Grant => ({
    url: object.signed_url,
    id: object.data_hash,
    objectKey: object.file_link,
    echo: JSON.stringify(object),
    grantedAt: wire.clock.now(),
  });
  const [first] = requests;
  if (first === undefined) return { ok: true, value: [] };
  const query = mediaType(first.media).documented?.grantQuery;
  if (query === undefined) return failed('refused', routeWithout(first.media));
  if (query === 'signedvideourl' || query === 'signedaudiourl') {
    const answer = await eachOf(requests, AT_ONCE, ({ name }) =>
      caller.call(target.datasetId, { ...ask, query, uid: name, answer: signedUrl }, signal),
    );
    return answer.ok ? { ok: true, value: answer.value.map(toGrant) } : answer;
  }
  const answer = await caller.call(
    target.datasetId,
    { ...ask, query, uid: requests.map(({ name }) => name), answer: signedUrls },
    signal,
  );
  if (!answer.ok) return answer;
  const distinct = new Set(answer.value.map((object) => object.data_hash));
  if (answer.value.length !== requests.length || distinct.size !== requests.length) {
    return failed(
      'lost',
      new UploaderError('bad-answer', 'Encord handed out another number of upload addresses than asked for.'),
    );
  }
  return { ok: true, value: answer.value.map(toGrant) };
}

/** The URL object as the server sent it; it was stored as text. */
function echoOf(grant: Grant): Record<string, unknown> | null {
  try {
    const parsed = echoShape.safeParse(JSON.parse(grant.echo));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function noEcho(): Answer<never> {
  return failed(
    'refused',
    new UploaderError('bad-request', 'The upload address of this file is gone. Retry to upload it again.'),
  );
}

async function registerUnit(
  deps: DocumentedRouteDeps,
  target: Target,
  unit: RegisterUnit,
  signal: AbortSignal,
): Promise<Answer<Registered>> {
  const by = mediaType(unit.media).documented?.registerBy;
  switch (by) {
    case undefined:
      return failed('refused', routeWithout(unit.media));
    case 'imagegroup':
      return registerGroup(deps, target, unit, signal);
    case 'dicomseries':
      return registerSeries(deps.caller, target, unit, signal);
    case 'video':
    case 'singleimage':
      return registerSingle(deps.caller, target, unit, by, signal);
  }
}

/** Videos and audio by the one call, images by the other. */
async function registerSingle(
  caller: DatasetCaller,
  target: Target,
  unit: RegisterUnit,
  by: 'video' | 'singleimage',
  signal: AbortSignal,
): Promise<Answer<Registered>> {
  const grant = unit.frames[0]?.grant;
  const echo = grant === undefined ? null : echoOf(grant);
  if (grant === undefined || echo === null) return noEcho();
  const common = { uid: grant.id, doing: 'register the file', repeatable: false, idleMs: PATIENT_MS };
  if (by === 'video') {
    const answer = await caller.call(
      target.datasetId,
      {
        ...common,
        query: 'video',
        method: 'PUT',
        payload: { ...echo, video_title: unit.title },
        answer: registeredVideo,
      },
      signal,
    );
    if (!answer.ok) return answer;
    const { data_hash, backing_item_uuid } = answer.value;
    return { ok: true, value: { itemUuid: backing_item_uuid, dataHash: data_hash, linked: true } };
  }
  const answer = await caller.call(
    target.datasetId,
    {
      ...common,
      query: 'singleimage',
      method: 'POST',
      payload: { ...echo, title: unit.title },
      answer: success,
    },
    signal,
  );
  if (!answer.ok) return answer;
  if (!answer.value.success) {
    const message = `Encord did not take ${unit.title} as an image. Check that it opens, convert it to JPEG or PNG, then retry.`;
    return failed('refused', new UploaderError('media-refused', message));
  }
  return { ok: true, value: { itemUuid: null, dataHash: grant.id, linked: true } };
}

/**
 * Makes each frame of a group known by its own call. A frame made known twice is the same frame, so this may happen
 * any number of times, and nothing that goes wrong here leaves a doubt about the group.
 */
async function makeFramesKnown(
  caller: DatasetCaller,
  target: Target,
  unit: RegisterUnit,
  signal: AbortSignal,
): Promise<Answer<null>> {
  const frames = await eachOf(unit.frames, AT_ONCE, async ({ grant }): Promise<Answer<null>> => {
    const echo = echoOf(grant);
    if (echo === null) return noEcho();
    const answer = await caller.call(
      target.datasetId,
      {
        query: 'image',
        method: 'PUT',
        uid: grant.id,
        payload: echo,
        answer: registeredFrame,
        doing: 'register a frame of the group',
        repeatable: true,
        idleMs: PATIENT_MS,
      },
      signal,
    );
    if (answer.ok || answer.failure.error.code === 'already-exists') return { ok: true, value: null };
    return { ok: false, failure: withoutDoubt(answer.failure) };
  });
  return frames.ok ? { ok: true, value: null } : frames;
}

/** The one call that makes the group or sequence, which nobody may repeat without looking. */
async function registerGroup(
  { wire, caller }: DocumentedRouteDeps,
  target: Target,
  unit: RegisterUnit,
  signal: AbortSignal,
): Promise<Answer<Registered>> {
  const type = mediaType(unit.media);
  const groups = await caller.call(
    target.datasetId,
    {
      query: 'imagegroup',
      method: 'POST',
      uid: unit.frames.map(({ grant }) => grant.id),
      payload: { image_group_title: unit.title, create_video: type.createVideo },
      answer: createdGroups,
      doing: `register the ${type.label.one}`,
      repeatable: false,
      idleMs: PATIENT_MS,
    },
    signal,
  );
  if (!groups.ok) return groups;
  const [first] = groups.value;
  if (groups.value.length > 1) {
    wire.log.warn(`Encord made several ${type.label.many} of one`, {
      unit: unit.id,
      groups: groups.value.length,
    });
  }
  return {
    ok: true,
    value: { itemUuid: first?.backing_item_uuid ?? null, dataHash: first?.data_hash ?? null, linked: true },
  };
}

/** The one call that makes the series, which takes its files as they were stored; not to be repeated without looking. */
async function registerSeries(
  caller: DatasetCaller,
  target: Target,
  unit: RegisterUnit,
  signal: AbortSignal,
): Promise<Answer<Registered>> {
  const answer = await caller.call(
    target.datasetId,
    {
      query: 'dicomseries',
      method: 'POST',
      uid: unit.frames.map(({ grant, name }) => ({ id: grant.id, uri: grant.objectKey, title: name })),
      payload: { title: unit.title },
      answer: createdSeries,
      doing: 'register the DICOM series',
      repeatable: false,
      idleMs: PATIENT_MS,
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { data_hash, backing_item_uuid } = answer.value;
  return { ok: true, value: { itemUuid: backing_item_uuid, dataHash: data_hash, linked: true } };
}
