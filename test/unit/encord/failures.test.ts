/**
 * What each answer to a registration means. The kind decides whether a unit may be registered again, so this table is
 * the ground that "exactly once" stands on.
 */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { type Credentials, connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer, EncordSession, RegisterUnit } from '../../../main/core/encord-port.ts';
import type { Target } from '../../../main/core/model.ts';
import {
  keyFromSeed,
  memoryLog,
  never,
  no,
  type Reply,
  random,
  rawServer,
  SEED,
  scriptedEncord,
  systemClock,
} from './support.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const API_KEY = 'lCuoabcdefabcdef-jlan8';
const SIGNED = 'https://storage.example/bucket/k?X-Goog-Signature=deadbeefdeadbeef&X-Goog-Credential=me';
const FOLDER = '00000000-0000-4000-8000-00000000000f';
const DATASET = '00000000-0000-4000-8000-00000000000d';

async function against(
  register: (nth: number) => Reply,
  which: 'storage' | 'documented',
  clockShift = 0,
): Promise<{ answer: Answer<unknown>; log: string[]; calls: number }> {
  const server = await scriptedEncord({
    [`POST storage/folders/${FOLDER}/data-upload-jobs`]: (_, nth) => register(nth),
    'video PUT': (_, nth) => register(nth),
  });
  cleanUp.push(() => server.close());
  const log = memoryLog();
  const session = sessionAt(server.url, which === 'storage' ? 'ssh' : 'api-key', log, clockShift);
  const target: Target = {
    route: which,
    datasetId: DATASET,
    folderId: which === 'storage' ? FOLDER : null,
    mirrored: false,
  };
  const answer = await session.route(which).register(target, [unit()], never);
  return { answer, log: log.lines, calls: server.calls.length };
}

function sessionAt(
  url: string,
  kind: Credentials['kind'],
  log = memoryLog(),
  shift = 0,
  more: { stallMs?: number } = {},
): EncordSession {
  const agents = createAgents();
  cleanUp.push(() => agents.close());
  const clock = systemClock(shift);
  const http = createHttpClient({ agents, clock });
  const credentials: Credentials =
    kind === 'ssh'
      ? { kind, key: parsePrivateKey(keyFromSeed(SEED, '')), domain: url }
      : { kind, apiKey: API_KEY, datasetId: DATASET, domain: url };
  return connect(credentials, { http, clock, random, log, version: '0.0.0', ...more });
}

function unit(): RegisterUnit {
  const echo = JSON.stringify({ signed_url: SIGNED, data_hash: 'H1', title: 'v.mp4', file_link: 'k' });
  const grant = { url: SIGNED, id: 'H1', objectKey: 'k', echo, grantedAt: 0 };
  return {
    id: 1,
    media: 'video',
    title: 'v.mp4',
    clientMetadata: null,
    frames: [{ grant, name: 'v.mp4', mime: 'video/mp4', size: 1 }],
  };
}

function kindAndCode(answer: Answer<unknown>): string {
  return answer.ok ? 'ok' : `${answer.failure.kind} ${answer.failure.error.code}`;
}

