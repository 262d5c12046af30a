/** The dialogs about rows: one at a time, each asks before something begins. Used by `DataTab`. */
import type { ReactElement } from 'react';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { DeleteDialog } from './DeleteDialog.tsx';
import { DownloadDialog } from './DownloadDialog.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { MetadataDialog } from './MetadataDialog.tsx';
import { MetadataTableDialog } from './MetadataTableDialog.tsx';
import { ReencodeDialog } from './ReencodeDialog.tsx';
import type { Chosen } from './RowBar.tsx';
import type { RowsView } from './useRows.ts';

export type RowDialog =
  | ({ readonly kind: 'delete' | 'metadata' | 'reencode' | 'download' } & Chosen)
  | { readonly kind: 'export' | 'table' };

interface ActionsProps {
  dataset: DatasetView;
  view: RowsView;
  dialog: RowDialog | null;
  onClose: () => void;
}

export function RowActions({ dataset, view, dialog, onClose }: ActionsProps): ReactElement | null {
  switch (dialog?.kind) {
    case 'delete':
      return (
        <DeleteDialog
          dataset={dataset}
          chosen={dialog}
          onClose={onClose}
          onStarted={() => view.picker.selectNone()}
        />
      );
    case 'metadata':
      return <MetadataDialog dataset={dataset} chosen={dialog} onClose={onClose} />;
    case 'reencode':
      return <ReencodeDialog dataset={dataset} chosen={dialog} onClose={onClose} />;
    case 'download':
      return <DownloadDialog dataset={dataset} chosen={dialog} onClose={onClose} />;
    case 'export':
      return <ExportDialog dataset={dataset} view={view} onClose={onClose} />;
    case 'table':
      return <MetadataTableDialog dataset={dataset} onClose={onClose} />;
    case undefined:
      return null;
  }
}
