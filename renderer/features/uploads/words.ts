/** How a row of the queue says its state: a word, a shape and a tone. Pure; used by the rows and the details. */
import type { BatchRow, ItemRow, MediaId, UnitRow } from '../../../preload/contract/views.ts';
import { countsOf } from '../../state/status.ts';
import { count, until, when } from '../../ui/format.ts';
import type { IconName } from '../../ui/Icon.tsx';

export interface StateWord {
  word: string;
  icon: IconName | 'spinner';
  tone: 'quiet' | 'accent' | 'done' | 'warn' | 'fail';
}

export const MEDIA: Record<MediaId, { icon: IconName; one: string; many: string }> = {
  video: { icon: 'video', one: 'video', many: 'videos' },
  image: { icon: 'image', one: 'image', many: 'images' },
  'image-group': { icon: 'group', one: 'image group', many: 'image groups' },
  'image-sequence': { icon: 'group', one: 'image sequence', many: 'image sequences' },
  audio: { icon: 'activity', one: 'audio file', many: 'audio files' },
  dicom: { icon: 'group', one: 'DICOM series', many: 'DICOM series' },
  nifti: { icon: 'file', one: 'NIfTI volume', many: 'NIfTI volumes' },
  pdf: { icon: 'file', one: 'PDF', many: 'PDFs' },
  text: { icon: 'file', one: 'text file', many: 'text files' },
};

const PAUSED: StateWord = { word: 'Paused', icon: 'pause', tone: 'warn' };

export function unitWord(unit: UnitRow, moving: boolean, held: boolean, now: number): StateWord {
  switch (unit.state) {
    case 'done':
      return { word: 'Done', icon: 'done', tone: 'done' };
    case 'failed':
      return { word: 'Failed', icon: 'fail', tone: 'fail' };
    case 'uncertain':
      return { word: 'Not certain', icon: 'question', tone: 'warn' };
    case 'cancelled':
      return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
    default:
      break;
  }
  if (unit.paused || held) return PAUSED;
  if (unit.notBefore !== null && unit.notBefore > now)
    return { word: `Tries again ${until(unit.notBefore, now)}`, icon: 'clock', tone: 'warn' };
  switch (unit.state) {
    case 'collecting':
      return moving
        ? { word: 'Uploading', icon: 'upload', tone: 'accent' }
        : { word: 'Waiting', icon: 'clock', tone: 'quiet' };
    case 'ready':
    case 'registering':
      return { word: 'Registering', icon: 'spinner', tone: 'accent' };
    case 'processing':
      return { word: 'Processing', icon: 'spinner', tone: 'accent' };
    case 'linking':
      return { word: 'Adding to dataset', icon: 'spinner', tone: 'accent' };
  }
}

export function itemWord(item: ItemRow, moving: boolean, now: number): StateWord {
  if (item.state === 'stored') return { word: 'Stored', icon: 'done', tone: 'done' };
  if (item.state === 'failed') return { word: 'Failed', icon: 'fail', tone: 'fail' };
  if (item.state === 'cancelled') return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
  if (moving) return { word: 'Uploading', icon: 'upload', tone: 'accent' };
  if (item.paused) return PAUSED;
  if (item.notBefore !== null && item.notBefore > now)
    return { word: `Tries again ${until(item.notBefore, now)}`, icon: 'clock', tone: 'warn' };
  return { word: 'Waiting', icon: 'clock', tone: 'quiet' };
}

export function batchWord(batch: BatchRow, moving: boolean, held: boolean, offline = false): StateWord {
  const counts = countsOf(batch.totals);
  if (counts.open > 0) {
    if (batch.paused || batch.accountPaused || held) return PAUSED;
    if (offline) return { word: 'Offline', icon: 'offline', tone: 'warn' };
    if (batch.trouble) return { word: 'Waiting', icon: 'warn', tone: 'warn' };
    if (moving) return { word: 'Uploading', icon: 'upload', tone: 'accent' };
    const { registering, processing, linking, ready } = batch.totals.units;
    if (registering + processing + linking + ready > 0)
      return { word: processing > 0 ? 'Processing' : 'Registering', icon: 'spinner', tone: 'accent' };
    return { word: 'Waiting', icon: 'clock', tone: 'quiet' };
  }
  if (counts.failed > 0) return { word: `${count(counts.failed)} failed`, icon: 'fail', tone: 'fail' };
  if (counts.uncertain > 0)
    return { word: `${count(counts.uncertain)} not certain`, icon: 'question', tone: 'warn' };
  if (counts.done > 0)
    return {
      word: batch.finishedAt === null ? 'Done' : `Done ${when(batch.finishedAt)}`,
      icon: 'done',
      tone: 'done',
    };
  if (counts.cancelled > 0) return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
  return { word: 'Nothing taken', icon: 'skip', tone: 'quiet' };
}
