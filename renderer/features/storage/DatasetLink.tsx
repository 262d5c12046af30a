/** Names a dataset and opens it: of folders that are kept the same as one, and of items that are in some. */
import { type ReactElement, useEffect, useState } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { openDataset } from '../../state/datasets-list.ts';
import { oneLine } from '../../ui/format.ts';
import { toast } from '../../ui/Toasts.tsx';

/** Null where this account cannot see it; a text is why it could not be asked for. */
async function findDataset(datasetId: string): Promise<DatasetView | string | null> {
  // A whole id finds the dataset of that id.
  const answer = await call('datasets.list', { search: datasetId, refresh: false, offset: 0, limit: 1 });
  if (!answer.ok) return answer.error.message;
  return answer.value.rows.find(({ id }) => id === datasetId) ?? null;
}

export async function openDatasetOf(datasetId: string): Promise<void> {
  const found = await findDataset(datasetId);
  if (typeof found === 'string') toast(found, { tone: 'fail' });
  else if (found === null) toast('This account cannot see the dataset. Ask one of its admins to invite you.');
  else openDataset(found, null);
}

/** Null until it is known, and where it cannot be. */
export function useDatasetTitle(datasetId: string | null): string | null {
  const [known, setKnown] = useState<{ id: string; title: string } | null>(null);
  useEffect(() => {
    if (datasetId === null) return;
    let left = false;
    void findDataset(datasetId).then((found) => {
      if (!left && found !== null && typeof found !== 'string')
        setKnown({ id: datasetId, title: found.title });
    });
    return () => {
      left = true;
    };
  }, [datasetId]);
  return known?.id === datasetId ? known.title : null;
}

export function DatasetLink({ datasetId, title }: { datasetId: string; title: string | null }): ReactElement {
  return (
    <button type="button" className="inline-link" onClick={() => void openDatasetOf(datasetId)}>
      {title === null ? 'Open the dataset' : oneLine(title)}
    </button>
  );
}
