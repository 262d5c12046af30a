/** The menu at the pointer over rows. Used by `DataTab`. */
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { copyText } from '../../../ui/clipboard.ts';
import { plural } from '../../../ui/format.ts';
import type { MenuEntry } from '../../../ui/Menu.tsx';

interface EntriesInput {
  /** Where it is about one row. */
  row: DataRowView | undefined;
  count: number;
  /** Why rows may not be changed; null where they may. */
  mayNot: string | null;
  open: () => void;
  rename: (dataHash: string) => void;
  begin: (kind: 'delete' | 'metadata' | 'reencode' | 'download') => void;
}

export function entriesFor({ row, count, mayNot, open, rename, begin }: EntriesInput): MenuEntry[] {
  const off = mayNot === null ? {} : { disabled: true };
  const entries: MenuEntry[] = [];
  if (row)
    entries.push(
      { kind: 'item', id: 'open', label: 'Open', icon: 'info', keys: 'enter', act: open },
      {
        kind: 'item',
        id: 'rename',
        label: 'Rename',
        icon: 'edit',
        keys: 'F2',
        ...off,
        // The menu gives the focus back when it closes; the field takes it after that.
        act: () => setTimeout(() => rename(row.dataHash), 0),
      },
    );
  else entries.push({ kind: 'label', id: 'count', label: `${plural(count, 'row')} selected` });
  entries.push(
    { kind: 'item', id: 'download', label: 'Download…', icon: 'download', act: () => begin('download') },
    {
      kind: 'item',
      id: 'metadata',
      label: 'Metadata…',
      icon: 'braces',
      ...off,
      act: () => begin('metadata'),
    },
  );
  if (!row || row.type === 'VIDEO')
    entries.push({
      kind: 'item',
      id: 'reencode',
      label: 'Re-encode…',
      icon: 'convert',
      ...off,
      act: () => begin('reencode'),
    });
  if (row)
    entries.push({
      kind: 'item',
      id: 'copy',
      label: 'Copy data hash',
      icon: 'copy',
      act: () => void copyText(row.dataHash, 'The data hash'),
    });
  entries.push(
    { kind: 'line', id: 'line' },
    {
      kind: 'item',
      id: 'delete',
      label: 'Delete…',
      icon: 'trash',
      keys: 'delete',
      danger: true,
      ...off,
      act: () => begin('delete'),
    },
  );
  return entries;
}
