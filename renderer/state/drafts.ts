/**
 * What somebody typed and has not saved yet, kept while its page is left and gone with the window. Used by forms inside
 * pages. Never for a secret: those stay in their fields.
 */
import { create } from 'zustand';

const useDrafts = create<Readonly<Record<string, unknown>>>()(() => ({}));

/** As `useState`, under a name; also whoever has left the page can set it. */
export function useDraft<T>(name: string, first: T): [draft: T, setDraft: (draft: T) => void] {
  const kept = useDrafts((drafts) => drafts[name]) as T | undefined;
  return [kept === undefined ? first : kept, (draft) => useDrafts.setState({ [name]: draft })];
}
