/** What happened, and how a notification says it: alone, or many of a kind at once. Pure; used by `news-desk.ts` and `news.ts`. */

import type { NewsKind, NewsView } from '../../../preload/contract/desktop.ts';
import { count, cut, cutEnd, firstSentence, oneLine, plural } from './words.ts';

export interface BatchPiece {
  readonly about: 'batch';
  readonly id: number;
  readonly name: string;
  readonly datasetTitle: string;
  readonly done: number;
  readonly failed: number;
  readonly uncertain: number;
  /** Why none of it goes on; null where it has come to its end. */
  readonly stuck: string | null;
  /** A watch folder added it. */
  readonly watched: boolean;
}

export interface FolderPiece {
  readonly about: 'folder';
  readonly id: number;
  readonly name: string;
  readonly why: string;
}

export interface AccountPiece {
  readonly about: 'account';
  readonly name: string;
  /** `turned-away`: by Encord; `passphrase` and the two after it: its key cannot be had. */
  readonly trouble:
    | 'turned-away'
    | 'missing'
    | 'clock'
    | 'passphrase'
    | 'keychain-locked'
    | 'keychain-unavailable';
  /** A sentence. */
  readonly why: string;
  /** Units that wait for it. */
  readonly waiting: number;
}

/** The way to Encord is closed until a person does something. */
export interface WayPiece {
  readonly about: 'way';
  /** A login for the proxy, or somebody who changes the settings or the network. */
  readonly waitsFor: 'login' | 'person';
  /** Sentences. */
  readonly why: string;
  /** Units that wait for it. */
  readonly waiting: number;
}

export interface UpdatePiece {
  readonly about: 'update';
  readonly version: string;
  /** It is there, and installed at quit; else it is only known to be there. */
  readonly ready: boolean;
}

export type Piece = BatchPiece | FolderPiece | AccountPiece | WayPiece | UpdatePiece;
type Said = Pick<NewsView, 'title' | 'body' | 'place'>;

/** Systems cut longer ones where they like. */
const TITLE_NAME = 40;
const LONGEST_BODY = 240;
const NAMES_SAID = 3;

export function kindOf(piece: Piece): NewsKind {
  switch (piece.about) {
    case 'batch':
      return piece.stuck === null && piece.failed + piece.uncertain === 0 ? 'finished' : 'failed';
    case 'folder':
      return 'folder';
    case 'account':
      return ofKeychain(piece) ? 'keychain' : 'sign-in';
    case 'way':
      return piece.waitsFor === 'login' ? 'sign-in' : 'failed';
    case 'update':
      return 'update';
  }
}

/** All pieces are of one kind and about the same, and there is at least one. */
export function say(pieces: readonly Piece[]): Said {
  const said = sayAny(pieces);
  return { ...said, body: cutEnd(said.body, LONGEST_BODY) };
}

function sayAny(pieces: readonly Piece[]): Said {
  const [first] = pieces;
  switch (first?.about) {
    case 'batch':
      return sayBatches(only(pieces, 'batch'));
    case 'folder':
      return sayFolders(only(pieces, 'folder'));
    case 'account':
      return sayAccounts(only(pieces, 'account'));
    case 'way':
      return sayWay(first);
    case 'update':
      return sayUpdate(only(pieces, 'update'));
    case undefined:
      throw new RangeError('There is nothing to say.');
  }
}

function only<A extends Piece['about']>(pieces: readonly Piece[], about: A): Extract<Piece, { about: A }>[] {
  return pieces.filter((piece): piece is Extract<Piece, { about: A }> => piece.about === about);
}

// ---------------------------------------------------------------------------------------------- batches

function sayBatches(batches: readonly BatchPiece[]): Said {
  const [first] = batches;
  const alone = batches.length === 1 && first ? first : null;
  const place = { kind: 'uploads', batchId: alone?.id ?? null } as const;
  const good = batches.every((batch) => kindOf(batch) === 'finished');
  if (good) {
    const title = alone ? `${nameOf(alone)} is finished` : `${count(batches.length)} batches are finished`;
    return { title, body: `${inDatasets(batches)}.`, place };
  }
  if (alone?.stuck) return { title: `${nameOf(alone)} is stuck`, body: oneLine(alone.stuck), place };
  const title = alone ? `${nameOf(alone)} needs you` : `${count(batches.length)} batches need you`;
  return { title, body: trouble(batches), place };
}

function trouble(batches: readonly BatchPiece[]): string {
  const sum = (of: (batch: BatchPiece) => number): number => batches.reduce((so, batch) => so + of(batch), 0);
  const failed = sum((batch) => batch.failed);
  const uncertain = sum((batch) => batch.uncertain);
  const done = sum((batch) => batch.done);
  const stuck = batches.filter((batch) => batch.stuck !== null).length;
  const sentences: string[] = [];
  if (failed > 0) sentences.push(`${plural(failed, 'file')} failed.`);
  if (uncertain > 0) {
    const were = uncertain === 1 ? 'was' : 'were';
    sentences.push(`It is not certain whether ${plural(uncertain, 'file')} ${were} registered.`);
  }
  if (stuck > 0) sentences.push(`${plural(stuck, 'batch', 'batches')} cannot go on.`);
  if (done > 0) sentences.push(`${inDatasets(batches)}.`);
  return sentences.join(' ');
}

