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
import { hasFrames, mediaType } from '../../core/media/index.ts';
import type { Grant, MediaId, Target } from '../../core/model.ts';
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
      'Content-Type': request.media === 'video' ? 'application/octet-stream' : request.mime,
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
          itemType: first.media === 'video' ? 'video' : 'image',
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
    if (answer.value.results.length === 0) {
      return failed(
        'lost',
        new UploaderError(
          'bad-answer',
          'Encord handed out no upload addresses. Retry; if it stays so, tell Encord.',
        ),
      );
    }
    const grantedAt = wire.clock.now();
    for (const { itemUuid, objectKey, signedUrl } of answer.value.results) {
      grants.push({ url: signedUrl, id: itemUuid, objectKey, echo: '', grantedAt });
    }
  }
  return { ok: true, value: grants.slice(0, requests.length) };
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
  const of = (media: MediaId): readonly RegisterUnit[] => units.filter((unit) => unit.media === media);
  return {
    videos: of('video').flatMap((unit) => single(unit, 'VIDEO')),
    imageGroups: units.filter((unit) => hasFrames(unit.media)).map(group),
    dicomSeries: [],
    images: of('image').flatMap((unit) => single(unit, 'IMAGE')),
    imageGroupsFromItems: [],
    audio: [],
    nifti: [],
    text: [],
    pdf: [],
    skipDuplicateUrls: false,
    upsertMetadata: false,
  };
}

/** An object here, where other calls want JSON text (encord-api.md C.13). */
function metadataOf(unit: RegisterUnit): unknown {
  return unit.clientMetadata === null ? {} : JSON.parse(unit.clientMetadata);
}

function single(unit: RegisterUnit, externalFileType: string): readonly unknown[] {
  return unit.frames.slice(0, 1).map(({ grant: { objectKey, id } }) => ({
    objectUrl: objectKey,
    title: unit.title,
    clientMetadata: metadataOf(unit),
    externalFileType,
    placeholderItemUuid: id,
  }));
}

function group(unit: RegisterUnit): unknown {
  return {
    images: unit.frames.map(({ grant: { objectKey, id }, name }) => ({
      url: objectKey,
      title: name,
      placeholderItemUuid: id,
    })),
    title: unit.title,
    clientMetadata: metadataOf(unit),
    createVideo: mediaType(unit.media).createVideo,
    externalFileType: 'IMG_GROUP',
    clusterByResolution: false,
  };
}
