/** A searchable list of datasets to pick one from. Used by the first run and by the destination picker. */
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { Button } from '../../ui/Button.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { whenText } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { type ListHandle, VirtualList } from '../../ui/VirtualList.tsx';

interface PickListProps {
  chosenId: string | null;
  onChoose: (dataset: DatasetView) => void;
  autoFocus?: boolean;
}

const ROW = 44;

function fetchDatasets(search: string, refresh: boolean, onAnswer?: (search: string) => void) {
  return async (offset: number, limit: number) => {
    const answer = await call('datasets.list', { search, refresh: refresh && offset === 0, offset, limit });
    onAnswer?.(search);
    return answer;
  };
}

export function DatasetPickList({ chosenId, onChoose, autoFocus = false }: PickListProps): ReactElement {
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const [list] = useState(() => new Paged<DatasetView>(fetchDatasets('', false)));
  const state = usePaged(list);
  const handle = useRef<ListHandle | null>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    list.look(0, 20);
    return onTopics((topics) => {
      if (topics.has('datasets') || topics.has('accounts')) list.refresh();
    });
  }, [list]);
  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);

  const choose = useRef(onChoose);
  choose.current = onChoose;
  // Enter before the answer to what was typed means the first row of that answer, not of what is still shown.
  const answered = useRef('');
  const enterAwaits = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new version of the list may be the awaited one.
  useEffect(() => {
    if (!enterAwaits.current || answered.current !== search.trim()) return;
    enterAwaits.current = false;
    const dataset = list.row(0);
    if (dataset) choose.current(dataset);
  }, [state.version, search, list]);

  const total = state.total ?? 0;
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = Math.max(0, Math.min(total - 1, active + (event.key === 'ArrowDown' ? 1 : -1)));
      setActive(next);
      handle.current?.scrollToIndex(next);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (answered.current !== search.trim()) {
        enterAwaits.current = true;
        return;
      }
      const dataset = list.row(active);
      if (dataset) onChoose(dataset);
    }
  };

  return (
    <div className="pick">
      <div className="pick-search">
        <SearchField
          ref={field}
          label="Search datasets"
          value={search}
          onKeyDown={keys}
          onChange={(next) => {
            setSearch(next);
            setActive(0);
            enterAwaits.current = false;
            list.refresh(
              fetchDatasets(next.trim(), false, (text) => {
                answered.current = text;
              }),
            );
          }}
        />
      </div>
      {state.failure ? (
        <div className="pick-note">
          <p>{state.failure}</p>
          <Button size="s" icon="retry" onClick={() => list.replace(fetchDatasets(search.trim(), true))}>
            Try again
          </Button>
        </div>
      ) : state.total === null ? (
        <div className="pick-note">
          <Spinner />
          <p>Asking Encord for its datasets</p>
        </div>
      ) : total === 0 ? (
        <div className="pick-note">
          <p>
            {search
              ? `No dataset’s title has “${search}”.`
              : 'There is no dataset yet. Create the first one.'}
          </p>
        </div>
      ) : (
        <VirtualList
          className="pick-list"
          count={total}
          rowHeight={ROW}
          handle={handle}
          onRange={list.look}
          role="listbox"
          aria-label="Datasets"
          row={(index) => {
            const dataset = list.row(index);
            if (!dataset) return <div className="pick-row row-waiting" />;
            return (
              <button
                type="button"
                role="option"
                aria-selected={dataset.id === chosenId}
                tabIndex={-1}
                className={`pick-row${index === active ? ' pick-active' : ''}`}
                onPointerMove={() => setActive(index)}
                onClick={() => onChoose(dataset)}
              >
                <Icon name="dataset" className="faint" />
                <span className="grow">
                  <span className="truncate pick-title">{dataset.title}</span>
                  <span className="truncate pick-lead">{describe(dataset)}</span>
                </span>
                {dataset.id === chosenId ? <Icon name="check" className="tone-accent" /> : null}
              </button>
            );
          }}
        />
      )}
    </div>
  );
}

/** One line on a dataset: what it is, and when it was last touched. */
export function describe(dataset: DatasetView): string {
  const edited = whenText(dataset.editedAt ?? dataset.createdAt);
  return [
    dataset.mirrored === null ? null : dataset.mirrored ? 'Mirrored' : 'Static',
    dataset.storage !== null && dataset.storage !== 'encord' ? 'Own cloud storage' : null,
    edited ? `changed ${edited}` : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
