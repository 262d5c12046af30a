/** The three lists of a comparison, as virtual tables. Used by `Reconcile`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import type { Answer } from '../../../preload/contract/errors.ts';
import type {
  DifferentRowView,
  ExtraRowView,
  MissingRowView,
  ReconcileView,
} from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { Paged, type PageOf, usePaged } from '../../state/paged.ts';
import { Banner } from '../../ui/Feedback.tsx';
import { count, size, when, whenText } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { MEDIA } from '../uploads/words.ts';
import { typeOf } from './types.ts';

interface Column {
  readonly name: string;
  readonly number?: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly total: number;
  readonly columns: readonly Column[];
  readonly ask: (offset: number, limit: number) => Promise<Answer<PageOf<Row>>>;
  readonly cells: (row: Row) => readonly ReactNode[];
}

function Table<Row>({ label, total, columns, ask, cells }: TableProps<Row>): ReactElement {
  const [rows] = useState(() => new Paged<Row>(ask));
  const state = usePaged(rows);
  useEffect(() => rows.look(0, 30), [rows]);
  const cell = (column: Column) => `truncate${column.number ? ' cell-number' : ''}`;
  return (
    <div className="table" role="table" aria-label={label} aria-rowcount={total}>
      {state.failure ? <Banner tone="fail">{state.failure}</Banner> : null}
      <div className="table-head reconcile-grid" role="row">
        {columns.map((column) => (
          <span key={column.name} role="columnheader" className={cell(column)}>
            {column.name}
          </span>
        ))}
      </div>
      <VirtualList
        className="table-body"
        // What takes the focus cannot be without a role between a table and its rows.
        role="rowgroup"
        bodyRole="presentation"
        tabIndex={0}
        count={total}
        rowHeight={36}
        onRange={rows.look}
        row={(index) => {
          const row = rows.row(index);
          if (row === undefined) return <div className="table-row row-waiting" role="row" />;
          const texts = cells(row);
          return (
            <div className="table-row reconcile-grid" role="row" aria-rowindex={index + 1}>
              {columns.map((column, at) => (
                <span key={column.name} role="cell" className={at === 0 ? 'inline' : `muted ${cell(column)}`}>
                  {texts[at]}
                </span>
              ))}
            </div>
          );
        }}
      />
    </div>
  );
}

function Name({ icon, title }: { icon: Parameters<typeof Icon>[0]['name']; title: string }): ReactElement {
  return (
    <>
      <Icon name={icon} className="faint" />
      <MiddleTruncate text={title} className="selectable" />
    </>
  );
}

export function MissingTable({ found }: { found: ReconcileView }): ReactElement {
  return (
    <Table<MissingRowView>
      label="Missing from the dataset"
      total={found.missing}
      columns={[
        { name: 'Title' },
        { name: 'Path on this machine' },
        { name: 'Size', number: true },
        { name: 'Uploaded', number: true },
      ]}
      ask={(offset, limit) => call('reconcile.missing', { reconcileId: found.reconcileId, offset, limit })}
      cells={(row) => [
        <Name key="name" icon={MEDIA[row.media].icon} title={row.title} />,
        <MiddleTruncate
          key="path"
          text={row.path}
          title={[row.path, row.dataHash ? `Data hash ${row.dataHash}` : null].filter(Boolean).join('\n')}
          className="selectable"
        />,
        row.files > 1 ? `${count(row.files)} files · ${size(row.bytes)}` : size(row.bytes),
        when(row.doneAt),
      ]}
    />
  );
}

export function ExtraTable({ found }: { found: ReconcileView }): ReactElement {
  return (
    <Table<ExtraRowView>
      label="Not uploaded from this machine"
      total={found.extra}
      columns={[
        { name: 'Title' },
        { name: 'Data hash' },
        { name: 'Size', number: true },
        { name: 'Added', number: true },
      ]}
      ask={(offset, limit) => call('reconcile.extra', { reconcileId: found.reconcileId, offset, limit })}
      cells={(row) => [
        <Name key="name" icon={typeOf(row.type).icon} title={row.title} />,
        <span key="hash" className="selectable">
          {row.dataHash}
        </span>,
        row.size === null ? '' : size(row.size),
        whenText(row.createdAt),
      ]}
    />
  );
}

export function DifferentTable({ found }: { found: ReconcileView }): ReactElement {
  return (
    <Table<DifferentRowView>
      label="Listed with another size"
      total={found.different}
      columns={[
        { name: 'Title' },
        { name: 'Path on this machine' },
        { name: 'Uploaded', number: true },
        { name: 'At Encord', number: true },
      ]}
      ask={(offset, limit) => call('reconcile.different', { reconcileId: found.reconcileId, offset, limit })}
      cells={(row) => [
        <Name key="name" icon="file" title={row.title} />,
        <MiddleTruncate key="path" text={row.path} title={row.path} className="selectable" />,
        `${count(row.bytes)} bytes`,
        row.rowBytes === null ? '' : `${count(row.rowBytes)} bytes`,
      ]}
    />
  );
}
