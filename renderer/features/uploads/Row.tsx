/** One row of the queue, whatever it stands for: batch, unit, item, or what was turned away. Used by `QueueList`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { memo, type ReactElement, type ReactNode, useRef } from 'react';
import type { BatchRow, ItemRow, QueueRow, UnitRow } from '../../../preload/contract/views.ts';
import { useApp } from '../../state/app.ts';
import { canAny, cancelRows, pauseRows, resumeRows, retryRows } from '../../state/commands.ts';
import { batchIsPaused, canExpand, setExpanded, useQueue } from '../../state/queue.ts';
import { countsOf } from '../../state/status.ts';
import { type Moving, useTransfers } from '../../state/transfers.ts';
import { Progress } from '../../ui/Controls.tsx';
import { Badge } from '../../ui/Feedback.tsx';
import { count, oneLine, plural, size, sizeOf, speed, timeLeftShort, when } from '../../ui/format.ts';
import { Icon, type IconName, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { batchWord, itemWord, MEDIA, type StateWord, unitWord } from './words.ts';

/** A bar never runs backwards while a file's bytes turn from "on their way" into "stored" between two answers. */
function useSteady(key: string, value: number): number {
  const last = useRef({ key, value });
  if (last.current.key !== key || value > last.current.value) last.current = { key, value };
  return last.current.value;
}

function StateCell({ state }: { state: StateWord }): ReactElement {
  return (
    <span className={`q-state q-tone-${state.tone}`} role="gridcell">
      {state.icon === 'spinner' ? <Spinner size={14} /> : <Icon name={state.icon} size={14} />}
      <span className="truncate">{state.word}</span>
    </span>
  );
}

