/**
 * Showing what lies in Encord: pages get an address of this program, behind which main reads the signed URL, so that no
 * signed URL ever reaches a page. Called by the handlers of `rows.media` and `storage.itemMedia`, and by both hosts for the
 * bytes.
 *
 * An address is a random id that only a page of this program was told: an `<img>` cannot send a token.
 */

import type { MediaView } from '../../../preload/contract/manage.ts';
import { MEDIA_PATH } from '../../../preload/contract/wire.ts';
import type { EncordSession } from '../../core/encord-port.ts';
import type { RowDetail } from '../../core/manage/ports.ts';
import type { AccountId } from '../../core/model.ts';
import type { AppDeps } from '../deps.ts';
import { unwrap } from '../outcome.ts';
import type { MediaAnswer } from '../types.ts';

/** An address is good for so long after it was last used. */
const GOOD_FOR_MS = 30 * 60_000;
const ADDRESSES_AT_MOST = 2_000;
/** A row that was just asked for with its signed URLs: the frames of a group are shown one by one. */
const ROW_FRESH_MS = 60_000;
const ROWS_AT_MOST = 20;
/** A list shows many rows at once: larger images are left to be opened. */
const THUMBNAIL_BYTES = 20_000_000;

type Shown = 'image' | 'video' | 'audio';

/**
 * What elements of a page show, and the type that is said of it. QuickTime and Matroska go under the name of their
 * relatives: the engine looks into the file, and refuses only the names.
 */
const SHOWN: ReadonlyMap<string, readonly [Shown, string]> = new Map([
  ['image/png', ['image', 'image/png']],
  ['image/jpeg', ['image', 'image/jpeg']],
  ['image/jpg', ['image', 'image/jpeg']],
  ['image/webp', ['image', 'image/webp']],
  ['image/avif', ['image', 'image/avif']],
  ['image/bmp', ['image', 'image/bmp']],
  ['image/gif', ['image', 'image/gif']],
  ['video/mp4', ['video', 'video/mp4']],
  ['video/quicktime', ['video', 'video/mp4']],
  ['video/webm', ['video', 'video/webm']],
  ['video/x-matroska', ['video', 'video/webm']],
  ['audio/mpeg', ['audio', 'audio/mpeg']],
  ['audio/wav', ['audio', 'audio/wav']],
  ['audio/x-wav', ['audio', 'audio/wav']],
  ['audio/flac', ['audio', 'audio/flac']],
]);

interface Address {
  readonly mime: string;
  /** Asks for a signed URL anew. */
  readonly renew: () => Promise<string | null>;
  /** A secret. */
  url: string;
  usedAt: number;
}

type Size = 'thumbnail' | 'whole';

export class Media {
  readonly #deps: Pick<AppDeps, 'clock' | 'random' | 'fetchMedia'>;
  readonly #session: (id: AccountId) => Promise<EncordSession>;
  readonly #signal: AbortSignal;
  readonly #addresses = new Map<string, Address>();
  readonly #rows = new Map<string, { readonly at: number; readonly row: Promise<RowDetail> }>();

  constructor(
    deps: Pick<AppDeps, 'clock' | 'random' | 'fetchMedia'>,
    session: (id: AccountId) => Promise<EncordSession>,
    signal: AbortSignal,
  ) {
    this.#deps = deps;
    this.#session = session;
    this.#signal = signal;
  }

  /** A row, or a frame of it; of a group without a frame named, the first one. */
  async ofRow(
    account: AccountId,
    request: { datasetId: string; dataHash: string; imageHash: string | null; size: Size },
  ): Promise<MediaView> {
    const { datasetId, dataHash, imageHash, size } = request;
    const find = async (fresh: boolean) => {
      const row = await this.#row(account, datasetId, dataHash, fresh);
      const frame =
        imageHash === null ? row.frames?.[0] : row.frames?.find((each) => each.imageHash === imageHash);
      if (imageHash !== null && frame === undefined) return null;
      // A sequence is a video with frames beside it.
      const of = imageHash === null && row.signedUrl !== null ? row : (frame ?? row);
      return { url: of.signedUrl, mime: of.mime, size: of.size, type: row.type };
    };
    const found = await find(false);
    if (found === null) return none('There is no such frame in this row any more. Ask Encord again.');
    return this.#show(found, size, async () => (await find(true))?.url ?? null);
  }

