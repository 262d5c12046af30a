/**
 * Shapes of Encord's answers about single rows, their re-encoding and their text (encord-api.md C.3, C.13). Used by the
 * calls on rows.
 */

import { z } from 'zod';
import type { ReencodeState, RowDetail, RowFrame } from '../../../core/manage/ports.ts';
import { dataRow } from '../schemas.ts';
import {
  jsonIn,
  jsonTextOf,
  listOf,
  listOrNull,
  maybeAmount,
  maybeCount,
  metadataText,
  or,
} from '../tolerant.ts';

const id = z.string().min(1);
const maybeText = or(z.string(), null);
/** What is no URL cannot be fetched, and does not make the rest worthless. */
const maybeUrl = or(z.url(), null);

const frame = z
  .object({
    image_hash: id,
    title: or(z.string(), ''),
    file_size: maybeCount,
    file_type: maybeText,
    width: maybeAmount,
    height: maybeAmount,
    signed_url: maybeUrl,
  })
  .transform(
    (each): RowFrame => ({
      imageHash: each.image_hash,
      title: each.title,
      size: each.file_size,
      mime: each.file_type,
      width: each.width,
      height: each.height,
      signedUrl: each.signed_url,
    }),
  );

/** A row with what is told only where it is asked for. */
export const rowDetail = z
  .intersection(
    dataRow,
    z
      .object({
        client_metadata: metadataText,
        signed_url: maybeUrl,
        images_data: listOrNull(frame),
      })
      .transform((each) => ({
        clientMetadata: each.client_metadata,
        signedUrl: each.signed_url,
        frames: each.images_data,
      })),
  )
  .transform((row): RowDetail => row);

/**
 * Rows that were asked for by their hashes. Strict about these: whoever asks takes a row that is not among them for
 * gone, so one that does not tell its hash leaves it open which are.
 */
export const rowDetails = z.array(rowDetail).nullable();

/** A number; text here, since nobody counts with it. */
export const taskNumber = z.union([z.int(), z.string().min(1)]).transform(String);

/** A status that is not known here is taken for one on the way. */
export const reencodeState = z
  .object({
    status: z.string(),
    result: listOf(
      z
        .object({ data_hash: id, bucket_path: maybeText })
        .transform((each) => ({ dataHash: each.data_hash, bucketPath: each.bucket_path })),
    ),
  })
  .transform(({ status, result }): ReencodeState => {
    switch (status.toUpperCase()) {
      case 'DONE':
        return { kind: 'done', results: result };
      case 'ERROR':
        return { kind: 'failed' };
      default:
        return { kind: 'running' };
    }
  });

/** Objects whose content nobody describes; those only that can be handed on as text. */
export const recognised = listOf(
  z.record(z.string(), z.unknown()).refine((each) => jsonTextOf(each) !== null),
);

/** Which items `patch-bulk` has changed. */
export const changedItems = z.object({ results: listOf(z.object({ uuid: id })) });

/** The object that a JSON text holds, or null where it holds none. */
export function objectIn(json: string): Readonly<Record<string, unknown>> | null {
  const value = jsonIn(json);
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