/** Every sentence ends as one, is not a code, and has no secret in it. */
function expectSpeakable(answer: Answer<unknown>, log: readonly string[]): void {
  if (answer.ok) return;
  const { error } = answer.failure;
  expect(error.message).toMatch(/[A-Z].*\.$/s);
  expect(error.message).not.toMatch(/_ERROR|undefined|null|\[object/);
  const all = inspect(error, { depth: 10 }) + log.join('\n');
  for (const secret of [API_KEY, 'deadbeef', 'X-Goog-Credential=me', SEED.toString('hex')]) {
    expect(all).not.toContain(secret);
  }
}

describe('storage route (v2): the answer to a registration', () => {
  const table: readonly (readonly [string, Reply, string])[] = [
    ['200 with a job', { json: 'job-1' }, 'ok'],
    ['201 with a job', { status: 201, json: 'job-1' }, 'ok'],
    ['202 with a job', { status: 202, json: 'job-1' }, 'ok'],
    ['204 without a job', { status: 204 }, 'lost bad-answer'],
    ['200 without JSON', { text: '<html>hello</html>' }, 'lost bad-answer'],
    ['200 with half the JSON', { text: '"job' }, 'lost bad-answer'],
    ['200 with another shape', { json: { job: 1 } }, 'lost bad-answer'],
    ['302', { status: 302, headers: { Location: 'https://x/?token=1' } }, 'never-sent bad-answer'],
    ['308', { status: 308, headers: { Location: '/x' } }, 'never-sent bad-answer'],
    ['400', { status: 400, json: { message: 'the title is too long' } }, 'refused bad-request'],
    ['401', { status: 401, json: { detail: 'bad signature' } }, 'signed-out unauthenticated'],
    ['403', { status: 403, json: { message: 'no' } }, 'refused forbidden'],
    ['404 of the call', { status: 404, json: { detail: 'Not Found' } }, 'no-such-call no-such-call'],
    ['404 without JSON', { status: 404, text: 'nothing here' }, 'no-such-call no-such-call'],
    ['404 of a thing', { status: 404, json: { message: 'folder not found' } }, 'refused not-found'],
    ['405', { status: 405, json: { detail: 'Method Not Allowed' } }, 'no-such-call no-such-call'],
    ['408', { status: 408 }, 'lost server-error'],
    ['409', { status: 409, json: { message: 'exists' } }, 'lost already-exists'],
    ['413', { status: 413 }, 'refused payload-too-large'],
    [
      '422',
      {
        status: 422,
        json: { detail: [{ loc: ['body', 'dataItems'], msg: 'field required', type: 'missing' }] },
      },
      'refused bad-request',
    ],
    ['429', { status: 429, headers: { 'Retry-After': '7' } }, 'wait rate-limited'],
    ['418', { status: 418 }, 'refused bad-request'],
    ['500', { status: 500, text: 'boom' }, 'lost server-error'],
    ['502', { status: 502, text: '<html>' }, 'lost server-error'],
    ['503', { status: 503, headers: { 'Retry-After': '7' } }, 'lost server-error'],
    ['504', { status: 504 }, 'lost server-error'],
    ['a reset', null, 'lost connection-lost'],
  ];
  it.each(table)('%s', async (_, reply, expected) => {
    const { answer, log, calls } = await against(() => reply, 'storage');
    expect(kindAndCode(answer)).toBe(expected);
    expect(calls).toBe(1);
    expectSpeakable(answer, log);
  });

  it("shows the server's words and where they belong", async () => {
    const { answer } = await against(
      () => ({ status: 422, json: { detail: [{ loc: ['body', 'title'], msg: 'too long' }] } }),
      'storage',
    );
    if (answer.ok) throw new Error('accepted');
    expect(answer.failure.error.message).toContain('body.title: too long');
    expect(answer.failure.error.details).toMatchObject({
      http: '422',
      call: 'POST storage/folders/{id}/data-upload-jobs',
    });
    expect(answer.failure.error.details.trace).toMatch(/^[0-9a-f]{32}$/);
  });

  it('passes Retry-After on', async () => {
    const { answer } = await against(() => ({ status: 429, headers: { 'Retry-After': '7' } }), 'storage');
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'wait', retryAfterMs: 7000 } });
  });

  it.each([
    [3_600_000, '60 minutes ahead'],
    [-7 * 3_600_000, '7 hours behind'],
  ])('explains a refused signature by a clock that is wrong by %i ms', async (shift, words) => {
    const { answer } = await against(() => ({ status: 401, json: { message: 'stale' } }), 'storage', shift);
    expect(kindAndCode(answer)).toBe('signed-out clock-wrong');
    expect(!answer.ok && answer.failure.error.message).toContain(words);
  });

  it('does not blame a clock that is off by a minute', async () => {
    const { answer } = await against(() => ({ status: 401, json: { message: 'no' } }), 'storage', 60_000);
    expect(kindAndCode(answer)).toBe('signed-out unauthenticated');
  });

  it('shortens and cleans what the server says', async () => {
    const words = `${SIGNED} failed\n\nfor key ${'ab'.repeat(40)} ${'long '.repeat(200)}`;
    const { answer, log } = await against(() => ({ status: 400, json: { message: words } }), 'storage');
    expectSpeakable(answer, log);
    if (answer.ok) throw new Error('accepted');
    expect(answer.failure.error.details.words?.length).toBeLessThanOrEqual(300);
    expect(answer.failure.error.message).not.toContain('abababab');
    expect(answer.failure.error.message).toContain(
      'https://storage.example/bucket/k?(hidden) failed for key',
    );
  });
});

