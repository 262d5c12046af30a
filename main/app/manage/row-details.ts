/**
 * Use cases of a single row: what is known of it, its frames, its title, the text in it. Part of the rows use case.
 */

import type { RowDetailView, RowFrameView } from '../../../preload/contract/manage.ts';
import type { DataRowView } from '../../../preload/contract/views.ts';
import type { AccountRecord } from '../../adapters/sqlite/index.ts';
import type { Answer, DataRow, EncordSession } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { RowDetail, RowFrame } from '../../core/manage/ports.ts';
import type { AccountId } from '../../core/model.ts';
import { type Datasets, dataRowView } from '../datasets.ts';
import { unwrap, windowOf } from '../outcome.ts';
import { itemFacts } from './item-facts.ts';
import { Answers } from './kept-answers.ts';

/** Encord's word for image groups and image sequences. */
const GROUP = 'IMG_GROUP';
/** Groups whose frames are kept while somebody pages through them. */
const GROUPS_KEPT = 3;

const ROW_ALONE = { signedUrl: false, frames: false, clientMetadata: false };

export interface OneRow {
  readonly datasetId: string;
  readonly dataHash: string;
}

type Account = Pick<AccountRecord, 'id' | 'kind'>;

export class RowDetails {
  readonly #datasets: Datasets;
  readonly #session: (id: AccountId) => Promise<EncordSession>;
  readonly #signal: AbortSignal;
  readonly #frames = new Answers<readonly RowFrame[]>(GROUPS_KEPT);

  constructor(datasets: Datasets, session: (id: AccountId) => Promise<EncordSession>, signal: AbortSignal) {
    this.#datasets = datasets;
    this.#session = session;
    this.#signal = signal;
  }

  /** With an API key, or where the storage item is not to be seen, only what the row itself tells. */
  async get(account: Account, one: OneRow): Promise<RowDetailView> {
    const session = await this.#session(account.id);
    const want = { ...ROW_ALONE, clientMetadata: true };
    const row = unwrap(await session.manage.rows.row(one.datasetId, one.dataHash, want, this.#signal));
    const stored = account.kind === 'ssh' ? await this.#stored(session, row) : NOTHING_STORED;
    return {
      dataHash: row.dataHash,
      clientMetadata: row.clientMetadata === null ? null : indented(row.clientMetadata),
      frames:
        stored.frames ??
        (row.type === GROUP ? (await this.#framesOf(account.id, session, one)).length : null),
      facts: stored.facts,
      folder: stored.folder,
      usage: stored.usage,
    };
  }

  /** Of an image group, in their order; none of other rows. */
  async frames(
    account: Account,
    { offset, limit, ...one }: OneRow & { readonly offset: number; readonly limit: number },
  ): Promise<{ total: number; rows: RowFrameView[] }> {
    const all = await this.#framesOf(account.id, await this.#session(account.id), one);
    const { total, rows } = windowOf(all, offset, limit);
    return {
      total,
      rows: rows.map(({ imageHash, title, size, mime, width, height }) => ({
        imageHash,
        title,
        size,
        mime,
        width,
        height,
      })),
    };
  }

  /** The row as Encord tells it afterwards. Throws `bad-answer` where it says yes and the title is another. */
  async rename(
    account: Account,
    { title, ...one }: OneRow & { readonly title: string },
  ): Promise<DataRowView> {
    const { rows } = (await this.#session(account.id)).manage;
    const read = async () =>
      withoutMore(unwrap(await rows.row(one.datasetId, one.dataHash, ROW_ALONE, this.#signal)));
    const { dataHash, itemUuid } =
      (await this.#datasets.keptRow(account.id, one.datasetId, one.dataHash)) ?? (await read());
    const answer = await rows.rename(one.datasetId, { dataHash, itemUuid }, title, this.#signal);
    // Of an answer that was lost nobody knows whether it was a yes: the row tells.
    if (!answer.ok && answer.failure.kind !== 'lost') throw answer.failure.error;
    const row = await read();
    await this.#datasets.noteRow(account.id, one.datasetId, row);
    if (row.title === title) return dataRowView(row);
    if (!answer.ok) throw answer.failure.error;
    throw new UploaderError(
      'bad-answer',
      'Encord took the new title and still shows another one. Look at the row again in a moment, and rename it once more if need be.',
    );
  }

  /** What Encord found in the frames of an image group, as indented JSON. May take a minute. */
  async recogniseText(account: Account, one: OneRow): Promise<{ results: number; text: string }> {
    const { rows } = (await this.#session(account.id)).manage;
    const found = unwrap(await rows.recogniseText(one.datasetId, one.dataHash, this.#signal));
    return { results: found.length, text: JSON.stringify(found, null, 2) };
  }

  #framesOf(accountId: AccountId, session: EncordSession, one: OneRow): Promise<readonly RowFrame[]> {
    return this.#frames.get(`${accountId} ${one.datasetId} ${one.dataHash}`, async () => {
      const want = { ...ROW_ALONE, frames: true };
      const row = unwrap(await session.manage.rows.row(one.datasetId, one.dataHash, want, this.#signal));
      return row.frames ?? [];
    });
  }

  async #stored(session: EncordSession, row: DataRow): Promise<Stored> {
    const { storage } = session.manage;
    if (row.itemUuid === null) return NOTHING_STORED;
    const item = seen(await storage.item(row.itemUuid, { signedUrl: false }, this.#signal));
    if (item === null) return NOTHING_STORED;
    const [folder, usage] = await Promise.all([
      storage.folder(item.folderId, this.#signal).then(seen),
      storage.usage(item, this.#signal).then(seen),
    ]);
    return {
      frames: item.frameCount,
      facts: itemFacts(item, row),
      folder: folder && { id: folder.id, path: [...folder.path.map(({ name }) => name), folder.name] },
      usage: usage && {
        groups: usage.inGroups,
        datasets: usage.inDatasets,
        datasetTitles: usage.datasets.map(({ title }) => title),
      },
    };
  }
}

type Stored = Pick<RowDetailView, 'frames' | 'facts' | 'folder' | 'usage'>;

const NOTHING_STORED: Stored = { frames: null, facts: [], folder: null, usage: null };

/** Null where the account may not see it, or the server has no such call; throws what went wrong otherwise. */
function seen<T>(answer: Answer<T>): T | null {
  if (!answer.ok && (answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call'))
    return null;
  return unwrap(answer);
}

/** A row as lists have it: signed URLs among the rest must not be kept. */
function withoutMore({ clientMetadata: _, signedUrl: __, frames: ___, ...row }: RowDetail): DataRow {
  return row;
}

/** JSON text to be read and edited by people; null where it is an empty object, and as it is where it is no JSON. */
function indented(json: string): string | null {
  try {
    const text = JSON.stringify(JSON.parse(json), null, 2);
    return text === '{}' ? null : text;
  } catch {
    return json;
  }
}
