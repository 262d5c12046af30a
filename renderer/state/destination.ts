/** Where the next drop goes: what the person chose, else what the last review chose, else an API key's one dataset. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { AccountView } from '../../preload/contract/views.ts';
import { activeAccount, useApp } from './app.ts';
import { call } from './bridge.ts';
import { type Destination, useUi } from './ui.ts';

/** Titles of datasets that were only known by id. */
const useTitles = create<{ titles: Readonly<Record<string, string>> }>()(() => ({ titles: {} }));

function resolve(
  account: AccountView,
  lastDatasetId: string | null,
  chosen: Readonly<Record<string, Destination>>,
  titles: Readonly<Record<string, string>>,
): Destination | null {
  if (account.datasetId !== null)
    return {
      id: account.datasetId,
      title: titles[account.datasetId] ?? chosen[account.id]?.title ?? 'its dataset',
    };
  const own = chosen[account.id];
  if (own) return own;
  if (lastDatasetId === null) return null;
  const title = titles[lastDatasetId];
  return title === undefined ? null : { id: lastDatasetId, title };
}

export function destinationOf(account: AccountView): Destination | null {
  const { snapshot } = useApp.getState();
  return resolve(
    account,
    snapshot?.lastDatasetId ?? null,
    useUi.getState().destinations,
    useTitles.getState().titles,
  );
}

/** The destination of the account in use; null where none is chosen yet. */
export function useDestination(): Destination | null {
  const account = useApp((state) => activeAccount(state.snapshot));
  const last = useApp((state) => state.snapshot?.lastDatasetId ?? null);
  const chosen = useUi((state) => state.destinations);
  const titles = useTitles((state) => state.titles);
  const wanted = account?.datasetId ?? (account && !chosen[account.id] ? last : null);
  const accountId = account?.id;
  useEffect(() => {
    if (!wanted || !accountId || titles[wanted] !== undefined) return;
    void call('datasets.list', { search: '', refresh: false, offset: 0, limit: 500 }).then((answer) => {
      const found = answer.ok ? answer.value.rows.find((dataset) => dataset.id === wanted) : undefined;
      if (found) useTitles.setState((state) => ({ titles: { ...state.titles, [found.id]: found.title } }));
    });
  }, [wanted, accountId, titles]);
  return account ? resolve(account, last, chosen, titles) : null;
}
