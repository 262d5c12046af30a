/**
 * A signed-in account's view of Encord: the port `EncordSession` over both protocols and both routes. Made by the
 * accounts use case from a key that it has read from the keychain; the key stays inside.
 */

import type { Answer, DatasetInfo, EncordSession, Identity, Route } from '../../core/encord-port.ts';
import type { RouteName } from '../../core/model.ts';
import type { Clock, Log, Random } from '../../core/ports.ts';
import type { HttpClient } from '../http/client.ts';
import { apiKeyCaller, keyOfAnother, sshCaller } from './dataset-auth.ts';
import {
  isUnknownCall,
  listDatasets,
  listRows,
  makeDataset,
  readDataset,
  type UserCalls,
} from './datasets.ts';
import { parseDomain } from './domain.ts';
import { failed } from './failures.ts';
import { probeFolders, searchFolders } from './folders.ts';
import type { SshKey } from './keys.ts';
import { createManagement } from './manage/index.ts';
import { needsSsh } from './manage/needs-ssh.ts';
import { createDocumentedRoute } from './route-documented.ts';
import { createStorageRoute } from './route-storage.ts';
import { currentUser } from './schemas.ts';
import { createStorageTargets, documentedTarget } from './target.ts';
import { createV1, type V1Auth } from './v1.ts';
import { createV2 } from './v2.ts';
import type { WireDeps } from './wire.ts';

export type Credentials =
  | { readonly kind: 'ssh'; readonly key: SshKey; readonly domain: string }
  | {
      readonly kind: 'api-key';
      readonly apiKey: string;
      readonly datasetId: string;
      readonly domain: string;
    };

export interface SessionDeps {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of this program, for the User-Agent. */
  readonly version: string;
  /** Milliseconds of silence after which a call is given up; one to three minutes, by call, unless given. */
  readonly stallMs?: number;
}

/** Throws `invalid-input` for a domain that is none; asks the server nothing yet. */
export function connect(credentials: Credentials, deps: SessionDeps): EncordSession {
  const wire: WireDeps = { ...deps, domain: parseDomain(credentials.domain) };
  return credentials.kind === 'ssh'
    ? sshSession(credentials.key, wire)
    : apiKeySession(credentials.apiKey, credentials.datasetId, wire);
}

const FELL_BACK =
  'This server has no storage folders, so the files go by the documented route. Nothing needs to be done.';

function sshSession(key: SshKey, wire: WireDeps): EncordSession {
  const v1 = createV1(wire);
  const v2 = createV2(wire, key);
  const user: V1Auth = { kind: 'ssh', key, datasetId: null };
  const calls: UserCalls = { v1, v2, user };
  const authFor = (datasetId: string): V1Auth => ({ kind: 'ssh', key, datasetId });
  /** Reads go under the SSH key: a dataset's API key is made for uploads only. */
  const reader = {
    call: <T>(datasetId: string, call: Parameters<typeof v1.call<T>>[0], signal: AbortSignal) =>
      v1.call(call, authFor(datasetId), signal),
  };
  const storage = createStorageRoute({ wire, v1, v2, authFor });
  const documented = createDocumentedRoute({ wire, caller: sshCaller(v1, key) });
  const targets = createStorageTargets(v2);

  const dataset = async (id: string, signal: AbortSignal): Promise<Answer<DatasetInfo>> => {
    // The list is short; the dataset itself comes with all of its rows.
    const listed = await listDatasets(calls, {}, signal);
    const found = listed.ok ? listed.value.find((each) => each.id === id) : undefined;
    if (found !== undefined) return { ok: true, value: found };
    if (!listed.ok && listed.failure.kind !== 'refused') return listed;
    return readDataset(reader, id, signal);
  };

  return {
    async check(signal): Promise<Answer<Identity>> {
      let name: string | null = null;
      const current = await v2.call(
        {
          method: 'GET',
          path: ['user', 'current'],
          answer: currentUser,
          doing: 'sign you in',
          repeatable: true,
        },
        signal,
      );
      if (current.ok) {
        name = current.value.userEmail;
      } else {
        if (!isUnknownCall(current)) return current;
        const listed = await listDatasets(calls, {}, signal);
        if (!listed.ok) return listed;
      }
      const probe = await probeFolders(v2, signal);
      if (!probe.ok && !isUnknownCall(probe) && probe.failure.kind !== 'refused') return probe;
      const routes: readonly RouteName[] = probe.ok ? ['storage', 'documented'] : ['documented'];
      return { ok: true, value: { name, routes } };
    },
    route: (name) => (name === 'storage' ? storage : documented),
    async resolveTarget({ datasetId, routeChoice, folderChoice }, signal) {
      const info = await dataset(datasetId, signal);
      if (!info.ok) return info;
      if (routeChoice === 'documented') return documentedTarget(reader, info.value, signal);
      const target = await targets.resolve(info.value, folderChoice, signal);
      if (!isUnknownCall(target) || routeChoice !== 'auto') return target;
      // One unknown call proves little (a folder that was deleted looks the same); no folders at all proves enough.
      if (!isUnknownCall(await probeFolders(v2, signal))) return target;
      const fallback = await documentedTarget(reader, info.value, signal);
      return fallback.ok ? { ok: true, value: { ...fallback.value, notice: FELL_BACK } } : fallback;
    },
    datasets: (query, signal) => listDatasets(calls, query, signal),
    dataset,
    createDataset: (request, signal) => makeDataset(calls, request, signal),
    rows: (datasetId, signal) => listRows(reader, datasetId, signal),
    folders: (search, signal) => searchFolders(v2, search, signal),
    manage: createManagement({ v1, dataset: reader, ssh: { v2, key } }),
  };
}

