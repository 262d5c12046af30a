/** The control endpoints under `/__emulator/`: not part of Encord, and without authentication. Called by server.ts. */

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { jsonReply, type Reply } from '../http.ts';
import { BadShape, Refusal } from '../refusal.ts';
import { shaped } from '../shape.ts';
import type { World } from '../world.ts';
import { faultSchema } from './faults.ts';
import { forgetJobs, forgetSchema } from './forget.ts';
import { removeDataset, revokeKey } from './remove.ts';
import { addKey, seed, seedSchema } from './seed.ts';
import { stateOf } from './state.ts';

export const CONTROL_PREFIX = '/__emulator/';

const keysBody = z.strictObject({ publicKey: z.string(), email: z.string().min(1).optional() });
const revokeBody = z.strictObject({ publicKey: z.string(), apiKeys: z.boolean().default(false) });
const removeBody = z.strictObject({ datasetHash: z.string() });
const clockBody = z.strictObject({ shiftSeconds: z.number() });
const settingsBody = z.strictObject({
  jobDelayMs: z.number().min(0).optional(),
  lookupDelayMs: z.number().min(0).optional(),
  urlLifetimeSeconds: z.int().min(1).optional(),
  resumable: z.boolean().optional(),
});

type Handler = (world: World, body: unknown) => unknown;

const HANDLERS: Record<string, Handler> = {
  'GET state': (world) => stateOf(world),
  'GET faults': (world) => world.faults.list(),
  'POST faults': (world, body) => {
    const faults = z.union([z.array(faultSchema), faultSchema.transform((fault) => [fault])]);
    for (const fault of shaped(faults, body, 'body')) world.faults.add(fault);
    return {};
  },
  'DELETE faults': (world) => {
    world.faults.clear();
    return {};
  },
  'POST keys': (world, body) => {
    const { publicKey, email } = shaped(keysBody, body, 'body');
    return world.db.transaction(() => {
      const user = world.users.ensure(email ?? 'user@emulator.invalid', world.now());
      addKey(world, publicKey, user);
      return { email: user.email, userHash: user.userHash };
    });
  },
  'DELETE keys': (world, body) => {
    const { publicKey, apiKeys } = shaped(revokeBody, body, 'body');
    return world.db.transaction(() => revokeKey(world, publicKey, apiKeys));
  },
  'DELETE datasets': (world, body) => {
    const { datasetHash } = shaped(removeBody, body, 'body');
    return world.db.transaction(() => removeDataset(world, datasetHash));
  },
  'POST forget-jobs': (world, body) => forgetJobs(world, shaped(forgetSchema, body ?? {}, 'body')),
  'POST seed': (world, body) => seed(world, shaped(seedSchema, body, 'body')),
  'GET clock': (world) => ({ now: new Date(world.now()).toISOString() }),
  'POST clock': (world, body) => {
    world.shiftClock(shaped(clockBody, body, 'body').shiftSeconds);
    return { now: new Date(world.now()).toISOString() };
  },
  'GET settings': (world) => world.settings,
  'POST settings': (world, body) => {
    const changed = shaped(settingsBody, body, 'body');
    world.settings.jobDelayMs = changed.jobDelayMs ?? world.settings.jobDelayMs;
    world.settings.lookupDelayMs = changed.lookupDelayMs ?? world.settings.lookupDelayMs;
    world.settings.urlLifetimeSeconds = changed.urlLifetimeSeconds ?? world.settings.urlLifetimeSeconds;
    world.settings.resumable = changed.resumable ?? world.settings.resumable;
    return world.settings;
  },
};

export async function answerControl(world: World, request: IncomingMessage, body: Buffer): Promise<Reply> {
  const name = (request.url ?? '').slice(CONTROL_PREFIX.length).split('?', 1)[0] ?? '';
  const handler = HANDLERS[`${request.method} ${name}`];
  if (!handler) {
    const known = Object.keys(HANDLERS).some((key) => key.endsWith(` ${name}`));
    return jsonReply(known ? 405 : 404, {
      message: `There is no ${request.method} ${CONTROL_PREFIX}${name}.`,
    });
  }
  try {
    return jsonReply(
      200,
      await handler(world, body.length === 0 ? undefined : JSON.parse(body.toString('utf8'))),
    );
  } catch (error) {
    if (error instanceof SyntaxError) return jsonReply(400, { message: 'The body is not JSON.' });
    if (error instanceof BadShape) return jsonReply(422, { message: error.message, detail: error.detail });
    if (error instanceof Refusal) return jsonReply(error.status, { message: error.message });
    throw error;
  }
}