describe('documented route (v1): the answer to a registration', () => {
  const good = { data_hash: 'H1', title: 'v.mp4', file_link: 'k', backing_item_uuid: null };
  const table: readonly (readonly [string, Reply, string])[] = [
    ['a row', { json: { status: 200, response: good } }, 'ok'],
    [
      'a row under HTTP 500: the envelope counts',
      { status: 500, json: { status: 200, response: good } },
      'ok',
    ],
    ['null', { json: { status: 200, response: null } }, 'lost bad-answer'],
    ['another shape', { json: { status: 200, response: [] } }, 'lost bad-answer'],
    ['no JSON', { text: 'OK' }, 'lost bad-answer'],
    ['AUTHENTICATION_ERROR', no(401, 'AUTHENTICATION_ERROR'), 'signed-out unauthenticated'],
    [
      'AUTHENTICATION_ERROR under HTTP 200',
      { json: { status: 401, response: ['AUTHENTICATION_ERROR'] } },
      'signed-out unauthenticated',
    ],
    ['SSH_KEY_NOT_FOUND_ERROR', no(400, 'SSH_KEY_NOT_FOUND_ERROR'), 'signed-out key-unknown'],
    ['AUTHORISATION_ERROR', no(403, 'AUTHORISATION_ERROR'), 'refused forbidden'],
    ['RESOURCE_NOT_FOUND_ERROR', no(404, 'RESOURCE_NOT_FOUND_ERROR', 'no such upload'), 'refused not-found'],
    ['METHOD_NOT_ALLOWED_ERROR', no(405, 'METHOD_NOT_ALLOWED_ERROR'), 'no-such-call no-such-call'],
    ['OPERATION_NOT_ALLOWED', no(403, 'OPERATION_NOT_ALLOWED'), 'refused scope-missing'],
    ['FILE_TYPE_NOT_SUPPORTED_ERROR', no(400, 'FILE_TYPE_NOT_SUPPORTED_ERROR'), 'refused media-refused'],
    ['FILE_SIZE_NOT_SUPPORTED_ERROR', no(400, 'FILE_SIZE_NOT_SUPPORTED_ERROR'), 'refused media-refused'],
    [
      'UPLOAD_OPERATION_NOT_SUPPORTED_ERROR',
      no(400, 'UPLOAD_OPERATION_NOT_SUPPORTED_ERROR'),
      'refused dataset-storage',
    ],
    ['INVALID_ARGUMENTS_ERROR', no(400, 'INVALID_ARGUMENTS_ERROR', 'bad uid'), 'refused bad-request'],
    ['RESOURCE_EXISTS_ERROR', no(400, 'RESOURCE_EXISTS_ERROR'), 'lost already-exists'],
    ['UNKNOWN_ERROR 500', no(500, 'UNKNOWN_ERROR'), 'lost server-error'],
    [
      'UNKNOWN_ERROR 503 under HTTP 200',
      { json: { status: 503, response: ['UNKNOWN_ERROR'] } },
      'lost server-error',
    ],
    ['UNKNOWN_ERROR 400', no(400, 'UNKNOWN_ERROR'), 'refused bad-request'],
    ['a new name, 400', no(400, 'MOON_PHASE_ERROR', 'wait a week'), 'refused bad-request'],
    ['a new name, 500', no(500, 'MOON_PHASE_ERROR'), 'lost server-error'],
    ['429 in the envelope', no(429, 'UNKNOWN_ERROR'), 'wait rate-limited'],
    ['408 in the envelope', no(408, 'UNKNOWN_ERROR'), 'lost server-error'],
    [
      '429 without envelope',
      { status: 429, text: 'slow down', headers: { 'Retry-After': '2' } },
      'wait rate-limited',
    ],
    ['502 without envelope', { status: 502, text: '<html>' }, 'lost server-error'],
    ['503 without envelope', { status: 503, text: '' }, 'lost server-error'],
    ['408 without envelope', { status: 408 }, 'lost server-error'],
    ['401 without envelope', { status: 401, text: 'no' }, 'signed-out unauthenticated'],
    ['404 without envelope', { status: 404, text: 'nginx' }, 'no-such-call no-such-call'],
    ['413 without envelope', { status: 413, text: 'nginx' }, 'refused payload-too-large'],
    [
      '422 without envelope',
      { status: 422, json: { detail: [{ msg: 'header missing' }] } },
      'refused bad-request',
    ],
    ['302', { status: 302, headers: { Location: 'https://login.example' } }, 'never-sent bad-answer'],
    ['a reset', null, 'lost connection-lost'],
  ];
  it.each(table)('%s', async (_, reply, expected) => {
    const { answer, log, calls } = await against(() => reply, 'documented');
    expect(kindAndCode(answer)).toBe(expected);
    expect(calls).toBe(1);
    expectSpeakable(answer, log);
  });

  it('names the wrong region where a key is unknown', async () => {
    const { answer } = await against(() => no(400, 'SSH_KEY_NOT_FOUND_ERROR'), 'documented');
    expect(!answer.ok && answer.failure.error.message).toMatch(/region/);
  });

  it('shows the payload of an error that it does not know, but never the key', async () => {
    const { answer, log } = await against(
      () => no(400, 'MOON_PHASE_ERROR', { why: `key ${API_KEY} at new moon` }),
      'documented',
    );
    expectSpeakable(answer, log);
    expect(!answer.ok && answer.failure.error.message).toContain('at new moon');
  });
});

