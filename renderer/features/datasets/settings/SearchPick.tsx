/**
 * A searchable list of any length to pick from, by pointer or by keys: arrows move, Enter picks. Used by the dialogs that
 * add groups and attach to projects.
 */
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { type FetchPage, Paged, usePaged } from '../../../state/paged.ts';
import { Button } from '../../../ui/Button.tsx';
import { Icon, type IconName, Spinner } from '../../../ui/Icon.tsx';
import { type ListHandle, VirtualList } from '../../../ui/VirtualList.tsx';

interface SearchPickProps<Row> {
  /** E.g. `groups`. */
  things: string;
  /** Asks for a page; `refresh` where what main has kept is not wanted. */
  fetch: (search: string, refresh: boolean) => FetchPage<Row>;
  idOf: (row: Row) => string;
  icon: IconName;
  titleOf: (row: Row) => string;
  leadOf: (row: Row) => string;
  /** Why a row cannot be picked; null where it can. */
  offOf: (row: Row) => string | null;
  picked: (row: Row) => boolean;
  onPick: (row: Row) => void;
  /** Enter on a row that is picked already. */
  onDone?: () => void;
  several?: boolean;
  /** There is none at all. */
  none: ReactNode;
}

const ROW = 44;

export function SearchPick<Row>(props: SearchPickProps<Row>): ReactElement {
  const { things, idOf, offOf, picked, onPick, onDone, several = false } = props;
  const id = useId();
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  /** Told to rows, so that Enter before the answer to what was typed waits for that answer. */
  const answered = useRef('');
  const enterAwaits = useRef(false);
  const fetching = (text: string, refresh: boolean): FetchPage<Row> => {
    const ask = props.fetch(text, refresh);
    return async (offset, limit) => {
      const answer = await ask(offset, limit);
      answered.current = text;
      return answer;
    };
  };
  const [list] = useState(() => new Paged<Row>(fetching('', false)));
  const state = usePaged(list);
  const handle = useRef<ListHandle | null>(null);
  const total = state.total ?? 0;

  useEffect(() => list.look(0, 20), [list]);

  const pick = (row: Row | undefined) => {
    if (row === undefined || offOf(row) !== null) return;
    if (!several && picked(row)) onDone?.();
    else onPick(row);
  };
  const latestPick = useRef(pick);
  latestPick.current = pick;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new version of the list may be the awaited one.
  useEffect(() => {
    if (!enterAwaits.current || answered.current !== search.trim()) return;
    enterAwaits.current = false;
    latestPick.current(list.row(0));
  }, [state.version, search, list]);

  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(total - 1, active + step));
      setActive(next);
      handle.current?.scrollToIndex(next);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (answered.current === search.trim()) pick(list.row(active));
      else enterAwaits.current = true;
    }
  };

  return (
    <div className="search-pick">
      <div className="search">
        <Icon name="search" size={14} />
        <input
          type="search"
          className="search-input"
          role="combobox"
          aria-label={`Search ${things}`}
          aria-expanded={total > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={total > 0 ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          placeholder={`Search ${things}`}
          value={search}
          autoComplete="off"
          spellCheck={false}
          onKeyDown={press}
          onChange={(event) => {
            setSearch(event.target.value);
            setActive(0);
            enterAwaits.current = false;
            list.refresh(fetching(event.target.value.trim(), false));
          }}
        />
      </div>
      {state.failure !== null ? (
        <div className="pick-note" role="alert">
          <p>
            The {things} could not be listed. {state.failure}
          </p>
          <Button size="s" icon="retry" onClick={() => list.replace(fetching(search.trim(), true))}>
            Try again
          </Button>
        </div>
      ) : state.total === null ? (
        <div className="pick-note" role="status">
          <Spinner />
          <p>Asking Encord for its {things}</p>
        </div>
      ) : total === 0 ? (
        <div className="pick-note" role="status">
          <p>{search.trim() ? `None of the ${things} has “${search.trim()}”.` : props.none}</p>
        </div>
      ) : (
        <VirtualList
          id={`${id}-list`}
          className="pick-list"
          count={total}
          rowHeight={ROW}
          handle={handle}
          onRange={list.look}
          resetKey={search}
          role="listbox"
          aria-label={things[0]?.toUpperCase() + things.slice(1)}
          aria-multiselectable={several || undefined}
          row={(index) => (
            <Option
              {...props}
              key={list.row(index) === undefined ? index : idOf(list.row(index) as Row)}
              id={`${id}-${index}`}
              row={list.row(index)}
              active={index === active}
              onHover={() => setActive(index)}
              onPick={() => pick(list.row(index))}
            />
          )}
        />
      )}
    </div>
  );
}

interface OptionProps<Row> extends Omit<SearchPickProps<Row>, 'onPick'> {
  id: string;
  row: Row | undefined;
  active: boolean;
  onHover: () => void;
  onPick: () => void;
}

function Option<Row>({ id, row, active, several, onHover, onPick, ...of }: OptionProps<Row>): ReactElement {
  if (row === undefined) return <div className="pick-row row-waiting" role="presentation" />;
  const off = of.offOf(row);
  const on = of.picked(row);
  const lead = [of.leadOf(row), off].filter(Boolean).join(' · ');
  return (
    <button
      type="button"
      id={id}
      role="option"
      aria-selected={on}
      aria-disabled={off !== null || undefined}
      tabIndex={-1}
      title={of.titleOf(row)}
      className={`pick-row${active ? ' pick-active' : ''}${off === null ? '' : ' pick-off'}`}
      onPointerMove={onHover}
      // The search keeps the focus, and with it the keys.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      {several ? (
        <span className={`pick-box${on ? ' pick-box-on' : ''}`}>
          {on ? <Icon name="check" size={12} /> : null}
        </span>
      ) : (
        <Icon name={of.icon} className="faint" />
      )}
      <span className="grow">
        <span className="truncate pick-title">{of.titleOf(row)}</span>
        {lead === '' ? null : <span className="truncate pick-lead">{lead}</span>}
      </span>
      {on && !several ? <Icon name="check" className="tone-accent" /> : null}
    </button>
  );
}
