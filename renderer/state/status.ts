/** The one sentence of the status line, and the counts it is made from. Pure; drawn by `StatusLine`. */
import type { FailureView } from '../../preload/contract/errors.ts';
import type { ConnectionView, TotalsView } from '../../preload/contract/views.ts';
import { count, oneLine, plural, speed as saySpeed, timeLeft, until } from '../ui/format.ts';
import type { IconName } from '../ui/Icon.tsx';

export interface Counts {
  total: number;
  open: number;
  done: number;
  failed: number;
  uncertain: number;
  attention: number;
  cancelled: number;
  turnedAway: number;
}

export function countsOf(totals: TotalsView): Counts {
  const { units } = totals;
  const open = units.collecting + units.ready + units.registering + units.processing + units.linking;
  return {
    open,
    done: units.done,
    failed: units.failed,
    uncertain: units.uncertain,
    attention: units.failed + units.uncertain,
    cancelled: units.cancelled,
    turnedAway: totals.refused + totals.skipped,
    total: open + units.done + units.failed + units.uncertain + units.cancelled,
  };
}

/** Seconds until the bytes that are left have gone, at this speed; null where nothing moves. */
export function secondsLeft(totals: TotalsView, sentBytes: number, bytesPerSecond: number): number | null {
  if (bytesPerSecond < 1) return null;
  return Math.max(0, totals.bytes - totals.storedBytes - sentBytes) / bytesPerSecond;
}

export interface Status {
  text: string;
  tone: 'neutral' | 'accent' | 'done' | 'warn' | 'fail';
  icon: IconName | 'spinner';
}

/** Of the watch folders; said first where it is `urgent`, else only when there is nothing else. */
export interface WatchStatus extends Status {
  urgent: boolean;
}

interface StatusInput {
  connected: boolean | null;
  connection: ConnectionView;
  paused: boolean;
  /** Why the account in use is not taken; null where it is. */
  accountBlocked: FailureView | null;
  hasAccount: boolean;
  /** The key of the account in use is kept with its passphrase on, and was not opened in this run. */
  passphraseNeeded: boolean;
  /** The proxy asked for a login and did not get a good one. */
  proxyLoginNeeded: boolean;
  totals: TotalsView;
  /** Bytes of files on their way, beyond the stored ones. */
  sentBytes: number;
  speed: number;
  /** The one dataset of everything listed; null where there are several, or it is not known. */
  datasetTitle: string | null;
  /** What is to be said of watch folders; null where there is none that is on. */
  watch: WatchStatus | null;
  now: number;
}

/** The first sentence of a message, without its full stop. */
function firstSentence(message: string): string {
  return message.replace(/\.(\s.*)?$/s, '');
}

const BLOCKED_ICONS: Partial<Record<FailureView['code'], IconName>> = {
  'clock-wrong': 'clock',
  'passphrase-needed': 'lock',
};
const NEEDS_PASSPHRASE = 'The key needs its passphrase: enter it in the settings, uploads then go on';
const NEEDS_LOGIN = 'The proxy wants a login: enter it in the settings, uploads then go on';

function blockedSentence(blocked: FailureView): string {
  // Its own words say more than that the key is not taken: nobody can help it by signing in again.
  if (blocked.code === 'clock-wrong')
    return `${firstSentence(blocked.message)}: set it, uploads then go on by themselves`;
  if (blocked.code === 'passphrase-needed') return NEEDS_PASSPHRASE;
  return 'Encord no longer takes this account’s key: sign in again';
}

function stuckSentence(failure: FailureView): string {
  if (failure.code === 'database-corrupt') return firstSentence(failure.message);
  return `${firstSentence(failure.message)}: nothing is lost, uploads go on by themselves`;
}

function offlineSentence(failure: FailureView, open: boolean): string {
  if (failure.code !== 'proxy')
    return open ? 'Offline: will go on by itself' : 'Offline: uploads will begin when Encord can be reached';
  // It answered, where it named what it could not reach.
  const what =
    failure.details.host === undefined ? 'The proxy does not answer' : 'The proxy cannot reach Encord';
  return open ? `${what}: will go on by itself` : `${what}: uploads will begin when it does`;
}

