/** What the rules make of the files that are there, as they are typed. Used by `StepWhat`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useMemo } from 'react';
import type { MatchView } from '../../../preload/contract/watch.ts';
import { useDraft } from '../../state/watch-draft.ts';
import { count, plural } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';

export function Matches(): ReactElement {
  const match = useDraft((state) => state.match);
  const failure = useDraft((state) => state.matchFailure);
  const matching = useDraft((state) => state.matching);
  // What is taken comes first: it is what the fields are about.
  const rows = useMemo(
    () => (match?.rows ?? []).toSorted((a, b) => Number(a.unit === null) - Number(b.unit === null)),
    [match],
  );
  return (
    <aside className="matches" aria-label="Live matches">
      <header className="matches-head">
        <h3>What is there now</h3>
        {matching ? <Spinner size={14} /> : null}
        <p className="small muted" role="status">
          {match ? summary(match) : ''}
        </p>
      </header>
      {failure ? (
        <p className="matches-none muted">{failure}</p>
      ) : !match ? (
        <p className="matches-none muted">
          {matching ? 'Looking into the folder' : 'Fill in what is missing to see which files fit.'}
        </p>
      ) : match.rows.length === 0 ? (
        <p className="matches-none muted">
          The folder is empty as yet. Files that come will be taken as you say here.
        </p>
      ) : (
        <VirtualList
          className="matches-list"
          count={rows.length}
          rowHeight={46}
          role="list"
          aria-label="Files, and what becomes of them"
          tabIndex={0}
          row={(index) => {
            const row = rows[index];
            return row ? <MatchRow row={row} /> : null;
          }}
        />
      )}
    </aside>
  );
}

function summary({ files, taken, more }: MatchView): string {
  if (files === 0) return '';
  return `${count(taken)} of ${more ? `the first ${plural(files, 'file')}` : plural(files, 'file')} would be taken`;
}

function MatchRow({ row }: { row: MatchView['rows'][number] }): ReactElement {
  const captures = Object.entries(row.captures);
  return (
    <div className={`match${row.unit === null ? ' match-left' : ''}`} role="listitem">
      <Icon
        name={row.unit === null ? 'cancelled' : 'check'}
        size={14}
        className={row.unit === null ? 'faint' : 'tone-accent'}
      />
      <div className="grow">
        <MiddleTruncate text={row.path} className="match-path" />
        <span
          className="truncate match-unit"
          title={captures.map(([name, value]) => `${name} ${value}`).join('\n')}
        >
          {row.unit === null ? (row.why ?? 'Not taken') : row.unit}
        </span>
      </div>
      {captures.length > 0 ? (
        <span className="captures" aria-hidden="true">
          {captures.slice(0, 3).map(([name, value]) => (
            <span key={name} className="capture truncate">
              <span className="muted">{name}</span> {value}
            </span>
          ))}
        </span>
      ) : null}
    </div>
  );
}
