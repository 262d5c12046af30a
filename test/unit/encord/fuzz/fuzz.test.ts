/**
 * A server that answers anything at all: every call of the ports over real HTTP, against valid answers with something
 * wrong in them. No call throws or hangs; what it gives is of the promised kind, or a failure in words without secrets.
 *
 * 10,000 cases from a fixed seed; ten times as many with `ENCORD_TEST_LONG=1`. One case alone: `ENCORD_FUZZ_CASE=17`.
 */

import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { parsePrivateKey } from '../../../../main/adapters/encord/keys.ts';
import { type Credentials, connect } from '../../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../../main/adapters/http/client.ts';
import type { Answer, CallFailure, EncordSession } from '../../../../main/core/encord-port.ts';
import { ERROR_CODES, UploaderError } from '../../../../main/core/errors.ts';
import {
  type Draw,
  damaged,
  drawFrom,
  HOSTILE_TEXTS,
  hostileValue,
  mutated,
  oneOf,
  SECRET,
  wireText,
} from '../../../fixtures/hostile.ts';
import {
  type Call,
  keyFromSeed,
  memoryLog,
  type Reply,
  random,
  SEED,
  scriptedEncord,
  systemClock,
} from '../support.ts';
import { API_KEY, DATASET, OPERATIONS, type Operation } from './operations.ts';

const FUZZ_SEED = 20_261_127;
const CASES = process.env.ENCORD_TEST_LONG ? 100_000 : 10_000;
const ONLY = process.env.ENCORD_FUZZ_CASE;
/** Cases at a time, each with a server of its own. */
const LANES = 6;
/** A call that has not ended by then never will. */
const HANG_MS = 30_000;

/** What a case answers to a call on the wire; undefined: there is no such call. */
type Answers = (call: Call) => Reply | undefined;

interface Lane {
  ask(operation: Operation, answers: Answers): Promise<Asked>;
  session(as: Operation['as']): EncordSession;
  close(): Promise<void>;
}

interface Asked {
  readonly answer: Answer<unknown>;
  /** Whatever authorized the calls, in the headers as they went out. */
  readonly secrets: readonly string[];
  readonly log: readonly string[];
}

const sshKey = parsePrivateKey(keyFromSeed(SEED, ''));

