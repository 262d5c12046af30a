/** The part of a seed that fills buckets: what an integration finds there. Called by seed.ts. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ITEM_TYPES } from '../store/items.ts';
import { bucketUrl } from '../units/bucketUrl.ts';
import type { World } from '../world.ts';

/** An object of the bucket behind an integration: with its bytes, or with what a look at them would tell. */
export const bucketObject = z
  .strictObject({
    url: bucketUrl,
    itemType: z.enum(ITEM_TYPES).optional(),
    /** Base64. */
    bytes: z.base64().optional(),
    /** Absolute path of a file with the bytes. */
    path: z.string().optional(),
    fileSize: z.int().min(0).default(1000),
    mimeType: z.string().nullable().default(null),
    width: z.int().nullable().default(null),
    height: z.int().nullable().default(null),
    fps: z.number().nullable().default(null),
    duration: z.number().nullable().default(null),
    frameCount: z.int().nullable().default(null),
    /** It is not there, or no longer. */
    missing: z.literal(true).optional(),
  })
  .refine(
    (object) =>
      [object.bytes, object.path, object.itemType, object.missing].some((each) => each !== undefined),
    'give bytes, a path, an itemType or missing',
  );

/** Puts the object into the bucket behind the integration, in the place of an earlier one, or takes it away. */
export function putObject(world: World, integration: string, object: z.output<typeof bucketObject>): void {
  const { url, itemType = null, mimeType, width, height, fps, duration, frameCount } = object;
  if (object.missing) {
    world.buckets.remove(integration, url);
    return;
  }
  const bytes =
    object.bytes !== undefined
      ? Buffer.from(object.bytes, 'base64')
      : object.path !== undefined
        ? readFileSync(object.path)
        : null;
  world.buckets.put(integration, {
    url,
    itemType,
    bytes,
    size: bytes?.length ?? object.fileSize,
    facts: { mimeType, width, height, fps, duration, frameCount, details: {} },
    now: world.now(),
  });
}
