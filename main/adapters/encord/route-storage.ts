/**
 * The storage route: folder grants, upload jobs, links (encord-api.md C.7, C.12). Made by the session for accounts
 * with an SSH key; called by the engine through the port.
 */

import type {
  Answer,
  GrantRequest,
  JobState,
  RegisterUnit,
  Registration,
  Route,
} from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { hasFrames, mediaType, type UploadList } from '../../core/media/index.ts';
import type { Grant, Target } from '../../core/model.ts';
import { doubtWhereExisting, failed } from './failures.ts';
import { dataRows, jobId, signedUrlPage, uploadState } from './schemas.ts';
import { jobState } from './storage-job.ts';
import { lookupItems } from './storage-lookup.ts';
import type { V1, V1Auth } from './v1.ts';
import type { V2 } from './v2.ts';
import { PATIENT_MS, type WireDeps } from './wire.ts';

/** Encord's own client asks for no more at once (encord-api.md C.6). */
const GRANTS_PER_CALL = 200;
const UNITS_PER_JOB = 200;
/** The server holds a poll for as long. */
const POLL_SECONDS = 10;

export interface StorageRouteDeps {
  readonly wire: WireDeps;
  readonly v1: V1;
  readonly v2: V2;
  /** The SSH key's authorization for v1 calls on a dataset. */
  readonly authFor: (datasetId: string) => V1Auth;
}

export function createStorageRoute(deps: StorageRouteDeps): Route {
  const { v1, v2 } = deps;
  return {
    name: 'storage',
    prepare: null,
    grantsPerCall: GRANTS_PER_CALL,
    // A group gets its id from the server only: alone in its job, it can be told from its likes.
    unitsPerRegistration: (media) => (hasFrames(media) ? 1 : UNITS_PER_JOB),
    grant: (target, requests, signal) => grant(deps, target, requests, signal),
    putHeaders: (request) => ({
      'Content-Type': mediaType(request.media).storage.putAs ?? request.mime,
      'Cache-Control': 'max-age=86400',
    }),
    register: (target, units, signal) => register(v2, target, units, signal),

    async poll(target, job, units, signal): Promise<Answer<JobState>> {
      if (target.folderId === null) return noFolder();
      const answer = await v2.call(
        {
          method: 'GET',
          path: ['storage', 'folders', target.folderId, 'data-upload-jobs', job],
          query: [['timeoutSeconds', String(POLL_SECONDS)]],
          answer: uploadState,
          doing: 'follow the upload',
          repeatable: true,
        },
        signal,
      );
      if (answer.ok) return { ok: true, value: jobState(answer.value, units, target.mirrored) };
      const { failure } = answer;
      const unknown = failure.kind === 'no-such-call' || failure.kind === 'refused';
      if (unknown && ['404', '403'].includes(failure.error.details.http ?? '')) {
        return { ok: true, value: { kind: 'gone' } };
      }
      return answer;
    },

    async lookup(target, units, signal) {
      if (target.folderId === null) return noFolder();
      return lookupItems(v2, target, target.folderId, units, signal);
    },

    async link(target, itemUuids, signal) {
      const answer = await v1.call(
        {
          query: 'datasetlinkitems',
          method: 'POST',
          uid: target.datasetId,
          payload: { item_uuids: itemUuids, duplicates_behavior: 'SKIP' },
          // Tolerant: once the server has answered, the links are there; a row's hash is only good to know.
          answer: dataRows,
          doing: 'put the files into the dataset',
          // With SKIP a second call finds the links there and leaves them alone.
          repeatable: true,
          idleMs: PATIENT_MS,
        },
        deps.authFor(target.datasetId),
        signal,
      );
      if (!answer.ok) return answer;
      const hashes = new Map<string, string | null>(itemUuids.map((uuid) => [uuid, null]));
      for (const row of answer.value) {
        if (row.itemUuid !== null && hashes.has(row.itemUuid)) hashes.set(row.itemUuid, row.dataHash);
      }
      return { ok: true, value: hashes };
    },
  };
}

function noFolder(): Answer<never> {
  return failed(
    'never-sent',
    new UploaderError('internal', 'This batch has no storage folder, though its route needs one.'),
  );
}