function apiKeySession(apiKey: string, datasetId: string, wire: WireDeps): EncordSession {
  const v1 = createV1(wire);
  const caller = apiKeyCaller(v1, { kind: 'api-key', apiKey, datasetId });
  const documented = createDocumentedRoute({ wire, caller });

  const dataset = (id: string, signal: AbortSignal): Promise<Answer<DatasetInfo>> =>
    id === datasetId ? readDataset(caller, id, signal) : Promise.resolve(failed('refused', keyOfAnother()));

  return {
    async check(signal): Promise<Answer<Identity>> {
      const info = await readDataset(caller, datasetId, signal);
      return info.ok ? { ok: true, value: { name: info.value.title, routes: ['documented'] } } : info;
    },
    route: (name) => (name === 'documented' ? documented : noStorageRoute()),
    async resolveTarget(request, signal) {
      if (request.routeChoice === 'storage') return failed('refused', needsSsh('The storage route'));
      const info = await dataset(request.datasetId, signal);
      return info.ok ? documentedTarget(caller, info.value, signal) : info;
    },
    async datasets({ titleLike }, signal) {
      const info = await readDataset(caller, datasetId, signal);
      if (!info.ok) return info;
      const fits = titleLike === undefined || isLike(info.value.title, titleLike);
      return { ok: true, value: fits ? [info.value] : [] };
    },
    dataset,
    createDataset: () => Promise.resolve(failed('refused', needsSsh('Creating datasets'))),
    async rows(id, signal) {
      const info = id === datasetId ? null : await dataset(id, signal);
      return info !== null && !info.ok ? info : listRows(caller, id, signal);
    },
    folders: () => Promise.resolve(failed('refused', needsSsh('Choosing a storage folder'))),
    manage: createManagement({ v1, dataset: caller, ssh: null }),
  };
}

/** For a batch that was resolved under another key: every call of the route says what is missing. */
function noStorageRoute(): Route {
  const refuse = (): Promise<Answer<never>> =>
    Promise.resolve(failed('signed-out', needsSsh('The storage route')));
  return {
    name: 'storage',
    prepare: null,
    grantsPerCall: 1,
    unitsPerRegistration: () => 1,
    grant: refuse,
    putHeaders: () => ({}),
    register: refuse,
    poll: refuse,
    lookup: refuse,
    link: refuse,
  };
}

/** SQL LIKE: `%` any run, `_` one character, letters of either case. */
function isLike(text: string, pattern: string): boolean {
  const source = [...pattern]
    .map((each) => (each === '%' ? '.*' : each === '_' ? '.' : each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 'isu').test(text);
}
