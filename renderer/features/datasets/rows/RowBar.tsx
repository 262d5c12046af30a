/** What is selected, what it comes to, and what can be done to it. Stands at the foot of the rows. Used by `DataTab`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { RowSelection, RowTally } from '../../../../preload/contract/manage.ts';
import { call } from '../../../state/bridge.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { count, size } from '../../../ui/format.ts';

export interface Chosen {
  readonly rows: RowSelection;
  readonly count: number;
}

interface BarProps {
  datasetId: string;
  chosen: Chosen;
  /** Why rows may not be changed; null where they may. */
  mayNot: string | null;
  begin: (kind: 'delete' | 'metadata' | 'reencode' | 'download') => void;
  onNone: () => void;
}

/** How long the selection rests before it is counted: it follows the keys. */
const REST_MS = 150;

/** What the selection comes to; null until main has counted. */
export function useTally(datasetId: string, rows: RowSelection | null, restMs = 0): RowTally | string | null {
  const [tally, setTally] = useState<RowTally | string | null>(null);
  useEffect(() => {
    setTally(null);
    if (rows === null) return;
    let left = false;
    const timer = setTimeout(async () => {
      const answer = await call('rows.tally', { datasetId, rows });
      if (!left) setTally(answer.ok ? answer.value : answer.error.message);
    }, restMs);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [datasetId, rows, restMs]);
  return tally;
}

export function RowBar({ datasetId, chosen, mayNot, begin, onNone }: BarProps): ReactElement {
  const tally = useTally(datasetId, chosen.rows, REST_MS);
  const known = tally !== null && typeof tally !== 'string' ? tally : null;
  const videos = known === null || (known.types.VIDEO ?? 0) > 0;
  const off = mayNot !== null;
  const describe = off ? { disabled: true, 'aria-describedby': 'dataset-may-not' } : {};
  return (
    <div className="rows-bar" role="toolbar" aria-label="Selected rows">
      <span className="rows-bar-tally" role="status">
        <span className="strong">{count(chosen.count)} selected</span>
        {known && known.bytes > 0 ? <span className="muted"> · {size(known.bytes)}</span> : null}
      </span>
      <span className="grow" />
      <Button size="s" icon="download" onClick={() => begin('download')}>
        Download…
      </Button>
      <Button size="s" icon="convert" disabled={!videos} onClick={() => begin('reencode')} {...describe}>
        Re-encode…
      </Button>
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
