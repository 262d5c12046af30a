/** Rows that are on their way: their shape, quietly. */
import type { ReactElement } from 'react';

const WIDTHS = [62, 48, 71, 55, 66, 40, 58, 69];

export function Skeleton({ rows, label }: { rows: number; label: string }): ReactElement {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <div key={index} className="skeleton-row">
          <span className="skeleton-bar" style={{ width: `${WIDTHS[index % WIDTHS.length] ?? 50}%` }} />
        </div>
      ))}
    </div>
  );
}
