/** Which rows are listed: types and days in one panel, and chips of what is set. Used by `DataTab`. */
import type { ReactElement } from 'react';
import type { RowFilter } from '../../../../preload/contract/manage.ts';
import { Button } from '../../../ui/Button.tsx';
import { count } from '../../../ui/format.ts';
import { Icon } from '../../../ui/Icon.tsx';
import { Popover } from '../../../ui/Popover.tsx';
import { type Chip, Days, daysWord, isOpen } from '../FilterParts.tsx';
import { typeOf } from '../types.ts';
import { NO_FILTER, type RowsView } from './useRows.ts';

export function RowFilters({ view }: { view: RowsView }): ReactElement {
  const { filter, setFilter, whole } = view;
  const set = rowChips(filter, setFilter).length;
  const types = Object.entries(whole?.types ?? {}).sort(([, a], [, b]) => b - a);
  const toggle = (type: string, on: boolean) =>
    setFilter({ types: on ? [...filter.types, type] : filter.types.filter((each) => each !== type) });
  return (
    <Popover
      label="Filters"
      className="filter-panel"
      trigger={
        <Button size="s" icon="filter" aria-label={set > 0 ? `Filters, ${set} set` : 'Filters'}>
          Filters
        </Button>
      }
    >
      <fieldset className="field">
        <legend className="field-label">Type</legend>
        <div className="filter-types">
          {types.map(([type, many]) => (
            <label key={type} className="filter-type">
              <input
                type="checkbox"
                checked={filter.types.includes(type)}
                onChange={(event) => toggle(type, event.target.checked)}
              />
              <Icon name={typeOf(type).icon} className="faint" />
              <span className="grow truncate">{typeOf(type).word}</span>
              <span className="muted small">{count(many)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Days label="Created" value={filter.created} onChange={(created) => setFilter({ created })} />
      <Days label="Edited" value={filter.edited} onChange={(edited) => setFilter({ edited })} />
    </Popover>
  );
}

/** All but the search, which stands in its own field. */
export function rowChips(filter: RowFilter, setFilter: (change: Partial<RowFilter>) => void): Chip[] {
  const chips: Chip[] = filter.types.map((type) => ({
    id: `type ${type}`,
    label: typeOf(type).word,
    remove: () => setFilter({ types: filter.types.filter((each) => each !== type) }),
  }));
  for (const which of ['created', 'edited'] as const) {
    if (isOpen(filter[which])) continue;
    const word = which === 'created' ? 'Created' : 'Edited';
    chips.push({
      id: which,
      label: `${word} ${daysWord(filter[which])}`,
      remove: () => setFilter({ [which]: NO_FILTER[which] }),
    });
  }
  return chips;
}
