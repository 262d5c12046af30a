/** Which types are listed, and how far a search looks. Used by `StoragePage`. */
import type { ReactElement } from 'react';
import { useStoragePlace } from '../../state/storage-place.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { ITEM_TYPES, itemType } from '../add-data/item-types.ts';
import { Chips } from '../datasets/FilterParts.tsx';

export function StorageFilters({ finding, atTop }: { finding: boolean; atTop: boolean }): ReactElement {
  const { types, reach } = useStoragePlace();
  const show = (next: readonly string[]) => useStoragePlace.setState({ types: next });
  const toggle = (type: string, on: boolean) =>
    show(on ? [...types, type] : types.filter((each) => each !== type));
  return (
    <>
      {finding && !atTop ? (
        <Segmented
          label="Where to look"
          size="s"
          value={reach}
          options={[
            { value: 'below', label: 'This folder and below' },
            { value: 'everywhere', label: 'Everywhere' },
          ]}
          onChange={(next) => useStoragePlace.setState({ reach: next })}
        />
      ) : null}
      <Chips
        chips={types.map((type) => ({
          id: type,
          label: itemType(type).word,
          remove: () => toggle(type, false),
        }))}
        onClear={() => show([])}
      />
      <Popover
        label="Types"
        align="end"
        className="filter-panel storage-types"
        trigger={
          <Button
            size="s"
            icon="filter"
            aria-label={types.length > 0 ? `Types, ${types.length} chosen` : 'Types'}
          >
            Types
          </Button>
        }
      >
        <fieldset className="field">
          <legend className="field-label">Items of these types, here and below</legend>
          <div className="filter-types">
            {ITEM_TYPES.map((type) => (
              <label key={type} className="filter-type">
                <input
                  type="checkbox"
                  checked={types.includes(type)}
                  onChange={(event) => toggle(type, event.target.checked)}
                />
                <Icon name={itemType(type).icon} className="faint" />
                <span className="grow truncate">{itemType(type).word}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </Popover>
    </>
  );
}
