/** What needs a person, and the lines of batches and watch folders. Pure but for what is read; used by `glance.ts`. */

import type { GlanceView } from '../../../preload/contract/desktop.ts';
import type { WaitsFor } from '../../../preload/contract/views.ts';
import type { AccountRecord, BatchView, UnfinishedWork } from '../../adapters/sqlite/index.ts';
import type { Failure, UploaderError } from '../../core/errors.ts';
import type { AccountId } from '../../core/model.ts';
import type { WatchBrief } from '../watch/watching.ts';
import { openUnits, troubled } from './counts.ts';
import type { GlanceSource } from './source.ts';
import { afterColon, count, firstSentence, lastPart, needYou, oneLine, plural } from './words.ts';

/** All that does not go on before a person did something. */
export interface Needs {
  /** Units that failed or are uncertain. */
  readonly attention: number;
  /** Those, and the units of batches that are stuck. */
  readonly files: number;
  /** Of an account that Encord turned away; null where none is. */
  readonly blocked: Failure | null;
  /** Units that wait for an account that is blocked or gone. */
  readonly waitForAccount: number;
  /** Accounts with work whose key cannot be had, and why. */
  readonly locked: ReadonlyMap<AccountId, UploaderError>;
  /** Units that wait for those. */
  readonly waitForKey: number;
  readonly folders: readonly WatchBrief[];
}

export function readNeeds(
  { deps: { store }, engine, watch }: GlanceSource,
  unfinished: readonly UnfinishedWork[],
): Needs {
  const attention = troubled(store.totals({ kind: 'all' }));
  const locked = new Map<AccountId, UploaderError>();
  let stuck = 0;
  let waitForAccount = 0;
  let waitForKey = 0;
  for (const { accountId, hindrance, totals } of unfinished) {
    if (hindrance === 'stuck') stuck += openUnits(totals);
    if (hindrance === 'blocked' || hindrance === 'account-removed') waitForAccount += openUnits(totals);
    const trouble = hindrance === 'none' || hindrance === 'paused' ? engine.sessionTrouble(accountId) : null;
    if (trouble === null) continue;
    locked.set(accountId, trouble);
    if (hindrance === 'none') waitForKey += openUnits(totals);
  }
  return {
    attention,
    files: attention + stuck,
    blocked: store.accounts().find(({ blocked }) => blocked !== null)?.blocked ?? null,
    waitForAccount,
    locked,
    waitForKey,
    folders: watch
      .brief()
      .filter((folder) =>
        ['suspended', 'attention'].includes(folderState(folder, store.account(folder.accountId))),
      ),
  };
}

/** The most urgent of it; null where nothing needs a person. */
export function needLine(needs: Needs): string | null {
  const left = (waiting: number): string => (waiting > 0 ? ` · ${count(waiting)} left` : '');
  if (needs.blocked !== null) {
    // Its own words say more than that the key is not taken: nobody can help it by signing in again.
    const what =
      needs.blocked.code === 'clock-wrong' ? firstSentence(needs.blocked.message) : 'Sign in again';
    return `${what}${left(needs.waitForAccount)}`;
  }
  if (needs.waitForAccount > 0) return `Sign in again${left(needs.waitForAccount)}`;
  const [trouble] = needs.locked.values();
  if (trouble && needs.waitForKey > 0) return `${lockedText(trouble)}${left(needs.waitForKey)}`;
  if (needs.files > 0) return needYou(needs.files);
  const [folder] = needs.folders;
  if (folder === undefined) return null;
  if (needs.folders.length > 1) return `${count(needs.folders.length)} watch folders need you`;
  const name = lastPart(folder.root);
  return folder.state.kind === 'suspended' ? `${name} is suspended` : `${name} needs you`;
}

/** @param waiting units that would go on if Encord could be reached */
export function offlineLine(waitsFor: WaitsFor, waiting: number): string {
  switch (waitsFor) {
    case 'login':
      return `The proxy wants a login · ${count(waiting)} left`;
    case 'person':
      return `Encord cannot be reached · ${count(waiting)} left`;
    case 'network':
      return 'Offline · goes on by itself';
  }
}

function lockedText(trouble: UploaderError): string {
  switch (trouble.code) {
    case 'passphrase-needed':
      return 'Passphrase needed';
    case 'keychain-locked':
      return 'The keychain is locked';
    case 'keychain-unavailable':
      return 'The keychain cannot be reached';
    case 'account-missing':
      return 'Sign in again';
    default:
      return firstSentence(trouble.message);
  }
}

/** `41 of 80`, `80 files are in Traffic Data`. */
export function batchLine(batch: BatchView): string {
  const { totals } = batch;
  const open = openUnits(totals);
  const needs = troubled(totals);
  const { done, cancelled } = totals.units;
  const more = needs > 0 ? ` · ${needYou(needs)}` : '';
  if (open > 0) {
    if (batch.trouble !== null) return firstSentence(batch.trouble.message);
    const of = `${count(done)} of ${count(batch.unitCount - cancelled)}`;
    return `${batch.paused || batch.accountPaused ? 'Paused · ' : ''}${of}${more}`;
  }
  if (needs > 0) return done > 0 ? `${needYou(needs)} · ${count(done)} done` : needYou(needs);
  if (done > 0)
    return `${plural(done, 'file')} ${done === 1 ? 'is' : 'are'} in ${oneLine(batch.datasetTitle)}`;
  return cancelled > 0 ? 'Cancelled' : 'Nothing new in it';
}

type FolderState = GlanceView['folders'][number]['state'];

/** @param account of the folder; null where it was removed */
export function folderState(folder: WatchBrief, account: AccountRecord | null): FolderState {
  if (!folder.on) return 'off';
  if (folder.state.kind === 'suspended') return 'suspended';
  return account === null || account.blocked !== null || folder.attention > 0 ? 'attention' : 'on';
}

/** `Watching · 2 waiting`, `Suspended: the folder is not there`. */
export function folderLine(folder: WatchBrief, account: AccountRecord | null): string {
  if (!folder.on) return 'Off';
  if (folder.state.kind === 'suspended')
    return `Suspended: ${afterColon(firstSentence(folder.state.failure.message))}`;
  if (account === null) return 'Its account was removed';
  if (account.blocked !== null) return 'Its account has to sign in again';
  if (folder.attention > 0)
    return folder.attention === 1 ? '1 waits for you' : `${count(folder.attention)} wait for you`;
  const watching = folder.state.kind === 'starting' ? 'Looking through it' : 'Watching';
  return folder.waiting > 0 ? `${watching} · ${count(folder.waiting)} waiting` : watching;
}
