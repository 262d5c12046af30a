/**
 * DICOM series: what a file's tags say of it, and the files of a series put in their order. Called by the planner, and for
 * first looks by watch folders.
 */

import { UploaderError } from './errors.ts';
import { type DicomReading, type DicomTags, readDicomTags } from './media/dicom-tags.ts';
import { sortInSlices } from './natural.ts';
import { commonPrefix, folderName, folderPath } from './paths.ts';
import { compareFiles, type FileRecord, type Folder, pathOf } from './plan-records.ts';
import { nameProblem } from './refusals.ts';
import type { Slicer } from './slicer.ts';

export type { DicomTags } from './media/dicom-tags.ts';

/** Some scanners write much before the tags that are wanted here, but not more than this many bytes. */
const MOST_BYTES = 4 * 1024 * 1024;
const FIRST_BYTES = 32 * 1024;

/**
 * What a DICOM file says of itself, or why it cannot be part of a series. `read` answers so many first bytes, or all of a
 * smaller file; what it throws is passed on.
 */
export async function lookIntoDicom(
  read: (bytes: number) => Promise<Uint8Array>,
): Promise<DicomTags | UploaderError> {
  for (let bytes = FIRST_BYTES; ; ) {
    const head = await read(bytes);
    const reading = readDicomTags(head, head.length < bytes ? head.length : Number.POSITIVE_INFINITY);
    if (reading.kind === 'tags') return reading.tags;
    if (reading.kind !== 'more' || bytes >= MOST_BYTES) return tagProblem(reading);
    bytes = Math.min(MOST_BYTES, Math.max(bytes * 4, reading.bytes));
  }
}

function tagProblem(reading: Exclude<DicomReading, { kind: 'tags' }>): UploaderError {
  switch (reading.kind) {
    case 'missing': {
      const names = reading.names.join(', ');
      return new UploaderError(
        'file-type',
        `It is a DICOM file without ${names}, which Encord requires. Export it again with ${reading.names.length === 1 ? 'this tag' : 'these tags'}.`,
        { details: { missing: names } },
      );
    }
    case 'directory':
      return new UploaderError(
        'file-type',
        'It is the index of a DICOM medium (DICOMDIR), which lists images and holds none. Nothing needs to be done.',
      );
    case 'deflated':
      return new UploaderError(
        'file-type',
        'It is a DICOM file in the deflated transfer syntax, so its tags cannot be read here. Convert it to explicit VR little endian, then add it again.',
      );
    case 'damaged':
      return new UploaderError(
        'file-type',
        'It is a DICOM file whose tags cannot be read: it is damaged, or was not written to its end. Export or copy it again.',
      );
    case 'more':
      return new UploaderError(
        'file-type',
        'It is a DICOM file whose tags stand too far behind its beginning. Export it again without the private tags of the scanner.',
      );
  }
}

/** What the files of a plan's series say, until each series is put in order. */
export class SeriesBook {
  readonly #tags = new Map<FileRecord, DicomTags>();

  note(file: FileRecord, tags: DicomTags): void {
    this.#tags.set(file, tags);
  }

  /**
   * Once all files of a series are known: orders them, names the series, and answers what is wrong with it as a whole.
   * `refuse` is told of files that cannot stay.
   */
  async finish(
    series: Folder,
    slicer: Slicer,
    refuse: (file: FileRecord, error: UploaderError) => void,
  ): Promise<UploaderError | null> {
    const tagsOf = (file: FileRecord): DicomTags | undefined => this.#tags.get(file);
    const place = (file: FileRecord): number => tagsOf(file)?.number ?? Number.MAX_SAFE_INTEGER;
    await sortInSlices(series.files, (a, b) => place(a) - place(b) || compareFiles(a, b), slicer);
    const prefix = series.files.map((file) => file.prefix).reduce(commonPrefix);
    series.path = folderPath(prefix);
    series.name = folderName(prefix) || 'DICOM series';
    const studies = new Set<string>();
    const images = new Map<string, FileRecord>();
    let described: string | null = null;
    for (const file of [...series.files]) {
      const tags = tagsOf(file);
      this.#tags.delete(file);
      if (!tags) continue;
      studies.add(tags.study);
      described ??= tags.description;
      const twin = images.get(tags.instance);
      if (twin) refuse(file, sameImage(twin));
      else images.set(tags.instance, file);
      if (slicer.spent()) await slicer.pause();
    }
    if (described !== null && nameProblem(described) === null) series.name = described;
    return studies.size > 1 ? mixedStudies(studies.size) : null;
  }
}

function sameImage(twin: FileRecord): UploaderError {
  return new UploaderError(
    'duplicate',
    `Its image is in the series already: ${pathOf(twin)} has the same SOPInstanceUID. Remove one of the two, or export them with ids of their own.`,
  );
}

function mixedStudies(count: number): UploaderError {
  return new UploaderError(
    'file-type',
    `Its files name one series, but ${count} studies (StudyInstanceUID), so they are not one series. Export them again, each study with ids of its own.`,
  );
}
