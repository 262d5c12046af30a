/**
 * The planner's look into one file: what it is, or why it is refused. Called by the planner, for many files at a time.
 */

import { asUploaderError, UploaderError } from './errors.ts';
import { type Format, HEAD_BYTES, hasFrames, mediaType, sniff } from './media/index.ts';
import type { MediaId } from './model.ts';
import type { PlanRequest } from './plan.ts';
import type { Given } from './plan-given.ts';
import type { FileRecord } from './plan-records.ts';
import type { Files, WalkEntry } from './ports.ts';
import {
  emptyFile,
  foreignType,
  nameProblem,
  otherType,
  seriesOfWatch,
  textOfWatch,
  tooLarge,
} from './refusals.ts';
import { type DicomTags, lookIntoDicom } from './series.ts';

export type FileEntry = Extract<WalkEntry, { kind: 'file' }>;

/** `tags`: of a DICOM file. */
export type Looked =
  | {
      readonly media: FileRecord['media'];
      readonly format: Format;
      readonly tags: DicomTags | null;
      /** Whether it is taken only where somebody says so: a text file that was found in a folder. */
      readonly aside: boolean;
    }
  | UploaderError;

export interface LookPorts {
  readonly request: PlanRequest;
  readonly files: Files;
  readonly given: Given;
  /** Paths that were named. */
  readonly named: ReadonlySet<string>;
}

/** Never rejects. */
export async function lookInto(entry: FileEntry, ports: LookPorts): Promise<Looked> {
  try {
    return await look(entry, ports);
  } catch (thrown) {
    return asUploaderError(thrown);
  }
}

async function look({ path, name, identity }: FileEntry, ports: LookPorts): Promise<Looked> {
  const { request, files, given, named } = ports;
  const problem = nameProblem(name);
  if (problem) return problem;
  if (identity.size === 0) return emptyFile();
  const head = await files.head(path, HEAD_BYTES);
  const sniffed = sniff(head, name);
  if (sniffed.kind === 'foreign') return foreignType(name, sniffed.format);
  const found = sniffed.media.id as FileRecord['media'];
  const { format } = sniffed;
  const group = given.groupOf(path);
  const as = group?.media ?? request.as;
  if (as !== 'auto' && !takes(as, found, head, name)) return otherType(sniffed, mediaType(as));
  // A series would be sent in parts, as its files happen to be finished.
  if (found === 'dicom' && given.byName && !group) return seriesOfWatch();
  if (found === 'text' && as === 'auto' && given.byName) return textOfWatch(format);
  const cannot = request.mediaProblem?.(as === 'auto' ? found : as);
  if (cannot) return cannot;
  if (identity.size > request.sizeLimitBytes) return tooLarge(identity.size, request.sizeLimitBytes);
  const tags = found === 'dicom' ? await lookIntoDicom((bytes) => files.head(path, bytes)) : null;
  if (tags instanceof UploaderError) return tags;
  return { media: found, format, tags, aside: found === 'text' && as === 'auto' && !named.has(path) };
}

/** Whether a file that is `found` by itself can be (a frame of) such a unit. */
function takes(as: MediaId, found: MediaId, head: Uint8Array, name: string): boolean {
  return hasFrames(as) ? mediaType(as).sniff(head, name) !== null : as === found;
}
