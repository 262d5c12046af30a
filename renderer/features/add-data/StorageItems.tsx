/** The files of a storage folder, or those that a search finds, to be picked. Used by `AttachFiles`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { ItemView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { type FetchPage, Paged, usePaged } from '../../state/paged.ts';
import { Button } from '../../ui/Button.tsx';
import { count, plural, size, whenExactText, whenText } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { Select } from '../../ui/Select.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { ITEM_TYPES, itemType } from './item-types.ts';
import { PickGrid } from './PickGrid.tsx';

/** What is remembered of a picked file. */
export interface PickedItem {
  readonly inDataset: boolean;
}
export type PickedItems = ReadonlyMap<string, PickedItem>;

/** As many as one job takes. */
const MOST = 100_000;
const PAGE = 500;
const ALL_TYPES = 'all';

interface StorageItemsProps {
  datasetId: string;
  /** Null: everywhere, which Encord lists only with a search or a type. */
  folderId: string | null;
  search: string;
  type: string | null;
  onType: (type: string | null) => void;
  picked: PickedItems;
  onPick: (change: (now: PickedItems) => PickedItems) => void;
}

export function StorageItems(props: StorageItemsProps): ReactElement {
  const { datasetId, folderId, search, type, onType, picked, onPick } = props;
  const [list] = useState(
    () => new Paged<ItemView>(async () => ({ ok: true, value: { total: 0, rows: [] } })),
  );
  const [complete, setComplete] = useState(false);
  const state = usePaged(list);
  const fetch = useRef<FetchPage<ItemView>>(async () => ({ ok: true, value: { total: 0, rows: [] } }));
  const gathering = useGathering(onPick);
  /** The list that was picked as a whole, and what was in it. */
  const [whole, setWhole] = useState<{ listKey: string; ids: ReadonlySet<string> } | null>(null);
  const nowhere = folderId === null && search === '' && type === null;
  const listKey = JSON.stringify([folderId, search, type]);
  const { stop } = gathering;

  useEffect(() => {
    stop();
    setComplete(false);
    if (nowhere) return;
    const ask = (offset: number, limit: number) =>
      call('storage.items', {
        folderId,
        search,
        types: type === null ? [] : [type],
        recursive: search !== '' || folderId === null,
        inDataset: null,
        order: 'name',
        descending: false,
        refresh: false,
        datasetId,
        offset,
        limit,
      });
    fetch.current = ask;
    list.replace(async (offset, limit) => {
      const answer = await ask(offset, limit);
      if (answer.ok) setComplete(answer.value.complete);
      return answer;
    });
  }, [list, datasetId, folderId, search, type, nowhere, stop]);

  const total = state.total ?? 0;
  const range = (from: number, to: number) =>
    gathering.start(from, to, (index) => list.row(index), fetch.current);
  const toggle = (item: ItemView) => {
    setWhole(null);
    onPick((now) => {
      const next = new Map(now);
      if (!next.delete(item.id)) next.set(item.id, { inDataset: item.inDataset === true });
      return next;
    });
  };
  const all = async () => {
    const ids = await range(0, MOST - 1);
    if (ids === null) return;
    setWhole({ listKey, ids });
    // By now more of the list is known than it was when it was drawn.
    list.refresh();
  };
  const isWhole = whole?.listKey === listKey && picked.size > 0;
  const isPart = [...list.loaded()].some(({ row }) => picked.has(row.id));
  const none = () => {
    setWhole(null);
    onPick((now) => new Map([...now].filter(([id]) => !whole?.ids.has(id))));
  };
  const shown = !nowhere && total > 0;

  return (
    <section className="items" aria-label="Files">
      <div className="items-head">
        {shown ? (
          <button
            type="button"
            className={`tick-box${isWhole || isPart ? ' tick-on' : ''}`}
            aria-label={isWhole ? 'Pick none of this list' : 'Pick all files of this list'}
            onClick={() => (isWhole ? none() : void all())}
          >
            {isWhole || isPart ? <Icon name={isWhole ? 'check' : 'minus'} size={12} /> : null}
          </button>
        ) : null}
        <span className="muted small grow" role="status">
          {gathering.found !== null
            ? `Picking files: ${count(gathering.found)} so far`
            : shown
              ? complete || isWhole
                ? plural(isWhole ? whole.ids.size : total, 'file')
                : `At least ${plural(total - 1, 'file')}`
              : ''}
        </span>
        {gathering.found === null ? null : (
          <Button size="s" variant="ghost" onClick={stop}>
            Stop
          </Button>
        )}
        <Select
          label="Type"
          lead="Type"
          value={type ?? ALL_TYPES}
          options={[
            { value: ALL_TYPES, label: 'All' },
            ...ITEM_TYPES.map((each) => ({ value: each, label: itemType(each).word })),
          ]}
          onChange={(next) => onType(next === ALL_TYPES ? null : next)}
        />
      </div>
      {nowhere ? (
        <p className="pick-note">Open a folder to see its files, or search in all of them.</p>
      ) : state.failure !== null && state.total === null ? (
        <div className="pick-note" role="alert">
          <p className="selectable">{state.failure}</p>
          <Button size="s" icon="retry" onClick={() => list.replace()}>
            Try again
          </Button>
        </div>
      ) : state.total === null ? (
        <div className="pick-note" role="status" aria-label="Asking Encord for the files">
          <Spinner />
        </div>
      ) : state.total === 0 ? (
        <p className="pick-note" role="status">
          {search !== ''
            ? 'No file has such a name.'
            : type !== null
              ? 'No files of this type in here.'
              : 'No files in here.'}
        </p>
      ) : (
        <>
          {state.failure === null ? null : (
            <p className="items-failure small" role="alert">
              <Icon name="fail" size={14} />
              <span className="grow selectable">{state.failure}</span>
              <Button size="s" variant="ghost" onClick={() => list.refresh()}>
                Try again
              </Button>
            </p>
          )}
          <PickGrid
            label="Files"
            rows={list}
            state={state}
            listKey={listKey}
            gridClass="item-grid"
            picking={{
              has: (item) => picked.has(item.id),
              toggle,
              range: (from, to) => void range(from, to),
              all: () => void all(),
            }}
            cells={(item) => <Cells item={item} />}
          />
        </>
      )}
    </section>
  );
}