/** `3,204 files are in Traffic Data`, `3,204 files are in 3 datasets`. */
function inDatasets(batches: readonly BatchPiece[]): string {
  const files = batches.reduce((sum, { done }) => sum + done, 0);
  const titles = new Set(batches.filter(({ done }) => done > 0).map(({ datasetTitle }) => datasetTitle));
  const [title = ''] = titles;
  const where = titles.size === 1 ? cut(oneLine(title), TITLE_NAME) : plural(titles.size, 'dataset');
  return `${plural(files, 'file')} ${files === 1 ? 'is' : 'are'} in ${where}`;
}

// ---------------------------------------------------------------------------------------------- the others

function sayFolders(folders: readonly FolderPiece[]): Said {
  const [first] = folders;
  if (folders.length === 1 && first) {
    return {
      title: `${nameOf(first)} is suspended`,
      body: oneLine(first.why),
      place: { kind: 'watch', watchId: first.id },
    };
  }
  return {
    title: `${count(folders.length)} watch folders are suspended`,
    body: `${namesOf(folders)}.`,
    place: { kind: 'watch', watchId: null },
  };
}

function sayAccounts(accounts: readonly AccountPiece[]): Said {
  const [first] = accounts;
  const place = { kind: 'settings', section: 'accounts' } as const;
  const waiting = accounts.reduce((sum, account) => sum + account.waiting, 0);
  const one = accounts.length === 1 || (ofMachine(first) && accounts.every((each) => alike(each, first)));
  if (one) {
    const title = accountTitle(first);
    return { title, body: whyAndWho(beyond(title, first?.why ?? ''), waiting, ' for it'), place };
  }
  const all = (...troubles: readonly AccountPiece['trouble'][]): boolean =>
    accounts.every(({ trouble }) => troubles.includes(trouble));
  const what = all('turned-away', 'missing')
    ? 'have to sign in again'
    : all('passphrase')
      ? 'need their passphrases'
      : 'need you';
  const title = `${count(accounts.length)} accounts ${what}`;
  return { title, body: whyAndWho(`${namesOf(accounts)}.`, waiting, ' for them'), place };
}

const alike = (one: AccountPiece, other: AccountPiece | undefined): boolean => one.trouble === other?.trouble;

function ofKeychain(account: AccountPiece | undefined): boolean {
  return account?.trouble === 'keychain-locked' || account?.trouble === 'keychain-unavailable';
}

/** Whatever the account: what helps one helps all. */
function ofMachine(account: AccountPiece | undefined): boolean {
  return ofKeychain(account) || account?.trouble === 'clock';
}

/** What the sentences say beyond a title that is their first. */
function beyond(title: string, why: string): string {
  return firstSentence(why) === title ? why.slice(title.length + 1).trimStart() : why;
}

/** Sentences that may be long, and how many files wait, which stays whole. */
function whyAndWho(why: string, waiting: number, forWhat: string): string {
  if (waiting === 0) return oneLine(why);
  const waits = `${plural(waiting, 'file')} ${waiting === 1 ? 'waits' : 'wait'}${forWhat}.`;
  const short = cutEnd(oneLine(why), LONGEST_BODY - waits.length - 1);
  return short === '' ? waits : `${short} ${waits}`;
}

function accountTitle(account: AccountPiece | undefined): string {
  switch (account?.trouble) {
    case 'passphrase':
      return `${nameOf(account)} needs its passphrase`;
    case 'keychain-locked':
      return 'The keychain is locked';
    case 'keychain-unavailable':
      return 'The keychain cannot be reached';
    case 'clock':
      return 'The clock of this machine is wrong';
    default:
      return `${account ? nameOf(account) : 'An account'} has to sign in again`;
  }
}

function sayWay({ waitsFor, why, waiting }: WayPiece): Said {
  const title = waitsFor === 'login' ? 'The proxy wants a login' : 'Encord cannot be reached';
  return { title, body: whyAndWho(why, waiting, ''), place: { kind: 'settings', section: 'network' } };
}

function sayUpdate(updates: readonly UpdatePiece[]): Said {
  const update = updates.at(-1);
  const version = oneLine(update?.version ?? '');
  const place = { kind: 'settings', section: 'updates' } as const;
  return update?.ready
    ? {
        title: `Encord Uploader ${version} is ready`,
        body: 'It is installed when you quit and nothing is on its way.',
        place,
      }
    : { title: `Encord Uploader ${version} is available`, body: 'Download it when it suits you.', place };
}

function nameOf({ name }: { readonly name: string }): string {
  return cut(oneLine(name), TITLE_NAME);
}

/** `A, B and C`, `A, B, C and 4 more`. */
function namesOf(all: readonly { readonly name: string }[]): string {
  const names = all.slice(0, NAMES_SAID).map(nameOf);
  const rest = all.length - names.length;
  if (rest > 0) return `${names.join(', ')} and ${count(rest)} more`;
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