describe('a server that takes the call and stays silent', () => {
  it.each(['storage', 'documented'] as const)('%s: leaves it in doubt', async (which) => {
    const server = await rawServer(() => {});
    cleanUp.push(() => server.close());
    const session = sessionAt(server.url, which === 'storage' ? 'ssh' : 'api-key', memoryLog(), 0, {
      stallMs: 80,
    });
    const target: Target = { route: which, datasetId: DATASET, folderId: FOLDER, mirrored: false };
    const answer = await session.route(which).register(target, [unit()], never);
    expect(kindAndCode(answer)).toBe('lost stalled');
  });
});

describe('before the call', () => {
  it.each(['storage', 'documented'] as const)('%s: a refused connection was never sent', async (which) => {
    const server = await scriptedEncord({});
    await server.close();
    const session = sessionAt(server.url, which === 'storage' ? 'ssh' : 'api-key');
    const target: Target = { route: which, datasetId: DATASET, folderId: FOLDER, mirrored: false };
    const answer = await session.route(which).register(target, [unit()], never);
    expect(kindAndCode(answer)).toBe('never-sent refused');
  });
});

describe('the domain', () => {
  it.each([
    ['https://api.encord.com', true],
    ['https://api.us.encord.com/', true],
    ['http://127.0.0.1:8080', true],
    ['http://localhost:1', true],
    ['http://[::1]:1', true],
    ['http://api.encord.com', false],
    ['api.encord.com', false],
    ['ftp://api.encord.com', false],
    ['https://api.encord.com/v2', false],
    ['https://user:word@api.encord.com', false],
    ['https://api.encord.com?x=1', false],
    ['http://127.0.0.1.example.com', false],
    ['', false],
  ])('%s', (domain, good) => {
    const attempt = (): unknown => sessionAt(domain, 'ssh');
    if (good) expect(attempt).not.toThrow();
    else expect(attempt).toThrowError(expect.objectContaining({ code: 'invalid-input' }));
  });
});
