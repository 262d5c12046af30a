/** Where a review goes: the dataset, found or made here, and for those who want it, the storage folder. */
import { type ReactElement, useState } from 'react';
import type { StorageFolderView } from '../../../preload/contract/views.ts';
import { activeAccount, useApp } from '../../state/app.ts';
import { setPlanDataset, useReview } from '../../state/review.ts';
import { DatasetChooser } from '../datasets/DatasetChooser.tsx';
import { StorageFolderChooser } from '../datasets/StorageFolderChooser.tsx';

export function DestinationPicker(): ReactElement {
  const destination = useReview((state) => state.destination);
  const account = useApp((state) => activeAccount(state.snapshot));
  const open = useReview((state) => state.picking);
  return (
    <div className="destination">
      <span className="destination-word">To</span>
      <DatasetChooser
        destination={destination}
        fixed={account?.kind === 'api-key'}
        open={open}
        onOpen={(picking) => useReview.setState({ picking })}
        onChoose={(dataset) => void setPlanDataset(dataset)}
      />
      <span className="grow" />
      {account?.kind === 'ssh' && account.route !== 'documented' && destination ? <FolderPicker /> : null}
    </div>
  );
}

function FolderPicker(): ReactElement {
  const destination = useReview((state) => state.destination);
  const [chosen, setChosen] = useState<{ datasetId: string; folder: StorageFolderView } | null>(null);
  return (
    <StorageFolderChooser
      folder={chosen && chosen.datasetId === destination?.id ? chosen.folder : null}
      onChoose={(next) => {
        if (!destination) return;
        setChosen(next ? { datasetId: destination.id, folder: next } : null);
        void setPlanDataset(destination, next?.id ?? null);
      }}
    />
  );
}
