/** Which columns of a table mean something: one or several, found by their headings. Used by `CloudColumns`. */
import { type ReactElement, useId, useState } from 'react';
import { SearchField } from '../../ui/Field.tsx';
import { count, oneLine } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';

/** Tables may have thousands of columns: the rest is found by the search. */
const SHOWN = 60;
const SEARCH_FROM = 9;

interface ColumnPickerProps {
  label: string;
  headings: readonly string[];
  /** Numbers of columns, from 0. */
  chosen: readonly number[];
  onChange: (chosen: number[]) => void;
  several?: boolean;
  /** The last one cannot be taken away. */
  needed?: boolean;
  disabled?: boolean;
}

export function ColumnPicker(props: ColumnPickerProps): ReactElement {
  const { label, headings, chosen, disabled = false } = props;
  const shown =
    chosen.length === 0
      ? 'None'
      : chosen.length > 2
        ? `${headingOf(headings, chosen[0] ?? 0)} and ${count(chosen.length - 1)} more`
        : chosen.map((index) => headingOf(headings, index)).join(', ');
  return (
    <Popover
      label={label}
      align="end"
      className="columns-popover"
      trigger={
        <button type="button" className="select" aria-label={`${label}: ${shown}`} disabled={disabled}>
          <span className={`truncate grow${chosen.length === 0 ? ' faint' : ''}`}>{shown}</span>
          <Icon name="chevronUpDown" size={14} />
        </button>
      }
    >
      <Columns {...props} />
    </Popover>
  );
}

function Columns({
  label,
  headings,
  chosen,
  onChange,
  several = false,
  needed = false,
}: ColumnPickerProps): ReactElement {
  const name = useId();
  const [search, setSearch] = useState('');
  const text = search.trim().toLowerCase();
  const found = headings.flatMap((heading, index) => (heading.toLowerCase().includes(text) ? [index] : []));
  const toggle = (index: number, on: boolean) => {
    if (!several) onChange(on ? [index] : []);
    else onChange(on ? [...chosen, index] : chosen.filter((each) => each !== index));
  };
  return (
    <fieldset className="columns" aria-label={label}>
      {headings.length > SEARCH_FROM ? (
        <SearchField label="Search columns" value={search} onChange={setSearch} />
      ) : null}
      <div className="columns-list">
        {several || needed ? null : (
          <label className="columns-line">
            <input type="radio" name={name} checked={chosen.length === 0} onChange={() => onChange([])} />
            <span className="muted">None</span>
          </label>
        )}
        {found.slice(0, SHOWN).map((index) => {
          const on = chosen.includes(index);
          return (
            <label key={index} className="columns-line">
              <input
                type={several ? 'checkbox' : 'radio'}
                name={name}
                checked={on}
                disabled={several && needed && on && chosen.length === 1}
                onChange={(event) => toggle(index, event.target.checked)}
              />
              <span className="truncate">{headingOf(headings, index)}</span>
            </label>
          );
        })}
        {found.length === 0 ? <p className="columns-line muted">No column has such a heading.</p> : null}
        {found.length > SHOWN ? (
          <p className="columns-line muted small">and {count(found.length - SHOWN)} more: search for them</p>
        ) : null}
      </div>
    </fieldset>
  );
}

export function headingOf(headings: readonly string[], index: number): string {
  const heading = headings[index] ?? '';
  return heading === '' ? `Column ${index + 1}` : oneLine(heading);
}