async function grant(
  { wire, v2 }: StorageRouteDeps,
  target: Target,
  requests: readonly GrantRequest[],
  signal: AbortSignal,
): Promise<Answer<readonly Grant[]>> {
  const { folderId } = target;
  const [first] = requests;
  if (folderId === null) return noFolder();
  if (first === undefined) return { ok: true, value: [] };
  const grants: Grant[] = [];
  // The answer is a page: should it hold fewer than asked for, the rest is asked for again.
  while (grants.length < requests.length) {
    const answer = await v2.call(
      {
        method: 'POST',
        path: ['storage', 'folders', folderId, 'upload-signed-urls'],
        body: {
          itemType: mediaType(first.media).storage.itemType,
          count: Math.min(GRANTS_PER_CALL, requests.length - grants.length),
        },
        answer: signedUrlPage,
        doing: 'hand out upload addresses',
        // An address that nobody uses is forgotten by the server.
        repeatable: true,
      },
      signal,
    );
    if (!answer.ok) return answer;
    if (answer.value.items.length === 0) {
      return failed(
        'lost',
        new UploaderError(
          'bad-answer',
          'Encord handed out no upload addresses. Retry; if it stays so, tell Encord.',
        ),
      );
    }
    const grantedAt = wire.clock.now();
    for (const { itemUuid, objectKey, signedUrl } of answer.value.items) {
      grants.push({ url: signedUrl, id: itemUuid, objectKey, echo: '', grantedAt });
    }
  }
  const handedOut = grants.slice(0, requests.length);
  // Two files at one address would be one, and the other lost.
  const distinct = new Set(handedOut.flatMap(({ id, objectKey }) => [`id ${id}`, `key ${objectKey}`]));
  if (distinct.size !== 2 * handedOut.length) {
    const message = 'Encord handed out an upload address twice. Retry; if it stays so, tell Encord.';
    return failed('lost', new UploaderError('bad-answer', message));
  }
  return { ok: true, value: handedOut };
}

async function register(
  v2: V2,
  target: Target,
  units: readonly RegisterUnit[],
  signal: AbortSignal,
): Promise<Answer<Registration>> {
  if (target.folderId === null) return noFolder();
  const answer = await v2.call(
    {
      method: 'POST',
      path: ['storage', 'folders', target.folderId, 'data-upload-jobs'],
      // With errors ignored, a unit that Encord cannot read fails alone (encord-api.md C.10).
      body: { dataItems: dataItems(units), ignoreErrors: true },
      answer: jobId,
      doing: units.length === 1 ? 'register the file' : `register ${units.length} files`,
      repeatable: false,
      idleMs: PATIENT_MS,
    },
    signal,
  );
  if (!answer.ok) return doubtWhereExisting(answer);
  return { ok: true, value: { kind: 'job', job: answer.value } };
}

/** DataUploadItems with all of its lists (encord-api.md C.6); no media metadata, so that the server reads the files. */
function dataItems(units: readonly RegisterUnit[]): Record<string, unknown> {
  const lists: Record<UploadList, unknown[]> = {
    videos: [],
    imageGroups: [],
    dicomSeries: [],
    images: [],
    audio: [],
    nifti: [],
    text: [],
    pdf: [],
  };
  for (const unit of units) {
    const { grouping, storage } = mediaType(unit.media);
    const entry = { file: single, folder: group, series }[grouping](unit);
    if (entry !== null) lists[storage.list].push(entry);
  }
  return { ...lists, imageGroupsFromItems: [], skipDuplicateUrls: false, upsertMetadata: false };
}

/** An object here, where other calls want JSON text (encord-api.md C.13). */
function metadataOf(unit: RegisterUnit): unknown {
  return unit.clientMetadata === null ? {} : JSON.parse(unit.clientMetadata);
}

function single(unit: RegisterUnit): unknown {
  const grant = unit.frames[0]?.grant;
  if (grant === undefined) return null;
  return {
    objectUrl: grant.objectKey,
    title: unit.title,
    clientMetadata: metadataOf(unit),
    externalFileType: mediaType(unit.media).storage.externalFileType,
    placeholderItemUuid: grant.id,
  };
}

function group(unit: RegisterUnit): unknown {
  const { createVideo, storage } = mediaType(unit.media);
  return {
    images: framesOf(unit),
    title: unit.title,
    clientMetadata: metadataOf(unit),
    createVideo,
    externalFileType: storage.externalFileType,
    clusterByResolution: false,
  };
}

function series(unit: RegisterUnit): unknown {
  return {
    dicomFiles: framesOf(unit),
    title: unit.title,
    clientMetadata: metadataOf(unit),
    externalFileType: mediaType(unit.media).storage.externalFileType,
  };
}

function framesOf(unit: RegisterUnit): readonly unknown[] {
  return unit.frames.map(({ grant: { objectKey, id }, name }) => ({
    url: objectKey,
    title: name,
    placeholderItemUuid: id,
  }));
}