function RowButton({ label, icon, act }: { label: string; icon: IconName; act: () => void }): ReactElement {
  return (
    <button
      type="button"
      tabIndex={-1}
      className="icon-button icon-button-s"
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        act();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}

function Actions({ row, failing }: { row: QueueRow; failing: boolean }): ReactElement {
  const can = canAny([row]);
  return (
    <span className="q-actions" role="gridcell">
      {can.retry ? <RowButton label="Retry" icon="retry" act={() => void retryRows([row])} /> : null}
      {can.pause ? <RowButton label="Pause" icon="pause" act={() => void pauseRows([row])} /> : null}
      {can.resume ? <RowButton label="Resume" icon="play" act={() => void resumeRows([row])} /> : null}
      {can.cancel ? <RowButton label="Cancel" icon="close" act={() => void cancelRows([row])} /> : null}
      {failing ? (
        <RowButton label="Details" icon="info" act={() => useQueue.setState({ details: row })} />
      ) : null}
    </span>
  );
}

function Twist({ row, expanded }: { row: QueueRow; expanded: boolean }): ReactElement {
  if (!canExpand(row)) return <span className="q-twist" />;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`q-twist${expanded ? ' q-twist-open' : ''}`}
      aria-label={expanded ? 'Close' : 'Open'}
      onClick={(event) => {
        event.stopPropagation();
        setExpanded(row, !expanded);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name="chevronRight" size={12} />
    </button>
  );
}

interface LineProps {
  row: QueueRow;
  level: 1 | 2 | 3;
  twist: ReactNode;
  icon: ReactNode;
  name: ReactNode;
  /** Fills the middle in place of amounts, where something is to be said. */
  sentence?: { text: string; tone: 'fail' | 'warn' | 'quiet' } | null;
  amount?: ReactNode;
  rate?: ReactNode;
  state: StateWord;
  bar?: { value: number; tone: 'accent' | 'done' | 'fail' | 'warn' | 'quiet'; label: string } | null;
}

function Line({
  row,
  level,
  twist,
  icon,
  name,
  sentence,
  amount,
  rate,
  state,
  bar,
}: LineProps): ReactElement {
  return (
    <div className={`q-line q-level-${level}`}>
      <span className="q-name" role="gridcell">
        {twist}
        <span className="q-icon">{icon}</span>
        {name}
      </span>
      {sentence ? (
        <span className="q-said" role="gridcell">
          <button
            type="button"
            tabIndex={-1}
            className={`q-sentence truncate q-tone-${sentence.tone}`}
            title={sentence.text}
            onClick={(event) => {
              event.stopPropagation();
              useQueue.setState({ details: row });
            }}
          >
            {sentence.text}
          </button>
        </span>
      ) : (
        <>
          <span className="q-amount" role="gridcell">
            {amount}
          </span>
          <span className="q-rate" role="gridcell">
            {rate}
          </span>
        </>
      )}
      <StateCell state={state} />
      <Actions row={row} failing={Boolean(sentence)} />
      {bar ? (
        <span className="q-bar" role="gridcell">
          <Progress label={bar.label} value={bar.value} tone={bar.tone} />
        </span>
      ) : null}
    </div>
  );
}

function rateOf(moving: Moving | undefined, left: number): ReactNode {
  if (!moving || moving.speed < 1) return null;
  return (
    <>
      {speed(moving.speed)}
      <span className="q-eta">{timeLeftShort(left / moving.speed)}</span>
    </>
  );
}

function BatchLine({ row, expanded }: { row: BatchRow; expanded: boolean }): ReactElement {
  const moving = useTransfers((state) => state.batches.get(row.id));
  const held = useApp((state) => state.snapshot?.paused ?? false);
  const counts = countsOf(row.totals);
  const { bytes, storedBytes } = row.totals;
  const sent = useSteady(
    `batch:${row.id}:${counts.open > 0}`,
    Math.min(bytes, storedBytes + (moving?.sentBytes ?? 0)),
  );
  const offline = useApp((state) => state.snapshot?.connection.kind === 'offline');
  const state = batchWord(row, moving !== undefined, held, offline);
  const open = counts.open > 0;
  const { done } = counts;
  const trouble = open && row.trouble ? { text: row.trouble.message, tone: 'warn' as const } : null;
  return (
    <Line
      row={row}
      level={1}
      twist={<Twist row={row} expanded={expanded} />}
      icon={<Icon name="folder" />}
      name={
        <span className="q-batch-name">
          <MiddleTruncate
            text={row.name}
            className="strong"
            title={`${row.name}\nadded ${when(row.addedAt)}`}
          />
          <span className="q-to truncate" title={`To ${row.datasetTitle}, by ${row.accountName}`}>
            <Icon name="arrowRight" size={12} />
            <span className="truncate">{oneLine(row.datasetTitle)}</span>
          </span>
          {open && counts.attention > 0 ? (
            <Badge tone={counts.failed > 0 ? 'fail' : 'warn'}>
              {counts.failed > 0
                ? `${count(counts.failed)} failed`
                : `${count(counts.uncertain)} not certain`}
            </Badge>
          ) : null}
          {counts.turnedAway > 0 ? (
            <span className="q-badge-quiet">
              <Badge>{count(counts.turnedAway)} not taken</Badge>
            </span>
          ) : null}
        </span>
      }
      sentence={trouble}
      amount={
        <>
          {open ? `${count(done)} of ${count(counts.total)}` : plural(counts.total, 'upload')}
          <span className="q-extra">{` · ${open ? sizeOf(sent, bytes) : size(bytes)}`}</span>
        </>
      }
      rate={rateOf(moving, bytes - sent)}
      state={state}
      bar={
        open
          ? {
              value: bytes > 0 ? sent / bytes : 0,
              tone: state.tone === 'warn' ? 'warn' : 'accent',
              label: `Progress of ${row.name}`,
            }
          : null
      }
    />
  );
}

function UnitLine({ row, expanded }: { row: UnitRow; expanded: boolean }): ReactElement {
  const moving = useTransfers((state) => state.units.get(row.id));
  const held = useApp((state) => state.snapshot?.paused ?? false) || batchIsPaused(row.batchId);
  const sent = useSteady(
    `unit:${row.id}:${row.attempts}:${row.state === 'collecting'}`,
    Math.min(row.bytes, row.storedBytes + (moving?.sentBytes ?? 0)),
  );
  const now = Date.now();
  const state = unitWord(row, moving !== undefined, held, now);
  const media = MEDIA[row.media];
  const speaks = row.failure !== null && row.state !== 'done' && row.state !== 'cancelled' && !moving;
  const begun = row.state === 'collecting' && sent > 0;
  const frames =
    row.itemCount > 1
      ? `${row.state === 'collecting' ? `${count(row.storedItems)} of ` : ''}${count(row.itemCount)} frames`
      : null;
  return (
    <Line
      row={row}
      level={2}
      twist={<Twist row={row} expanded={expanded} />}
      icon={<Icon name={media.icon} />}
      name={<MiddleTruncate text={row.title} title={row.path} />}
      sentence={
        speaks && row.failure
          ? { text: row.failure.message, tone: row.state === 'failed' ? 'fail' : 'warn' }
          : null
      }
      amount={
        <>
          {begun ? sizeOf(sent, row.bytes) : size(row.bytes)}
          {frames ? <span className="q-extra"> · {frames}</span> : null}
        </>
      }
      rate={rateOf(moving, row.bytes - sent)}
      state={state}
      bar={
        begun
          ? {
              value: row.bytes > 0 ? sent / row.bytes : 0,
              tone: moving ? 'accent' : 'quiet',
              label: `Progress of ${row.title}`,
            }
          : null
      }
    />
  );
}

function ItemLine({ row }: { row: ItemRow }): ReactElement {
  const moving = useTransfers((state) => state.items.get(row.id));
  const now = Date.now();
  const state = itemWord(row, moving !== undefined, now);
  return (
    <Line
      row={row}
      level={3}
      twist={<span className="q-twist q-position">{row.position + 1}</span>}
      icon={<Icon name="image" />}
      name={<MiddleTruncate text={row.name} title={row.path} />}
      sentence={
        row.failure && row.state !== 'stored' && !moving
          ? { text: row.failure.message, tone: row.state === 'failed' ? 'fail' : 'warn' }
          : null
      }
      amount={moving ? sizeOf(moving.sentBytes, row.size) : size(row.size)}
      rate={rateOf(moving, row.size - (moving?.sentBytes ?? 0))}
      state={state}
      bar={
        moving
          ? {
              value: row.size > 0 ? moving.sentBytes / row.size : 0,
              tone: 'accent',
              label: `Progress of ${row.name}`,
            }
          : null
      }
    />
  );
}

function AwayLine({ row }: { row: Extract<QueueRow, { kind: 'turned-away' }> }): ReactElement {
  const { turnedAway } = row;
  const refused = turnedAway.kind === 'refused';
  return (
    <Line
      row={row}
      level={2}
      twist={<span className="q-twist" />}
      icon={<Icon name="file" />}
      name={<MiddleTruncate text={turnedAway.title} title={turnedAway.path} />}
      sentence={{ text: turnedAway.failure.message, tone: 'quiet' }}
      state={
        refused
          ? { word: 'Refused', icon: 'cancelled', tone: 'warn' }
          : { word: 'Skipped', icon: 'skip', tone: 'quiet' }
      }
    />
  );
}

/** The part of a row that depends on what it stands for. */
export const RowBody = memo(function RowBody({
  row,
  expanded,
}: {
  row: QueueRow;
  expanded: boolean;
  /** Redraws rows whose words depend on the time. */
  beat: number;
}): ReactElement {
  switch (row.kind) {
    case 'batch':
      return <BatchLine row={row} expanded={expanded} />;
    case 'unit':
      return <UnitLine row={row} expanded={expanded} />;
    case 'item':
      return <ItemLine row={row} />;
    case 'turned-away':
      return <AwayLine row={row} />;
  }
});
