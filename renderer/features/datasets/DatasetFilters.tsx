/** Which datasets are listed: a button with everything that narrows, and chips of what is set. Used by `DatasetList`. */
import type { ReactElement } from 'react';
import type { DatasetListing } from '../../../preload/contract/manage.ts';
import { USUAL_LISTING } from '../../state/datasets-list.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { Select } from '../../ui/Select.tsx';
import { type Chip, Days, daysWord, isOpen } from './FilterParts.tsx';
import { STORAGE_WORDS } from './types.ts';

interface FiltersProps {
  listing: DatasetListing;
  onChange: (change: Partial<DatasetListing>) => void;
}

const ROLES: Record<DatasetListing['role'], string> = {
  any: 'Any',
  admin: 'Admin',
  user: 'User',
  none: 'Not joined',
};

const STORAGES: readonly { value: DatasetListing['storage']; label: string }[] = [
  { value: 'any', label: 'Any' },
  ...(Object.keys(STORAGE_WORDS) as (keyof typeof STORAGE_WORDS)[]).map((value) => ({
    value,
    label: STORAGE_WORDS[value],
  })),
];

export function DatasetFilters({ listing, onChange }: FiltersProps): ReactElement {
  const set = chipsOf(listing, onChange).length;
  const roles = (['any', 'admin', 'user', ...(listing.organisation ? (['none'] as const) : [])] as const).map(
    (value) => ({ value, label: ROLES[value] }),
  );
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
      <Days label="Created" value={listing.created} onChange={(created) => onChange({ created })} />
      <Days label="Edited" value={listing.edited} onChange={(edited) => onChange({ edited })} />
      <div className="field">
        <span className="field-label">Your role</span>
        <Segmented
          label="Your role"
          size="s"
          value={listing.role}
          options={roles}
          onChange={(role) => onChange({ role })}
        />
      </div>
      <div className="field">
        <span className="field-label">Storage folder</span>
        <Segmented
          label="Storage folder"
          size="s"
          value={listing.kind}
          options={[
            { value: 'any', label: 'Any' },
            { value: 'mirrored', label: 'Mirrored' },
            { value: 'static', label: 'Static' },
          ]}
          onChange={(kind) => onChange({ kind })}
        />
      </div>
      <div className="field">
        <span className="field-label">Storage</span>
        <div>
          <Select
            label="Storage"
            value={listing.storage}
            options={STORAGES}
            onChange={(storage) => onChange({ storage })}
          />
        </div>
      </div>
    </Popover>
  );
}

/** All but the organisation, which has a switch of its own. */
export function chipsOf(
  listing: DatasetListing,
  onChange: (change: Partial<DatasetListing>) => void,
): Chip[] {
  const chips: Chip[] = [];
  const add = (id: keyof DatasetListing, label: string) =>
    chips.push({ id, label, remove: () => onChange({ [id]: USUAL_LISTING[id] }) });
  if (!isOpen(listing.created)) add('created', `Created ${daysWord(listing.created)}`);
  if (!isOpen(listing.edited)) add('edited', `Edited ${daysWord(listing.edited)}`);
  if (listing.role !== 'any') add('role', `Role: ${ROLES[listing.role]}`);
  if (listing.kind !== 'any') add('kind', listing.kind === 'mirrored' ? 'Mirrored' : 'Static');
  if (listing.storage !== 'any') add('storage', `Storage: ${STORAGE_WORDS[listing.storage]}`);
  return chips;
}

/** Nothing narrows the list; order and organisation stay. */
export function unfiltered(listing: DatasetListing): DatasetListing {
  const { organisation, sort, descending } = listing;
  return { ...USUAL_LISTING, organisation, sort, descending };
}
