/** What the columns of a CSV file are taken for, to be confirmed or changed; kept for files with the same headings. Used by `CloudFileStep`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { CloudCheckView, CloudMapping } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { Wrong } from '../watch/fields.tsx';
import { ColumnPicker } from './ColumnPicker.tsx';
import { type CloudKind, KINDS } from './cloud-words.ts';

type Csv = NonNullable<CloudCheckView['csv']>;

const FROM: Record<Csv['from'], string> = {
  headings: 'Recognised by the headings. Look whether it is right.',
  kept: 'As it was kept for files with these headings.',
  chosen: 'As you chose.',
  none: 'No heading says where the URLs are: choose their column.',
};
const BY_COLUMN = 'column';

interface CloudColumnsProps {
  view: CloudCheckView;
  csv: Csv;
  busy: boolean;
  onMap: (mapping: CloudMapping) => void;
}

export function CloudColumns({ view, csv, busy, onMap }: CloudColumnsProps): ReactElement {
  const { headings } = csv;
  const [draft, setDraft] = useState<CloudMapping | null>(csv.mapping);
  // What main answers holds; until then the choice stays in sight.
  useEffect(() => setDraft(csv.mapping), [csv.mapping]);
  const change = (patch: Partial<CloudMapping>) => {
    const base = draft ?? EMPTY;
    const next = { ...base, ...patch };
    setDraft(next);
    if (next.url.length > 0) onMap(next);
  };
  const one = (index: number | null) => (index === null ? [] : [index]);
  const without = draft === null;
  const kind = draft?.kind ?? EMPTY.kind;
  return (
    <section className="cloud-columns" aria-label="Columns">
      <div>
        <h3 className="inline">Columns {busy ? <Spinner size={14} /> : null}</h3>
        <p className={`field-hint${csv.from === 'none' ? ' tone-fail' : ''}`}>{FROM[csv.from]}</p>
      </div>
      <Line label="URL" hint="Several: the frames of a group on one line">
        <ColumnPicker
          label="URL columns"
          headings={headings}
          chosen={draft?.url ?? []}
          several
          needed
          onChange={(url) => change({ url })}
        />
      </Line>
      <Line label="Kind" hint={kind.by === 'column' ? 'In each line' : 'Of all lines'}>
        <Select
          label="Kind"
          value={kind.by === 'column' ? BY_COLUMN : kind.kind}
          options={[
            ...KINDS,
            { value: BY_COLUMN, label: 'Each line says it', hint: 'In a column of its own' },
          ]}
          disabled={without}
          onChange={(next: CloudKind | typeof BY_COLUMN) =>
            change({
              kind:
                next === BY_COLUMN
                  ? { by: 'column', column: firstOther(draft, headings) }
                  : { by: 'all', kind: next },
            })
          }
        />
      </Line>
      {kind.by === 'column' ? (
        <Line label="Column of the kind">
          <ColumnPicker
            label="Column of the kind"
            headings={headings}
            chosen={[kind.column]}
            needed
            onChange={([column]) => {
              if (column !== undefined) change({ kind: { by: 'column', column } });
            }}
          />
        </Line>
      ) : null}
      <Line label="Title">
        <ColumnPicker
          label="Title column"
          headings={headings}
          chosen={one(draft?.title ?? null)}
          disabled={without}
          onChange={([title]) => change({ title: title ?? null })}
        />
      </Line>
      <Line label="Group or series" hint="Lines with the same text are one">
        <ColumnPicker
          label="Group column"
          headings={headings}
          chosen={one(draft?.group ?? null)}
          disabled={without}
          onChange={([group]) => change({ group: group ?? null })}
        />
      </Line>
      <Line label="Create video" hint="True makes a group a sequence">
        <ColumnPicker
          label="Create video column"
          headings={headings}
          chosen={one(draft?.createVideo ?? null)}
          disabled={without}
          onChange={([createVideo]) => change({ createVideo: createVideo ?? null })}
        />
      </Line>
      <Line label="Client metadata" hint="Each under its heading">
        <ColumnPicker
          label="Client metadata columns"
          headings={headings}
          chosen={draft?.metadata ?? []}
          several
          disabled={without}
          onChange={(metadata) => change({ metadata })}
        />
      </Line>
      <Keep view={view} csv={csv} />
    </section>
  );
}

const EMPTY: CloudMapping = {
  url: [],
  title: null,
  kind: { by: 'all', kind: 'video' },
  group: null,
  createVideo: null,
  metadata: [],
};

/** A column that holds no URLs, where there is one: it is only where the choice begins. */
function firstOther(mapping: CloudMapping | null, headings: readonly string[]): number {
  const index = headings.findIndex((_, at) => !mapping?.url.includes(at));
  return Math.max(0, index);
}

function Line({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  children: ReactElement;
}): ReactElement {
  return (
    <div className="columns-row">
      <div className="grow">
        <p>{label}</p>
        {hint ? <p className="field-hint">{hint}</p> : null}
      </div>
      {children}
    </div>
  );
}

function Keep({ view, csv }: { view: CloudCheckView; csv: Csv }): ReactElement | null {
  const [kept, setKept] = useState<CloudMapping | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { mapping } = csv;
  if (mapping === null) return null;
  if (csv.from === 'kept' || kept === mapping)
    return (
      <p className="field-hint inline" role="status">
        <Icon name="check" size={14} className="tone-done" />
        Kept for files with these headings
      </p>
    );
  const keep = async () => {
    setBusy(true);
    const answer = await call('cloud.keepMapping', { checkId: view.checkId });
    setBusy(false);
    if (answer.ok) setKept(mapping);
    setFailure(answer.ok ? null : answer.error.message);
  };
  return (
    <div>
      <Button size="s" busy={busy} onClick={() => void keep()}>
        Keep this mapping
      </Button>
      <Wrong text={failure ?? undefined} />
    </div>
  );
}
