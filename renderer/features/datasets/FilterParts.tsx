/** What the filters of datasets and of rows are made of: ranges of days, and chips of what is set. */
import type { ReactElement, ReactNode } from 'react';
import type { DateRange } from '../../../preload/contract/manage.ts';
import { Icon } from '../../ui/Icon.tsx';

interface DaysProps {
  label: string;
  value: DateRange;
  onChange: (value: DateRange) => void;
}

/** Two days, both inclusive; each may be left open. */
export function Days({ label, value, onChange }: DaysProps): ReactElement {
  const field = (bound: 'from' | 'to', word: string) => (
    <input
      type="date"
      className="input days-input"
      aria-label={`${label} ${word}`}
      value={value[bound] ?? ''}
      min={bound === 'to' ? (value.from ?? undefined) : undefined}
      max={bound === 'from' ? (value.to ?? undefined) : undefined}
      onChange={(event) => onChange({ ...value, [bound]: event.target.value || null })}
    />
  );
  return (
    <fieldset className="field">
      <legend className="field-label">{label}</legend>
      <div className="days">
        {field('from', 'from')}
        <span className="faint">to</span>
        {field('to', 'to')}
      </div>
    </fieldset>
  );
}

export const isOpen = ({ from, to }: DateRange): boolean => from === null && to === null;

/** E.g. `since 2026-09-01`, `2026-09-01 to 2026-09-30`. */
export function daysWord({ from, to }: DateRange): string {
  if (from !== null && to !== null) return from === to ? from : `${from} to ${to}`;
  return from !== null ? `since ${from}` : `until ${to ?? ''}`;
}

export interface Chip {
  readonly id: string;
  readonly label: string;
  readonly remove: () => void;
}

/** What is set, each to be taken away by a click. */
export function Chips({
  chips,
  onClear,
}: {
  chips: readonly Chip[];
  onClear: () => void;
}): ReactElement | null {
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label="Filters that are set">
      {chips.map((chip) => (
        <li key={chip.id}>
          <button
            type="button"
            className="chip"
            aria-label={`Remove the filter ${chip.label}`}
            onClick={chip.remove}
          >
            <span className="truncate">{chip.label}</span>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
      {chips.length > 1 ? (
        <li>
          <button type="button" className="inline-link small" onClick={onClear}>
            Clear all
          </button>
        </li>
      ) : null}
    </ul>
  );
}

interface SortHeadProps {
  children: ReactNode;
  /** Null where the list is in another order. */
  order: 'ascending' | 'descending' | null;
  onSort: () => void;
  className?: string;
}

/** The head of a column that sorts. */
export function SortHead({ children, order, onSort, className = '' }: SortHeadProps): ReactElement {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table has no elements of HTML tables.
    // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus.
    <span role="columnheader" aria-sort={order ?? 'none'} className={`sort-head ${className}`}>
      <button type="button" className="sort-button" onClick={onSort}>
        <span className="truncate">{children}</span>
        <Icon
          name={order === 'ascending' ? 'arrowUp' : 'arrowDown'}
          size={11}
          className={order === null ? 'sort-mark' : 'sort-mark sort-on'}
        />
      </button>
    </span>
  );
}
