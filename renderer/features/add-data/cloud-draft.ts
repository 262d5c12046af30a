/** What somebody fills in to register cloud data, kept while steps come and go. Used by `RegisterCloud` and its steps. */
import { useCallback, useRef, useState } from 'react';
import type { Answer } from '../../../preload/contract/errors.ts';
import type { CloudCheckView, CloudMapping } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import type { ChosenText } from '../../state/text-source.ts';
import type { Trail } from './StorageFolders.tsx';

export interface CloudDraft {
  integrationId: string | null;
  /** Of a static dataset: a folder that is there, or one that is made. */
  folder: 'existing' | 'new';
  existing: Trail;
  name: string;
  parent: Trail;
  ignoreErrors: boolean;
  skipDuplicates: boolean;
  /** What was pasted, until it is read. */
  pasted: string;
  pasting: boolean;
}

/** As much as main takes as a text. */
export const PASTED_MOST = 1_000_000;

/** Whether there is a text to read. */
export function isPasted(text: string): boolean {
  return text.trim() !== '' && text.length <= PASTED_MOST;
}

/** A pasted text as if it had been chosen. */
export function pastedText(text: string): Promise<Answer<ChosenText>> {
  const name = /^\s*[{[]/.test(text) ? 'pasted.json' : 'pasted.csv';
  return Promise.resolve({ ok: true, value: { name, source: { kind: 'text', name, text } } });
}

export function newDraft(name: string): CloudDraft {
  return {
    integrationId: null,
    folder: 'existing',
    existing: [],
    name,
    parent: [],
    // One bad file would fail all, and a file that was sent before would be there twice.
    ignoreErrors: true,
    skipDuplicates: true,
    pasted: '',
    pasting: false,
  };
}

export interface CloudFileState {
  /** The file that was read last, with what is wrong in it. */
  view: CloudCheckView | null;
  /** Counts the readings: lists of problems and entries are other ones after each. */
  version: number;
  /** What is being done: the name of the file that is read, or its columns. */
  busy: { kind: 'reading'; name: string | null } | { kind: 'mapping' } | null;
  failure: string | null;
  /** Reads what was chosen; null is a change of mind. */
  take: (picking: Promise<Answer<ChosenText> | null>) => Promise<boolean>;
  map: (mapping: CloudMapping) => Promise<void>;
  forget: () => void;
}

/** Reads and checks one file at a time; what was read stays until another one is. */
export function useCloudFile(): CloudFileState {
  const [view, setView] = useState<CloudCheckView | null>(null);
  const [version, setVersion] = useState(0);
  const [busy, setBusy] = useState<CloudFileState['busy']>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const round = useRef(0);

  const settle = useCallback((answer: Answer<CloudCheckView>): boolean => {
    setBusy(null);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return false;
    }
    setView(answer.value);
    setVersion((now) => now + 1);
    return true;
  }, []);

  const take = useCallback<CloudFileState['take']>(
    async (picking) => {
      round.current += 1;
      const mine = round.current;
      const picked = await picking;
      if (picked === null || mine !== round.current) return false;
      setFailure(null);
      if (!picked.ok) {
        setFailure(picked.error.message);
        return false;
      }
      setBusy({ kind: 'reading', name: picked.value.name });
      const answer = await call('cloud.check', { source: picked.value.source, mapping: null });
      return mine === round.current && settle(answer);
    },
    [settle],
  );

  const checkId = view?.checkId;
  const map = useCallback<CloudFileState['map']>(
    async (mapping) => {
      if (checkId === undefined) return;
      round.current += 1;
      const mine = round.current;
      setFailure(null);
      setBusy({ kind: 'mapping' });
      const answer = await call('cloud.setMapping', { checkId, mapping });
      if (mine === round.current) settle(answer);
    },
    [checkId, settle],
  );

  const forget = useCallback(() => {
    round.current += 1;
    setView(null);
    setBusy(null);
    setFailure(null);
  }, []);

  return { view, version, busy, failure, take, map, forget };
}
