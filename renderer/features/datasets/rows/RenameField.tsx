/** A row's title while it is changed in place. Used by the table and by the panel of a row. */
import type { ReactElement } from 'react';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { NameField } from '../../../ui/NameField.tsx';

interface RenameProps {
  datasetId: string;
  row: DataRowView;
  /** It is renamed, or left as it was. `byKey`: the focus should go back to where it came from. */
  onDone: (byKey: boolean) => void;
}

export function RenameField({ datasetId, row, onDone }: RenameProps): ReactElement {
  return (
    <NameField
      name={row.title}
      label={`New title of ${row.title}`}
      needed="A row needs a title."
      save={async (title) => {
        const answer = await call('rows.rename', { datasetId, dataHash: row.dataHash, title });
        return answer.ok ? null : answer.error.message;
      }}
      onDone={onDone}
    />
  );
}