  /** A storage item. */
  async ofItem(account: AccountId, itemId: string, size: Size): Promise<MediaView> {
    const find = async () => {
      const session = await this.#session(account);
      const item = unwrap(await session.manage.storage.item(itemId, { signedUrl: true }, this.#signal));
      return { url: item.signedUrl, mime: item.mime, size: item.size, type: item.type };
    };
    return this.#show(await find(), size, async () => (await find()).url);
  }

  /** The bytes behind an address. Never throws. */
  async open(id: string, range: string | null, signal: AbortSignal): Promise<MediaAnswer> {
    this.#sweep();
    const address = this.#addresses.get(id);
    if (address === undefined) {
      return {
        kind: 'refused',
        status: 404,
        sentence: 'This picture is no longer kept. Open it again on the page.',
      };
    }
    address.usedAt = this.#deps.clock.now();
    const either = AbortSignal.any([signal, this.#signal]);
    let outcome = await this.#deps.fetchMedia(address.url, range, either);
    if (outcome.kind === 'expired') {
      const url = await address.renew().catch(() => null);
      if (url !== null) {
        address.url = url;
        outcome = await this.#deps.fetchMedia(url, range, either);
      }
    }
    switch (outcome.kind) {
      case 'bytes':
        return { kind: 'bytes', mime: address.mime, ...outcome.bytes };
      case 'beyond':
        return { kind: 'beyond', size: outcome.size };
      case 'expired':
        return { kind: 'refused', status: 403, sentence: 'The storage does not let this file be read.' };
      case 'failed':
        return { kind: 'refused', status: 502, sentence: outcome.error.message };
    }
  }

  #show(
    found: { url: string | null; mime: string | null; size: number | null; type: string },
    size: Size,
    renew: () => Promise<string | null>,
  ): MediaView {
    if (found.url === null) return none(whyNot(found.type));
    const [as, mime] = SHOWN.get(baseType(found.mime)) ?? ['other', 'application/octet-stream'];
    if (as === 'other') {
      return none(
        baseType(found.mime) === 'image/tiff'
          ? 'TIFF images cannot be shown here. Encord shows them in Safari only.'
          : whyNot(found.type),
      );
    }
    if (size === 'thumbnail' && as === 'image' && (found.size ?? 0) > THUMBNAIL_BYTES) {
      return none('The image is large. Open it to see it.');
    }
    if (size === 'thumbnail' && as === 'audio') return none(whyNot(found.type));
    const id = this.#deps.random.uuid();
    this.#addresses.set(id, { mime, renew, url: found.url, usedAt: this.#deps.clock.now() });
    return { kind: 'media', path: `${MEDIA_PATH}${id}`, mime, size: found.size, as };
  }

  #row(account: AccountId, datasetId: string, dataHash: string, fresh: boolean): Promise<RowDetail> {
    const key = `${account} ${datasetId} ${dataHash}`;
    const now = this.#deps.clock.now();
    const kept = this.#rows.get(key);
    if (kept && !fresh && Math.abs(now - kept.at) < ROW_FRESH_MS) return kept.row;
    const row = this.#session(account).then(async (session) =>
      unwrap(
        await session.manage.rows.row(
          datasetId,
          dataHash,
          { signedUrl: true, frames: true, clientMetadata: false },
          this.#signal,
        ),
      ),
    );
    this.#rows.set(key, { at: now, row });
    row.catch(() => {
      if (this.#rows.get(key)?.row === row) this.#rows.delete(key);
    });
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= ROWS_AT_MOST) break;
      this.#rows.delete(oldest);
    }
    return row;
  }

  #sweep(): void {
    const now = this.#deps.clock.now();
    for (const [id, { usedAt }] of this.#addresses) {
      if (Math.abs(now - usedAt) >= GOOD_FOR_MS || this.#addresses.size > ADDRESSES_AT_MOST) {
        this.#addresses.delete(id);
      }
    }
  }
}

function none(why: string): MediaView {
  return { kind: 'none', why };
}

function baseType(mime: string | null): string {
  return (mime ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function whyNot(type: string): string {
  const name = NAMES.get(type.toUpperCase());
  return name === undefined
    ? 'There is nothing to show of this file here. Open it in Encord.'
    : `${name} cannot be shown here. Open them in Encord.`;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['DICOM', 'DICOM series'],
  ['DICOM_STUDY', 'DICOM studies'],
  ['DICOMFILE', 'DICOM files'],
  ['DICOMSERIES', 'DICOM series'],
  ['NIFTI', 'NIfTI volumes'],
  ['PDF', 'PDFs'],
  ['PLAIN_TEXT', 'Texts'],
  ['PLAINTEXT', 'Texts'],
  ['SCENE', 'Point clouds'],
]);
