/**
 * The rules of a watch folder as they are kept: JSON text, checked whenever it is read. Called by `watch-folders.ts`.
 */

import { z } from 'zod';
import type { WatchRules } from '../../core/watch/rules.ts';

const groupMedia = z.enum(['image-group', 'image-sequence']);
const frameMedia = z.enum([...groupMedia.options, 'dicom']);
const fileMedia = z.enum(['auto', 'video', 'image', 'audio', 'nifti', 'pdf', 'text']);
const texts = z.array(z.string());

export const rulesSchema: z.ZodType<WatchRules> = z.object({
  becomes: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('files'), media: fileMedia }),
    z.object({ kind: z.literal('folders'), media: frameMedia }),
    z.object({ kind: z.literal('pattern'), media: groupMedia, pattern: z.string() }),
    z.object({ kind: z.literal('gap'), media: groupMedia, seconds: z.number() }),
  ]),
  include: texts,
  exclude: texts,
  title: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  readiness: z.object({
    combine: z.enum(['all', 'any']),
    unfinishedNames: texts,
    marker: z.string().nullable(),
    manifest: z.string().nullable(),
    renamed: z.boolean(),
    quietSeconds: z.number(),
    quietSecondsPerGB: z.number(),
    notOpen: z.boolean(),
    complete: z.boolean(),
    stuckAfterSeconds: z.number(),
  }),
  groups: z.object({
    close: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('quiet'), seconds: z.number() }),
      z.object({ kind: z.literal('marker'), name: z.string() }),
      z.object({ kind: z.literal('count'), count: z.number() }),
      z.object({ kind: z.literal('manifest'), name: z.string() }),
    ]),
    missing: z.object({ waitSeconds: z.number(), otherwise: z.enum(['ask', 'take']) }),
    maxFrames: z.number(),
  }),
  changed: z.enum(['upload', 'ignore', 'ask']),
  after: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('keep') }),
    z.object({ kind: z.literal('move') }),
    z.object({ kind: z.literal('trash'), graceSeconds: z.number() }),
  ]),
  find: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('auto') }),
    z.object({ kind: z.literal('poll'), seconds: z.number() }),
  ]),
});