/** What is true now, most urgent first. */
export function statusOf(input: StatusInput): Status {
  const counts = countsOf(input.totals);
  const need =
    counts.attention > 0
      ? ` · ${counts.attention === 1 ? '1 upload needs you' : `${count(counts.attention)} uploads need you`}`
      : '';
  if (input.connected === false)
    return { text: 'The uploader does not answer: trying again', tone: 'fail', icon: 'fail' };
  if (input.connected === null)
    return { text: 'Connecting to the uploader', tone: 'neutral', icon: 'spinner' };
  if (!input.hasAccount) return { text: 'Connect an account to begin', tone: 'neutral', icon: 'info' };
  if (input.accountBlocked)
    return {
      text: `${blockedSentence(input.accountBlocked)}${need}`,
      tone: 'fail',
      icon: BLOCKED_ICONS[input.accountBlocked.code] ?? 'key',
    };
  if (input.passphraseNeeded) return { text: `${NEEDS_PASSPHRASE}${need}`, tone: 'warn', icon: 'lock' };
  if (input.connection.kind === 'stuck')
    return { text: `${stuckSentence(input.connection.failure)}${need}`, tone: 'fail', icon: 'fail' };
  if (input.proxyLoginNeeded) return { text: `${NEEDS_LOGIN}${need}`, tone: 'warn', icon: 'lock' };
  if (input.connection.kind === 'offline' && input.connection.waitsFor === 'person')
    return {
      text: `${firstSentence(input.connection.failure.message)}${need}`,
      tone: 'warn',
      icon: 'offline',
    };
  if (counts.open > 0) {
    if (input.connection.kind === 'offline')
      return {
        text: `${offlineSentence(input.connection.failure, true)}${need}`,
        tone: 'warn',
        icon: 'offline',
      };
    if (input.connection.kind === 'waiting')
      return {
        text: `Encord asked everybody to wait: goes on ${until(input.connection.until, input.now)}${need}`,
        tone: 'warn',
        icon: 'clock',
      };
    const position = counts.done + counts.attention + counts.cancelled;
    const of = `${count(Math.min(position + 1, counts.total))} of ${count(counts.total)}`;
    if (input.paused)
      return {
        text: `Paused: ${plural(counts.open, 'upload')} still to go${need}`,
        tone: 'warn',
        icon: 'pause',
      };
    const left = secondsLeft(input.totals, input.sentBytes, input.speed);
    if (left !== null && input.totals.bytes > input.totals.storedBytes)
      return {
        text: `Uploading ${of} · ${saySpeed(input.speed)} · ${timeLeft(left)}${need}`,
        tone: 'accent',
        icon: 'spinner',
      };
    const { registering, processing, linking, collecting } = input.totals.units;
    const text =
      collecting === 0 && registering + processing + linking > 0
        ? `All bytes are there: Encord is processing ${plural(counts.open, 'upload')}`
        : `Uploading ${of}`;
    return { text: `${text}${need}`, tone: 'accent', icon: 'spinner' };
  }
  if (counts.attention > 0)
    return {
      text: `${counts.attention === 1 ? '1 upload needs you' : `${count(counts.attention)} uploads need you`}${
        counts.done > 0 ? ` · ${count(counts.done)} done` : ''
      }`,
      tone: counts.failed > 0 ? 'fail' : 'warn',
      icon: counts.failed > 0 ? 'fail' : 'question',
    };
  if (input.connection.kind === 'offline')
    return { text: offlineSentence(input.connection.failure, false), tone: 'warn', icon: 'offline' };
  if (input.watch?.urgent) return input.watch;
  if (counts.done > 0) {
    const where = oneLine(input.datasetTitle ?? 'Encord');
    const text =
      counts.done === 1
        ? `The upload is in ${where}`
        : `${counts.cancelled > 0 ? '' : 'All '}${plural(counts.done, 'upload')} ${counts.cancelled > 0 ? 'done' : 'are'} in ${where}`;
    return {
      text: counts.cancelled > 0 ? `${text} · ${count(counts.cancelled)} cancelled` : text,
      tone: 'done',
      icon: 'done',
    };
  }
  if (counts.cancelled > 0)
    return { text: `${plural(counts.cancelled, 'upload')} cancelled`, tone: 'neutral', icon: 'cancelled' };
  if (input.watch) return input.watch;
  return { text: 'Ready for files', tone: 'neutral', icon: 'check' };
}
