/** The account's datasets or its storage folders; one dataset opened has a page of its own. */
import { type ReactElement, useEffect, useRef } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { closeDataset, resetDatasetsList } from '../../state/datasets-list.ts';
import { openDialog, useUi } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingDataset } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { StoragePage } from '../storage/StoragePage.tsx';
import { DatasetList } from './DatasetList.tsx';
import { DatasetPage } from './DatasetPage.tsx';

export function DatasetsPage(): ReactElement {
  const open = useUi((state) => state.openDataset);
  const view = useUi((state) => state.datasetsView);
  const account = useApp((state) => activeAccount(state.snapshot));
  const accountId = account?.id ?? null;
  const before = useRef(accountId);
  useEffect(() => {
    if (before.current === accountId) return;
    before.current = accountId;
    // What another account sees may not be seen by this one.
    closeDataset();
    resetDatasetsList();
  }, [accountId]);
  if (!account) return <NoAccount />;
  if (open) return <DatasetPage key={open.id} dataset={open} account={account} />;
  return view === 'storage' ? (
    <StoragePage key={account.id} account={account} />
  ) : (
    <DatasetList key={account.id} account={account} />
  );
}

function NoAccount(): ReactElement {
  return (
    <EmptyState
      drawing={<DrawingDataset />}
      title="No account yet"
      action={
        <Button variant="primary" onClick={() => openDialog('account')}>
          Connect an account
        </Button>
      }
    >
      Datasets appear here once an account is connected.
    </EmptyState>
  );
}
