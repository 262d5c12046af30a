/** What is selected, what it comes to, and what can be done to it. Stands at the foot of the table. Used by `StoragePage`. */
import type { ReactElement } from 'react';
import type { ItemView } from '../../../preload/contract/manage.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { count, size } from '../../ui/format.ts';
import type { ItemDialog } from './dialog.ts';
import { bytesOf } from './words.ts';

interface BarProps {
  items: readonly ItemView[];
  /** All that are loaded are selected, and there are others further down. */
  more: boolean;
  mayNot: string | null;
  begin: (kind: ItemDialog) => void;
  onNone: () => void;
}

export function StorageBar({ items, more, mayNot, begin, onNone }: BarProps): ReactElement {
  const bytes = bytesOf(items);
  const videos = items.some(({ type }) => type === 'video');
  const off = mayNot !== null;
  const describe = off ? { disabled: true, 'aria-describedby': 'storage-may-not' } : {};
  return (
    <div className="rows-bar" role="toolbar" aria-label="Selected items">
      <span className="rows-bar-tally" role="status">
        <span className="strong">{count(items.length)} selected</span>
        <span className="muted">
          {bytes > 0 ? ` · ${size(bytes)}` : ''}
          {more ? ' · of those loaded' : ''}
        </span>
      </span>
      <span className="grow" />
      <Button size="s" icon="arrowRight" onClick={() => begin('move')} {...describe}>
        Move…
      </Button>
      {videos ? (
        <Button size="s" icon="convert" onClick={() => begin('reencode')} {...describe}>
          Re-encode…
        </Button>
      ) : null}
      <Button size="s" icon="braces" onClick={() => begin('metadata')} {...describe}>
        Metadata…
      </Button>
      <Button
        size="s"
        icon="trash"
        className={off ? '' : 'tone-fail'}
        onClick={() => begin('delete')}
        {...describe}
      >
        Delete…
      </Button>
      <IconButton label="Select nothing" icon="close" size="s" keys="esc" onClick={onNone} />
    </div>
  );
}
