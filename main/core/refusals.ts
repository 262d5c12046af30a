/**
 * The sentences in which review turns files away: what it is, what that means, what to do.
 * Called by the planner. The file's name is not in them: it stands beside them wherever they are shown.
 */

import { type ErrorDetails, UploaderError } from './errors.ts';
import {
  type Format,
  type MediaType,
  mediaType,
  promisedBy,
  type Sniffed,
  takenFormats,
} from './media/index.ts';
import type { MediaId } from './model.ts';

/** The most characters that Encord takes in a name (encord-api.md F). */
export const MAX_NAME_CHARACTERS = 300;

/** Why a name cannot be used as a title or a file's name, or null where it can. */
export function nameProblem(name: string, what: 'name' | 'title' = 'name'): UploaderError | null {
  if (!name.isWellFormed()) {
    return new UploaderError('file-name', `Its ${what} is not valid text. Rename it, then add it again.`);
  }
  if (name.length <= MAX_NAME_CHARACTERS) return null;
  const characters = [...name].length;
  if (characters <= MAX_NAME_CHARACTERS) return null;
  return new UploaderError(
    'file-name',
    `Its ${what} has ${characters} characters, and Encord takes at most ${MAX_NAME_CHARACTERS}. ` +
      `Give it a shorter ${what}, then add it again.`,
  );
}

export function emptyFile(): UploaderError {
  return new UploaderError(
    'file-empty',
    'The file is empty, so there is nothing to upload. Check that whatever writes it has finished, then add it again.',
  );
}

export function tooLarge(size: number, limit: number): UploaderError {
  return new UploaderError(
    'file-too-large',
    `It has ${bytesInWords(size, limit)}, over the limit of ${bytesInWords(limit, limit)} for one file. Make it smaller, ` +
      'or raise the size limit in Settings if your Encord plan takes larger files.',
    { details: { size: String(size), limit: String(limit) } },
  );
}

/** The file is not what it was when it was found to be finished. */
export function changedSince(): UploaderError {
  return new UploaderError(
    'file-changed',
    'The file changed after it was found to be finished. It is taken when it is finished again.',
  );
}

/** A group that loses the file, and with it everything. */
export function groupWithout(name: string, path: string, error: UploaderError): UploaderError {
  return new UploaderError(
    error.code,
    `It is not uploaded in part, and its file ${name} was refused. ${error.message}`,
    {
      details: { ...error.details, file: path },
      cause: error,
    },
  );
}

/** A file that no media type takes. */
export function foreignType(name: string, format: Format | null): UploaderError {
  const promised = promisedBy(name);
  const details: ErrorDetails = format ? { content: format.mime } : {};
  if (format === null) {
    const lead = promised
      ? `Its name promises ${article(promised.label.one)}, but its content is of no kind that this program knows.`
      : 'Its content is of no kind that this program knows.';
    return new UploaderError('file-type', `${lead} Encord takes ${takenFormats()}.`, { details });
  }
  const lead = promised
    ? `Its name promises ${article(promised.label.one)}, but it is ${format.name}${isText(format) ? '.' : ', which this version does not upload.'}`
    : `It is ${format.name}, which this version does not upload.`;
  const advice = promised
    ? ` Check that it opens, and export it again as one of ${promised.takes}.`
    : ` It takes ${takenFormats()}.`;
  return new UploaderError('file-type', lead + advice, { details });
}

/** Text that was found in a folder, among the files that were meant. */
export function textInFolder(format: Format): UploaderError {
  return new UploaderError(
    'file-type',
    `It is ${format.name}, and text files in folders are left out, because most of them are notes and settings. ` +
      'To upload them, choose to take text files in the review or say --as text, or add the file by itself.',
    { details: { content: format.mime } },
  );
}

/** Text in a watch folder that takes every file by its content. */
export function textOfWatch(format: Format): UploaderError {
  return new UploaderError(
    'file-type',
    `It is ${format.name}, and text files are left out where each file is taken by its content. ` +
      'To upload them, set what the files of this watch folder become to text files.',
    { details: { content: format.mime } },
  );
}

/** A DICOM file in a watch folder that takes every file by itself. */
export function seriesOfWatch(): UploaderError {
  return new UploaderError(
    'file-type',
    'It is a DICOM file, and a series would go up in parts where each file is taken by itself. ' +
      'Set what each sub-folder of this watch folder becomes to DICOM series.',
    { details: { content: 'application/dicom' } },
  );
}

/** A file of a type that the account's route does not know. */
export function routeWithout(media: MediaId): UploaderError {
  const { many } = mediaType(media).label;
  return new UploaderError(
    'not-available',
    `The documented route does not know ${many}, so this account cannot upload them. ` +
      'Sign in with a private key (SSH) and use the storage route.',
    { details: { media } },
  );
}

/** A file that some media type takes, but not the one that was asked for. */
export function otherType(sniffed: Extract<Sniffed, { kind: 'taken' }>, wanted: MediaType): UploaderError {
  const frames = wanted.grouping === 'folder';
  const details = { content: sniffed.format.mime };
  if (frames && sniffed.media.id === 'image') {
    return new UploaderError(
      'file-type',
      `It is ${sniffed.format.name}, and frames of ${article(wanted.label.one)} are ${wanted.takes}. ` +
        'Convert it to one of them, or upload it as a single image or in an image group.',
      { details },
    );
  }
  const only = frames
    ? `only images can be frames of ${article(wanted.label.one)}`
    : `only ${wanted.label.many} were asked for`;
  return new UploaderError(
    'file-type',
    `It is ${sniffed.format.name}, and ${only}. Upload it separately, as what it is.`,
    { details },
  );
}

/** The ledger knows the content: `title` is what it was uploaded as, `doneAt` when (milliseconds). */
export function alreadyUploaded(
  media: MediaId,
  own: string,
  title: string,
  doneAt: number,
): { readonly message: string; readonly details: ErrorDetails } {
  const { grouping } = mediaType(media);
  const same = {
    file: 'the same content was',
    folder: 'the same frames were',
    series: 'the same files were',
  };
  const what = same[grouping];
  const as = own === title ? '' : ` as ${title}`;
  return {
    message: `The dataset has it already: ${what} uploaded before${as}. Nothing needs to be done.`,
    details: { uploadedAt: new Date(doneAt).toISOString(), title },
  };
}

/** Bytes as people write them, by powers of ten; exact where rounding would make the size equal to the limit. */
function bytesInWords(bytes: number, limit: number): string {
  if (bytes !== limit && rounded(bytes) === rounded(limit)) {
    return `${String(bytes).replace(/\B(?=(\d{3})+$)/g, ',')} bytes`;
  }
  return rounded(bytes);
}

function rounded(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toFixed(value < 10 && unit > 0 ? 2 : value < 100 && unit > 0 ? 1 : 0))} ${units[unit]}`;
}

function isText({ mime }: Format): boolean {
  return /^text\/|^application\/(json|xml)$/.test(mime);
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}