function Cells({ item }: { item: ItemView }): ReactElement {
  const { word, icon } = itemType(item.type);
  return (
    <>
      <span role="gridcell" className="inline">
        <Icon name={icon} className="faint" />
        <MiddleTruncate text={item.name} />
      </span>
      <span role="gridcell" className="truncate muted">
        {word}
      </span>
      <span role="gridcell" className="cell-number muted">
        {item.size === null ? '' : size(item.size)}
      </span>
      <span role="gridcell" className="truncate muted items-when" title={whenExactText(item.createdAt)}>
        {whenText(item.createdAt)}
      </span>
      <span role="gridcell" className="inline small items-there">
        {item.inDataset ? (
          <>
            <Icon name="check" size={14} className="tone-done" />
            In the dataset
          </>
        ) : null}
      </span>
    </>
  );
}

interface Gathering {
  /** How many by now; null while nothing is gathered. */
  found: number | null;
  /** The ids of all that was picked; null where it ended before its end. */
  start: (
    from: number,
    to: number,
    here: (index: number) => ItemView | undefined,
    fetch: FetchPage<ItemView>,
  ) => Promise<ReadonlySet<string> | null>;
  stop: () => void;
}

/** Picks many rows at once: those that are not here are asked for, page by page, and what was found stays when it is stopped. */
function useGathering(onPick: StorageItemsProps['onPick']): Gathering {
  const [found, setFound] = useState<number | null>(null);
  const run = useRef(0);
  const [stop] = useState(() => () => {
    run.current += 1;
    setFound(null);
  });
  useEffect(() => stop, [stop]);
  const start: Gathering['start'] = async (from, to, here, fetch) => {
    run.current += 1;
    const mine = run.current;
    const last = Math.min(to, from + MOST - 1);
    const ids = new Set<string>();
    const add = (items: readonly ItemView[]) => {
      for (const { id } of items) ids.add(id);
      onPick((now) => {
        const next = new Map(now);
        for (const item of items) {
          if (next.size >= MOST) break;
          next.set(item.id, { inDataset: item.inDataset === true });
        }
        return next;
      });
    };
    let index = from;
    while (index <= last) {
      const known: ItemView[] = [];
      for (let row = here(index); row && index <= last; row = here(index)) {
        known.push(row);
        index += 1;
      }
      add(known);
      if (index > last) break;
      setFound(ids.size);
      const answer = await fetch(index, Math.min(PAGE, last - index + 1));
      if (run.current !== mine) return null;
      if (!answer.ok) {
        setFound(null);
        toast(`${plural(ids.size, 'file')} picked, then this: ${answer.error.message}`, { tone: 'fail' });
        return null;
      }
      if (answer.value.rows.length === 0) break;
      add(answer.value.rows);
      index += answer.value.rows.length;
    }
    setFound(null);
    if (ids.size >= MOST) toast(`The first ${count(MOST)} files are picked: one job takes no more.`);
    return ids;
  };
  return { found, start, stop };
}
