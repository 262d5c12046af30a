/** v1 operations that change one row, and text recognition (encord-api.md C.13). */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { jsonObject, shaped, uuid } from '../shape.ts';
import type { DataRow, Item } from '../store/items.ts';
import type { DatasetCall, Operations } from './call.ts';
import { requireOwnUid } from './jobs.ts';
import { dataRowView, frameHash, PLAIN } from './views.ts';

/** A file name is 300 characters at most (encord-api.md F). */
const title = z.string().min(1).max(300);

/** @throws Refusal for rows that lookups do not show, and for those of other datasets */
function visibleRow(call: DatasetCall, dataHash: string): { row: DataRow; item: Item } {
  const entry = call.world.items.visibleRow(call.dataset.datasetHash, dataHash, call.world.now());
  if (!entry) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'There is no such data row in this dataset.');
  return entry;
}

const changePayload = z.object({ data_title: title.nullish(), client_metadata: jsonObject.nullish() });

/**
 * The title is the row's own here and its item keeps its name; the client metadata is the item's, and with it that of
 * all rows that it stands behind. Whether Encord does the same is not on record.
 */
function change(call: DatasetCall): unknown {
  const { world, dataset } = call;
  const dataHash = shaped(uuid, call.uid, 'uid');
  const { data_title, client_metadata } = shaped(changePayload, call.payload, 'payload');
  const { item } = visibleRow(call, dataHash);
  const updated = world.db.transaction(() => {
    const fields: string[] = [];
    if (data_title) {
      world.items.renameRow(dataHash, data_title, world.now());
      fields.push('data_title');
    }
    if (client_metadata) {
      const clientMetadata = JSON.stringify(client_metadata);
      world.storageEdits.changeItem(item.uuid, { clientMetadata }, world.now());
      fields.push('client_metadata');
    }
    if (fields.length > 0) world.datasets.touch(dataset.datasetHash, world.now());
    return fields;
  });
  const detail = { ...PLAIN, clientMetadata: true };
  return {
    updated_fields: updated,
    data_row: dataRowView(world, call.base, visibleRow(call, dataHash), detail),
  };
}

const renamePayload = z.array(z.object({ video_hash: uuid, title })).min(1);

/** All or none. Despite its name for rows of every type, as `video` DELETE is. */
function rename(call: DatasetCall): unknown {
  const { world, dataset } = call;
  requireOwnUid(call);
  const renamed = shaped(renamePayload, call.payload, 'payload');
  world.db.transaction(() => {
    for (const each of renamed) {
      visibleRow(call, each.video_hash);
      world.items.renameRow(each.video_hash, each.title, world.now());
    }
    world.datasets.touch(dataset.datasetHash, world.now());
  });
  return { success: true };
}

/** One result for each frame, in order. What is read is the frame's name, since nothing here can read pixels. */
function recogniseText(call: DatasetCall): unknown {
  const payload = shaped(z.object({ image_group_data_hash: uuid }), call.payload, 'payload');
  const { item } = visibleRow(call, payload.image_group_data_hash);
  if (item.itemType !== 'imageGroup') {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Text is recognised in image groups only.');
  }
  return call.world.items.children(item.uuid).map((frame) => ({
    processed_texts: { image_hash: frameHash(frame), texts: frame.name.split(/[\s._-]+/).filter(Boolean) },
  }));
}

export const rowOperations: Operations = {
  'datarow POST': { on: 'dataset', scope: 'dataset.write', run: change },
  'video POST': { on: 'dataset', scope: 'dataset.write', run: rename },
  'imagegroupocr GET': { on: 'dataset', scope: 'dataset.read', run: recogniseText },
};