async function openLane(): Promise<Lane> {
  let answers: Answers = () => undefined;
  const script = new Proxy<Record<string, (call: Call) => Reply>>(
    {},
    {
      get: (_, name) => (call: Call) =>
        answers(call) ??
        (String(name).includes('/') || /^(GET|POST|PATCH|DELETE) /.test(String(name))
          ? { status: 404, json: { detail: 'Not Found' } }
          : { status: 405, json: { status: 405, response: ['METHOD_NOT_ALLOWED_ERROR'] } }),
    },
  );
  const server = await scriptedEncord(script);
  const agents = createAgents();
  const clock = systemClock();
  const http = createHttpClient({ agents, clock });
  const log = memoryLog();
  const session = (as: Operation['as']): EncordSession => {
    const credentials: Credentials =
      as === 'ssh'
        ? { kind: 'ssh', key: sshKey, domain: server.url }
        : { kind: 'api-key', apiKey: API_KEY, datasetId: DATASET, domain: server.url };
    return connect(credentials, { http, clock, random, log, version: '0.0.0' });
  };
  return {
    session,
    async ask(operation, caseAnswers) {
      answers = caseAnswers;
      server.calls.length = 0;
      log.lines.length = 0;
      const answer = await inTime(operation.run(session(operation.as)));
      const secrets = server.calls.flatMap(({ headers }) =>
        [headers.authorization, headers.signature].flatMap((each) =>
          typeof each === 'string' && each.length > 10 ? [each] : [],
        ),
      );
      return { answer, secrets: [...new Set(secrets)], log: [...log.lines] };
    },
    async close() {
      agents.close();
      await server.close();
    },
  };
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The call hangs.')), HANG_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// ---------------------------------------------------------------------------------------------- a case

const isV1 = (name: string): boolean => /^[a-z]+ [A-Z]+$/.test(name);

function valid(operation: Operation): Answers {
  return ({ name }) => {
    if (!(name in operation.script)) return undefined;
    const answer = operation.script[name];
    return { json: isV1(name) ? { status: 200, response: answer } : answer };
  };
}

/** One call of the operation is answered badly, the others well. The same call is answered alike each time. */
function hostile(operation: Operation, draw: Draw): Answers {
  const names = Object.keys(operation.script);
  const victim = oneOf(draw, names);
  const reply = badReply(operation.script[victim], isV1(victim), draw);
  const others = valid(operation);
  return (call) => (call.name === victim ? reply(call) : others(call));
}

function badReply(sample: unknown, v1: boolean, draw: Draw): (call: Call) => Reply {
  const fixed = (reply: Reply) => () => reply;
  const kind = draw();
  if (kind < 0.72) {
    const answer = mutated(sample, draw);
    return fixed({ text: wireText(v1 ? { status: 200, response: answer } : answer) });
  }
  if (kind < 0.8)
    return fixed({ text: wireText(mutated(v1 ? { status: 200, response: sample } : sample, draw)) });
  if (kind < 0.88) {
    const good = JSON.stringify(v1 ? { status: 200, response: sample } : sample);
    return fixed({ text: damaged(good, draw), headers: { 'Content-Type': 'text/html' } });
  }
  if (kind < 0.89) return fixed(null);
  return refusal(v1, draw);
}

const STATUSES = [
  201, 204, 226, 300, 302, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 418, 422, 429,
];
const MORE_STATUSES = [500, 501, 502, 503, 504, 511, 599];
const NAMES = [
  'AUTHENTICATION_ERROR',
  'AUTHORISATION_ERROR',
  'RESOURCE_NOT_FOUND_ERROR',
  'RESOURCE_EXISTS_ERROR',
  'UNKNOWN_ERROR',
  '__proto__',
  'constructor',
];

/** A refusal that repeats what was sent to it, and says hostile things. */
function refusal(v1: boolean, draw: Draw): (call: Call) => Reply {
  const status = oneOf(draw, [...STATUSES, ...MORE_STATUSES]);
  const words = oneOf(draw, HOSTILE_TEXTS);
  const value = hostileValue(draw);
  const name = oneOf(draw, [...NAMES, ...HOSTILE_TEXTS]);
  const shape = Math.floor(draw() * 5);
  const headers: Record<string, string> = {
    ...(draw() < 0.3 ? { 'Retry-After': oneOf(draw, ['-1', '1e9', 'NaN', 'soon', '99999999999', '2']) } : {}),
    ...(draw() < 0.3 ? { Date: oneOf(draw, ['yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT', '0']) } : {}),
    ...(status >= 300 && status < 400 ? { Location: 'https://hostile.example/?token=1' } : {}),
  };
  return ({ headers: sent }) => {
    const authorization = `${String(sent.authorization ?? '')} ${String(sent.signature ?? '')}`;
    const told = `${words} https://storage.example/k?X-Goog-Signature=${SECRET} Bearer ${authorization}`;
    const body = v1
      ? {
          status: oneOf(drawFrom(status), [status, String(status), -1, 1e9]),
          response: [name],
          payload: told,
        }
      : {};
    const shapes = [
      { ...body, message: told },
      { ...body, detail: told },
      { ...body, detail: [{ loc: ['body', told, 1], msg: told }, value] },
      { ...body, response: told, message: value, detail: value },
      value,
    ];
    if (status === 204) return { status };
    return { status, headers, text: wireText(shapes[shape]) };
  };
}

// ---------------------------------------------------------------------------------------------- what has to hold

/** Null, or what is wrong. */
function faultOf(operation: Operation, { answer, secrets, log }: Asked): string | null {
  const polluted = Object.keys(Object.prototype);
  if (polluted.length > 0 || 'polluted' in {}) return `The prototype of all objects has ${polluted.join()}.`;
  const told = [...secrets, SECRET];
  const logged = told.find((secret) => log.some((line) => line.includes(secret)));
  if (logged !== undefined) return `The log has the secret ${logged}.`;
  if (answer.ok) {
    const fit = operation.fits(answer.value);
    if (!fit.success) return `The value is of another kind: ${fit.error.message}`;
    return strangePrototype(answer.value);
  }
  return faultOfFailure(answer.failure, told);
}

const KINDS = ['never-sent', 'lost', 'wait', 'signed-out', 'no-such-call', 'refused'];

function faultOfFailure(failure: CallFailure, secrets: readonly string[]): string | null {
  const { kind, error } = failure;
  if (!KINDS.includes(kind)) return `There is no failure ${kind}.`;
  if (!(error instanceof UploaderError)) return 'The failure has no error of the program.';
  if (!ERROR_CODES.includes(error.code) || error.code === 'internal') return `The code is ${error.code}.`;
  if (!/^[A-Z].+\.$/s.test(error.message)) return `This is no sentence: ${error.message.slice(0, 300)}`;
  if (error.message.length > 1200) return `The sentence has ${error.message.length} characters.`;
  for (const [name, detail] of Object.entries(error.details)) {
    if (typeof detail !== 'string' || detail.length > 700) return `The detail ${name} is no short text.`;
  }
  const wait = 'retryAfterMs' in failure ? failure.retryAfterMs : null;
  if (wait !== null && wait !== undefined && !(wait >= 0 && wait <= 3_600_000)) return `It waits ${wait} ms.`;
  const words = [error.message, ...Object.values(error.details)].join('\n');
  const secret = secrets.find((each) => words.includes(each));
  if (secret !== undefined) return `The error has the secret ${secret}: ${words}`;
  // Words that are shown lie within the page's own: nothing in them may turn or break these.
  return /[\p{Bidi_C}\p{Cc}]/u.test(words.replaceAll('\n', '')) ? 'The words have control characters.' : null;
}

const PLAIN: readonly unknown[] = [
  Object.prototype,
  Array.prototype,
  Map.prototype,
  UploaderError.prototype,
  null,
];

/** A key `__proto__` of the server may not have become the prototype of anything. */
function strangePrototype(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!PLAIN.includes(Object.getPrototypeOf(value))) return 'An object has a prototype of the server.';
  if (value instanceof UploaderError) return null;
  const within = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const each of within) {
    const strange = strangePrototype(each);
    if (strange !== null) return strange;
  }
  return null;
}

