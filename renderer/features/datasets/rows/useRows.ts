/** A window on the rows of a dataset: filter, order, and what the whole dataset holds. Used by `DataTab`. */
import { useEffect, useRef, useState } from 'react';
import type { RowFilter, RowSort } from '../../../../preload/contract/manage.ts';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { onTopics } from '../../../state/app.ts';
import { call } from '../../../state/bridge.ts';
import { type FetchPage, Paged, type PagedState, usePaged } from '../../../state/paged.ts';
import { RowPicker } from '../../../state/row-picker.ts';

/** Of the whole dataset, whatever the filter. */
export interface Whole {
  readonly rows: number;
  readonly bytes: number;
  /** Encord's word → how many. */
  readonly types: Readonly<Record<string, number>>;
}

export interface RowsView {
  readonly datasetId: string;
  readonly rows: Paged<DataRowView>;
  readonly state: PagedState;
  readonly picker: RowPicker;
  readonly filter: RowFilter;
  readonly sort: RowSort;
  /** Null until the first answer. */
  readonly whole: Whole | null;
  /** Another filter or order was asked for, and what is shown is still the old list. */
  readonly asking: boolean;
  readonly fetch: FetchPage<DataRowView>;
  readonly setFilter: (change: Partial<RowFilter>) => void;
  readonly setSort: (sort: RowSort) => void;
  readonly again: () => void;
}

export const NO_FILTER: RowFilter = {
  search: '',
  types: [],
  created: { from: null, to: null },
  edited: { from: null, to: null },
};

const NEWEST: RowSort = { column: 'created', descending: true };

interface Question {
  readonly filter: RowFilter;
  readonly sort: RowSort;
  /** Counts the questions, so that an answer is known to belong to the last one. */
  readonly turn: number;
}

export function useRows(datasetId: string): RowsView {
  const [question, setQuestion] = useState<Question>({ filter: NO_FILTER, sort: NEWEST, turn: 0 });
  const [answered, setAnswered] = useState(0);
  const [whole, setWhole] = useState<Whole | null>(null);
  const [picker] = useState(() => new RowPicker());
  const last = useRef(question);

  const fetchOf =
    ({ filter, sort, turn }: Question, refresh: boolean): FetchPage<DataRowView> =>
    async (offset, limit) => {
      const answer = await call('rows.find', {
        datasetId,
        filter: { ...filter, search: filter.search.trim() },
        sort,
        refresh: refresh && offset === 0,
        offset,
        limit,
      });
      if (turn === last.current.turn) setAnswered(turn);
      if (answer.ok) {
        const { types, bytes } = answer.value;
        const total = Object.values(types).reduce((sum, many) => sum + many, 0);
        setWhole((now) => (now?.rows === total && now.bytes === bytes ? now : { rows: total, bytes, types }));
      }
      return answer;
    };

  const [rows] = useState(() => new Paged<DataRowView>(fetchOf(question, false)));
  const state = usePaged(rows);
  useEffect(() => {
    rows.look(0, 40);
    return onTopics((topics) => {
      if (topics.has('datasets')) rows.refresh();
    });
  }, [rows]);

  const ask = (change: Partial<Pick<Question, 'filter' | 'sort'>>) => {
    const next = { ...last.current, ...change, turn: last.current.turn + 1 };
    last.current = next;
    setQuestion(next);
    rows.refresh(fetchOf(next, false));
  };
  return {
    datasetId,
    rows,
    state,
    picker,
    filter: question.filter,
    sort: question.sort,
    whole,
    asking: answered < question.turn,
    fetch: fetchOf(question, false),
    setFilter: (change) => {
      // Nothing stays selected that is out of sight.
      picker.reset();
      ask({ filter: { ...last.current.filter, ...change } });
    },
    setSort: (sort) => {
      picker.move(0);
      ask({ sort });
    },
    again: () => rows.replace(fetchOf(last.current, true)),
  };
}
