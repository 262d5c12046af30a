/** Datasets as the pretended main lists and makes them. Used by `fake-handlers.ts`. */
import type { CallInput } from '../../preload/contract/calls.ts';
import { ANY_DATASET, type DatasetListing } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { DatasetView } from '../../preload/contract/views.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { within } from './fake-rows.ts';

type DatasetCalls = Extract<CallName, 'datasets.list' | 'datasets.create' | 'datasets.rows'>;

export function datasetsHandlers(main: FakeMain): Pick<FakeHandlers, DatasetCalls> {
  const { state } = main;
  return {
    'datasets.list': ({ search, listing = ANY_DATASET, offset, limit }) => {
      const all = listing.organisation ? [...state.datasets, ...state.organisation] : [...state.datasets];
      const titles = new Map<string, number>();
      for (const { title } of all) titles.set(title, (titles.get(title) ?? 0) + 1);
      const text = search.toLowerCase();
      const fits = all.filter(
        (dataset) =>
          (dataset.title.toLowerCase().includes(text) || dataset.id === text) && isOf(dataset, listing),
      );
      const sign = listing.descending ? -1 : 1;
      fits.sort((a, b) => sign * keyOf(a, listing).localeCompare(keyOf(b, listing)));
      return {
        total: fits.length,
        rows: fits
          .slice(offset, offset + limit)
          .map((dataset) => ({ ...dataset, sameTitle: (titles.get(dataset.title) ?? 1) - 1 })),
      };
    },
    'datasets.create': (input) => {
      const made = madeOf(input, state.datasets);
      state.datasets.unshift(made);
      main.changed('datasets');
      return made;
    },
    'datasets.rows': ({ search, offset, limit }) => {
      const rows = Array.from({ length: state.rowCount }, (_, index) => `still_${index}.png`);
      const fits = rows.filter((title) => title.includes(search));
      return {
        total: fits.length,
        rows: fits.slice(offset, offset + limit).map((title, index) => ({
          dataHash: `row-${index}`,
          title,
          type: 'IMAGE',
          mime: 'image/png',
          size: 1_200_000,
          width: 1_920,
          height: 1_080,
          fps: null,
          durationSeconds: null,
          sequence: null,
          storage: 'encord' as const,
          fileLink: null,
          itemUuid: null,
          createdAt: '2026-09-02T08:30:00Z',
          editedAt: null,
        })),
      };
    },
  };
}

function isOf(dataset: DatasetView, { created, edited, role, kind, storage }: DatasetListing): boolean {
  return (
    within(dataset.createdAt, created) &&
    within(dataset.editedAt, edited) &&
    (role === 'any' || (dataset.role ?? 'none') === role) &&
    (kind === 'any' || dataset.mirrored === (kind === 'mirrored')) &&
    (storage === 'any' || dataset.storage === storage)
  );
}

function keyOf(dataset: DatasetView, { sort }: DatasetListing): string {
  if (sort === 'title') return dataset.title;
  if (sort === 'role') return dataset.role ?? '';
  return (sort === 'created' ? dataset.createdAt : (dataset.editedAt ?? dataset.createdAt)) ?? '';
}

function madeOf(input: CallInput<'datasets.create'>, others: readonly DatasetView[]): DatasetView {
  return {
    id: `d-new-${others.length}`,
    title: input.title,
    description: input.description,
    createdAt: new Date().toISOString(),
    editedAt: null,
    role: 'admin',
    mirrored: input.mirrored,
    storage: input.storage ?? 'encord',
    sameTitle: others.filter(({ title }) => title === input.title).length,
  };
}