// ---------------------------------------------------------------------------------------------- the tests

/** Valid answers that say no. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['resolveTarget, a chosen folder', 'invalid-input'],
  ['resolveTarget, documented', 'dataset-storage'],
]);

it('knows a valid answer of every call that there is', async () => {
  const lane = await openLane();
  try {
    for (const operation of OPERATIONS) {
      const asked = await lane.ask(operation, valid(operation));
      const outcome = asked.answer.ok ? 'ok' : asked.answer.failure.error.code;
      expect({ [operation.name]: outcome }).toEqual({
        [operation.name]: REFUSED.get(operation.name) ?? 'ok',
      });
      expect({ [operation.name]: faultOf(operation, asked) }).toEqual({ [operation.name]: null });
    }
    const session = lane.session('ssh');
    const groups = Object.entries(session.manage);
    const calls = [
      ...groups.flatMap(([group, some]) => Object.keys(some).map((call) => `${group}.${call}`)),
      ...Object.keys(session).filter((each) => each !== 'route' && each !== 'manage'),
      ...['grant', 'register', 'poll', 'lookup', 'link'].map((each) => `storage: ${each}`),
      ...['grant', 'prepare', 'register', 'lookup'].map((each) => `documented: ${each}`),
    ];
    const untried = calls.filter(
      (call) =>
        !OPERATIONS.some(
          ({ name }) => name === call || (/^[, ]/.test(name.slice(call.length)) && name.startsWith(call)),
        ),
    );
    expect(untried).toEqual([]);
  } finally {
    await lane.close();
  }
});

it(
  `takes ${CASES} hostile answers (seed ${FUZZ_SEED})`,
  async () => {
    const outcomes = new Map(OPERATIONS.map(({ name }) => [name, { ok: 0, failed: 0 }]));
    const end = ONLY === undefined ? CASES : Number(ONLY) + 1;
    let next = ONLY === undefined ? 0 : Number(ONLY);
    let fault: string | null = null;
    const work = async (): Promise<void> => {
      const lane = await openLane();
      while (fault === null && next < end) {
        const nth = next;
        next += 1;
        const operation = OPERATIONS[nth % OPERATIONS.length];
        const counts = operation && outcomes.get(operation.name);
        if (!operation || !counts) break;
        const outcome = await outcomeOf(lane, operation, nth);
        fault ??= outcome.fault;
        counts[outcome.ok ? 'ok' : 'failed'] += 1;
      }
      await lane.close();
    };
    await Promise.all(Array.from({ length: LANES }, work));
    expect(fault).toBeNull();
    if (ONLY !== undefined) return;
    // Neither does everything fail, nor does everything pass.
    for (const [name, { ok, failed }] of outcomes) {
      if (!REFUSED.has(name)) expect(ok, `answers of ${name} that were taken`).toBeGreaterThan(0);
      expect(failed, `answers of ${name} that were not`).toBeGreaterThan(0);
    }
  },
  process.env.ENCORD_TEST_LONG ? 1_800_000 : 300_000,
);

async function outcomeOf(
  lane: Lane,
  operation: Operation,
  nth: number,
): Promise<{ readonly ok: boolean; readonly fault: string | null }> {
  const answers = hostile(operation, drawFrom(FUZZ_SEED + nth));
  const sent: Reply[] = [];
  const where = (what: string): string =>
    `Case ${nth} (seed ${FUZZ_SEED}), ${operation.name}: ${what}\nAnswered: ${inspect(sent.slice(0, 3)).slice(0, 1500)}`;
  try {
    const asked = await lane.ask(operation, (call) => {
      const reply = answers(call);
      if (reply !== undefined) sent.push(reply);
      return reply;
    });
    const fault = faultOf(operation, asked);
    return { ok: asked.answer.ok, fault: fault === null ? null : where(fault) };
  } catch (thrown) {
    return { ok: false, fault: where(`The call has thrown: ${inspect(thrown)}`) };
  }
}
