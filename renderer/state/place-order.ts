/** Which places that were asked for can be opened now, and which wait. Pure; used by `places.ts`. */
import type { PlaceView } from '../../preload/contract/desktop.ts';

export type FilesPlace = Extract<PlaceView, { kind: 'files' }>;

/** As many paths as main takes for one review. */
const MOST_PATHS = 100_000;

export interface Around {
  hasAccount: boolean;
  /** A dialog or a review is open, which nothing may close. */
  floating: boolean;
}

const isCommand = ({ kind }: PlaceView): boolean => kind === 'command';
const isFiles = (place: PlaceView): place is FilesPlace => place.kind === 'files';
const needsAccount = ({ kind }: PlaceView): boolean => kind === 'files' || kind === 'dataset';

/**
 * What is left to be opened of what was asked for: whoever asked for two pages wants the last one, and files that came
 * one by one are one review. What waits for an account is not undone by what does not.
 */
export function tidy(places: readonly PlaceView[], hasAccount: boolean): PlaceView[] {
  const pages = places.filter((place) => !isCommand(place) && !isFiles(place));
  const kept = hasAccount
    ? pages.slice(-1)
    : [...pages.filter(needsAccount).slice(-1), ...pages.filter((place) => !needsAccount(place)).slice(-1)];
  const paths = [...new Set(places.filter(isFiles).flatMap((place) => place.paths))];
  const files: FilesPlace[] = [];
  for (let at = 0; at < paths.length; at += MOST_PATHS)
    files.push({ kind: 'files', paths: paths.slice(at, at + MOST_PATHS) });
  return [...kept, ...places.filter(isCommand), ...files];
}

/** `never`: a command belongs to the moment in which it was given, and what is open has the person's attention. */
export function when(place: PlaceView, { hasAccount, floating }: Around): 'now' | 'later' | 'never' {
  if (floating) return isCommand(place) ? 'never' : 'later';
  return needsAccount(place) && !hasAccount ? 'later' : 'now';
}

/** How many files and folders are among them. */
export function pathsIn(places: readonly PlaceView[]): number {
  return places.filter(isFiles).reduce((sum, { paths }) => sum + paths.length, 0);
}
