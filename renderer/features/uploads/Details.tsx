/** Everything known about one row: what happened, what it means, the details to copy, and what can be done. */
import type { ReactElement } from 'react';
import type { QueueRow } from '../../../preload/contract/views.ts';
import { canAny, checkAgain, registerAnyway, retryRows } from '../../state/commands.ts';
import { receiptEntries } from '../../state/exports.ts';
import { nameOf, useQueue } from '../../state/queue.ts';
import { countsOf } from '../../state/status.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, size, whenExact } from '../../ui/format.ts';
import { Menu } from '../../ui/Menu.tsx';
import { batchWord, itemWord, MEDIA, unitWord } from './words.ts';

type Fact = readonly [label: string, value: string];

function failureOf(row: QueueRow) {
  if (row.kind === 'batch') return row.trouble;
  return row.kind === 'turned-away' ? row.turnedAway.failure : row.failure;
}

function factsOf(row: QueueRow): Fact[] {
  const now = Date.now();
  switch (row.kind) {
    case 'batch': {
      const counts = countsOf(row.totals);
      return [
        ['State', batchWord(row, false, false).word],
        ['Dataset', `${row.datasetTitle} (${row.datasetId})`],
        ['Account', row.accountName],
        ['Added', whenExact(row.addedAt)],
        ...(row.finishedAt === null ? [] : [['Finished', whenExact(row.finishedAt)] as const]),
        ['Uploads', `${count(counts.total)}, of which ${count(counts.done)} done`],
        ['Not taken', `${count(row.totals.refused)} refused, ${count(row.totals.skipped)} skipped`],
        ['Size', size(row.totals.bytes)],
      ];
    }
    case 'unit':
      return [
        ['State', unitWord(row, false, false, now).word],
        ['Type', MEDIA[row.media].one.replace(/^./, (letter) => letter.toUpperCase())],
        ['Path', row.path],
        ['Size', `${size(row.bytes)}${row.itemCount > 1 ? ` in ${count(row.itemCount)} frames` : ''}`],
        ['Attempts', count(row.attempts)],
        ...(row.dataHash === null ? [] : [['Data hash', row.dataHash] as const]),
      ];
    case 'item':
      return [
        ['State', itemWord(row, false, now).word],
        ['Position', count(row.position + 1)],
        ['Path', row.path],
        ['Size', size(row.size)],
      ];
    case 'turned-away':
      return [
        ['State', row.turnedAway.kind === 'refused' ? 'Refused at review' : 'Skipped at review'],
        ['Path', row.turnedAway.path],
        ['Size', size(row.turnedAway.size)],
      ];
  }
}

export function DetailsDialog(): ReactElement {
  const row = useQueue((state) => state.details);
  const close = () => useQueue.setState({ details: null });
  const failure = row ? failureOf(row) : null;
  const facts: Fact[] = row ? factsOf(row) : [];
  const technical: Fact[] = failure
    ? [['Code', failure.code], ['Time', whenExact(failure.at)], ...Object.entries(failure.details)]
    : [];
  const text = () =>
    [
      row ? oneLine(nameOf(row)) : '',
      failure?.message ?? '',
      ...[...facts, ...technical].map(([label, value]) => `${label}: ${value}`),
    ]
      .filter(Boolean)
      .join('\n');
  const done = row?.kind === 'unit' && row.state === 'done';
  const uncertain = row?.kind === 'unit' && row.state === 'uncertain' ? row : null;
  return (
    <Dialog
      open={row !== null}
      onClose={close}
      title={row ? oneLine(nameOf(row)) : ''}
      footer={
        <>
          <Button icon="copy" onClick={() => void copyText(text(), 'The details')}>
            Copy details
          </Button>
          {row?.kind === 'batch' ? (
            <Menu align="start" side="top" entries={receiptEntries(row)}>
              <Button icon="receipt">Save receipt</Button>
            </Menu>
          ) : null}
          <span className="grow" />
          {uncertain ? (
            <>
              <Button
                onClick={() => {
                  close();
                  void registerAnyway(uncertain);
                }}
              >
                Register anyway…
              </Button>
              <Button
                variant="primary"
                icon="search"
                onClick={() => {
                  close();
                  void checkAgain(uncertain);
                }}
              >
                Check again
              </Button>
            </>
          ) : row && canAny([row]).retry ? (
            <Button
              variant="primary"
              icon="retry"
              onClick={() => {
                close();
                void retryRows([row]);
              }}
            >
              Retry
            </Button>
          ) : (
            <Button variant="primary" onClick={close}>
              Close
            </Button>
          )}
        </>
      }
    >
      <div className="dialog-body">
        {failure && !done ? (
          <Banner tone={row?.kind === 'turned-away' || uncertain ? 'warn' : 'fail'}>
            <span className="details-sentence">{failure.message}</span>
          </Banner>
        ) : null}
        {uncertain ? (
          <p className="details-note muted">
            Its bytes are stored and it was sent for registration, but the answer was lost and Encord does not
            show it yet. “Check again” only looks. “Register anyway” may make it twice.
          </p>
        ) : null}
        <dl className="details-facts selectable">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{oneLine(value)}</dd>
            </div>
          ))}
        </dl>
        {technical.length > 0 ? (
          <details className="details-more">
            <summary>Details for support</summary>
            <dl className="details-facts selectable mono">
              {technical.map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        ) : null}
      </div>
    </Dialog>
  );
}
