/** One storage folder as it is now, and what it holds in numbers. Used by `StoragePage` and its dialogs. */
import { useEffect, useState } from 'react';
import type { FolderSummaryView, FolderView } from '../../../preload/contract/manage.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';

export interface FolderNow {
  readonly folder: FolderView | null;
  readonly failure: string | null;
  readonly again: () => void;
}

/** @param known what is known of it already, shown until main has answered. */
export function useFolder(folderId: string | null, known: FolderView | null): FolderNow {
  const [folder, setFolder] = useState<FolderView | null>(known);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks for the same folder again.
  useEffect(() => {
    setFailure(null);
    setFolder((now) => (now?.id === folderId ? now : known?.id === folderId ? known : null));
    if (folderId === null) return;
    let left = false;
    const ask = async () => {
      const answer = await call('storage.folder', { folderId });
      if (left) return;
      setFailure(answer.ok ? null : answer.error.message);
      if (answer.ok) setFolder(answer.value);
    };
    void ask();
    const stop = onTopics((topics) => {
      if (topics.has('datasets')) void ask();
    });
    return () => {
      left = true;
      stop();
    };
  }, [folderId, turn]);
  return {
    // The state is one drawing late where the folder is another one.
    folder: folder?.id === folderId ? folder : known?.id === folderId ? known : null,
    failure,
    again: () => setTurn((before) => before + 1),
  };
}

export interface SummaryNow {
  readonly summary: FolderSummaryView | null;
  readonly failure: string | null;
  readonly again: () => void;
}

/** All that lies in a folder and below it. Encord counts, which may take a while. */
export function useSummary(folderId: string | null): SummaryNow {
  const [told, setTold] = useState<{ of: string; summary: FolderSummaryView } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks for the same again.
  useEffect(() => {
    setFailure(null);
    if (folderId === null) return;
    let left = false;
    const ask = async () => {
      const answer = await call('storage.summary', { folderId });
      if (left) return;
      if (answer.ok) setTold({ of: folderId, summary: answer.value });
      else setFailure(answer.error.message);
    };
    void ask();
    const stop = onTopics((topics) => {
      if (topics.has('datasets')) void ask();
    });
    return () => {
      left = true;
      stop();
    };
  }, [folderId, turn]);
  return {
    summary: told?.of === folderId ? told.summary : null,
    failure,
    again: () => setTurn((before) => before + 1),
  };
}
