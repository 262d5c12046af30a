/** How watch folders say their state, their rules and their rows: words, shapes, tones. Pure; used by the Watch folders page. */
import type {
  WatchActionView,
  WatchedRowView,
  WatchFolderView,
  WatchRulesView,
} from '../../../preload/contract/watch.ts';
import { isSuspended, needsPerson } from '../../state/watch-status.ts';
import { count, plural, timeLeftShort, until, when } from '../../ui/format.ts';
import { MEDIA, type StateWord } from '../uploads/words.ts';

export interface FolderWord extends StateWord {
  /** Why, or what to do; null where the word says all. */
  why: string | null;
}

export function folderWord(folder: WatchFolderView): FolderWord {
  if (!folder.on) return { word: 'Off', icon: 'pause', tone: 'quiet', why: null };
  if (isSuspended(folder) && folder.state.kind === 'suspended')
    return { word: 'Suspended', icon: 'folderAway', tone: 'warn', why: folder.state.failure.message };
  if (needsPerson(folder)) return { word: 'Needs you', icon: 'warn', tone: 'warn', why: needOf(folder) };
  return watchWord(folder.state);
}

/** The state without what a person has to do. */
export function watchWord(state: WatchFolderView['state']): FolderWord {
  switch (state.kind) {
    case 'off':
      return { word: 'Off', icon: 'pause', tone: 'quiet', why: null };
    case 'starting':
      return {
        word: 'Looking through it',
        icon: 'spinner',
        tone: 'accent',
        why: state.files > 0 ? `${plural(state.files, 'file')} so far` : null,
      };
    case 'watching':
      return { word: 'Watching', icon: 'watch', tone: 'accent', why: null };
    case 'polling':
      return {
        word: `Looks every ${duration(state.everySeconds)}`,
        icon: 'retry',
        tone: 'accent',
        why: state.why,
      };
    case 'suspended':
      return { word: 'Suspended', icon: 'folderAway', tone: 'warn', why: state.failure.message };
  }
}

/** What a person has to do, shortly. */
function needOf(folder: WatchFolderView): string {
  if (folder.accountName === null) return 'Its account was removed';
  const parts = [
    folder.attention > 0 ? `${count(folder.attention)} to decide` : '',
    folder.held > 0 ? `${count(folder.held)} to review` : '',
  ].filter(Boolean);
  return parts.join(', ') || (folder.notices.find((each) => each.tone === 'attention')?.text ?? '');
}

/** Seconds as a person would write them: `10 s`, `5 min`, `2 h`, `7 days`. */
export function duration(seconds: number): string {
  if (seconds >= 2 * 86_400 && seconds % 86_400 === 0) return `${count(seconds / 86_400)} days`;
  if (seconds === 86_400) return 'a day';
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  return timeLeftShort(seconds).replace(/\.0 h$/, ' h');
}

const GROUP = { 'image-group': 'an image group', 'image-sequence': 'an image sequence' } as const;

/** What files become, as a sentence without its full stop. */
export function becomesSentence({ becomes }: Pick<WatchRulesView, 'becomes'>): string {
  switch (becomes.kind) {
    case 'files':
      if (becomes.media === 'auto') return 'Each file becomes a data row';
      return `Each ${MEDIA[becomes.media].one} becomes a data row`;
    case 'folders':
      if (becomes.media === 'dicom') return 'Each DICOM series of a sub-folder becomes a data row';
      return `Each sub-folder becomes ${GROUP[becomes.media]}`;
    case 'pattern':
      return `Files that share ${becomes.pattern} become ${GROUP[becomes.media]}`;
    case 'gap':
      return `Images without a pause of ${duration(becomes.seconds)} become ${GROUP[becomes.media]}`;
  }
}

/** When a file is taken for finished. */
export function finishedSentence({ readiness }: Pick<WatchRulesView, 'readiness'>): string {
  const signs = [
    readiness.quietSeconds > 0 ? `nothing changed for ${duration(readiness.quietSeconds)}` : '',
    readiness.marker === null ? '' : `${readiness.marker} is there`,
    readiness.manifest === null ? '' : `${readiness.manifest} lists it`,
    readiness.notOpen ? 'no program is writing it' : '',
    readiness.complete ? 'its end is there' : '',
  ].filter(Boolean);
  if (signs.length === 0) return 'Finished at once';
  return `Finished when ${listed(signs, readiness.combine === 'all' ? 'and' : 'or')}`;
}

export function afterSentence({ after }: Pick<WatchRulesView, 'after'>): string {
  switch (after.kind) {
    case 'keep':
      return 'Files stay where they are';
    case 'move':
      return 'Uploaded files move to uploaded/';
    case 'trash':
      return `Uploaded files go to the trash after ${duration(after.graceSeconds)}`;
  }
}

function listed(parts: readonly string[], word: 'and' | 'or'): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** Of a file that was taken: how its upload stands. */
export function uploadWord(row: WatchedRowView): StateWord {
  if (row.state === 'done') return { word: 'In Encord', icon: 'done', tone: 'done' };
  if (row.state === 'cancelled') return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
  switch (row.unit?.state) {
    case 'done':
      return { word: 'In Encord', icon: 'done', tone: 'done' };
    case 'failed':
      return { word: 'Failed', icon: 'fail', tone: 'fail' };
    case 'uncertain':
      return { word: 'Not certain', icon: 'question', tone: 'warn' };
    case 'cancelled':
      return { word: 'Cancelled', icon: 'cancelled', tone: 'quiet' };
    case 'ready':
    case 'registering':
      return { word: 'Registering', icon: 'spinner', tone: 'accent' };
    case 'processing':
      return { word: 'Processing', icon: 'spinner', tone: 'accent' };
    case 'linking':
      return { word: 'Adding to dataset', icon: 'spinner', tone: 'accent' };
    default:
      return row.unit?.itemState === 'stored'
        ? { word: 'Stored', icon: 'done', tone: 'quiet' }
        : { word: 'In the queue', icon: 'clock', tone: 'quiet' };
  }
}

export function skippedWord(row: WatchedRowView): StateWord {
  if (row.state === 'refused') return { word: 'Refused', icon: 'cancelled', tone: 'warn' };
  if (row.state === 'ignored') return { word: 'Left', icon: 'cancelled', tone: 'quiet' };
  return { word: 'Skipped', icon: 'skip', tone: 'quiet' };
}

export function actionWord(action: WatchActionView, now: number): StateWord {
  const move = action.kind === 'move';
  switch (action.state) {
    case 'due':
      return {
        word: `${move ? 'Moves' : 'Trash'} ${until(action.dueAt, now)}`,
        icon: 'clock',
        tone: 'quiet',
      };
    case 'under-way':
      return { word: move ? 'Moving' : 'To the trash', icon: 'spinner', tone: 'accent' };
    case 'done':
      return {
        word: `${move ? 'Moved' : 'In the trash'}${action.at === null ? '' : ` ${when(action.at, now)}`}`,
        icon: 'done',
        tone: 'done',
      };
    case 'failed':
      return { word: 'Left where it is', icon: 'warn', tone: 'warn' };
    case 'undone':
      return { word: 'Undone', icon: 'retry', tone: 'quiet' };
  }
}
