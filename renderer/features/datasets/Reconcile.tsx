/** A dataset beside what was uploaded into it from this machine: is everything in? The tab *Reconcile* of `DatasetPage`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { DatasetView, ReconcileView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { saveComparison } from '../../state/exports.ts';
import { reviewAgain } from '../../state/review.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { DrawingClear, DrawingDataset, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { count, oneLine, plural, when } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';
import { DifferentTable, ExtraTable, MissingTable } from './ReconcileTables.tsx';

type List = 'missing' | 'extra' | 'different';

type State =
  | { readonly at: 'asking' }
  | { readonly at: 'failed'; readonly sentence: string }
  | { readonly at: 'compared'; readonly found: ReconcileView };

/** Compares at once, and again when asked to. */
function useComparison(datasetId: string): [State, () => void] {
  const [state, setState] = useState<State>({ at: 'asking' });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn is another comparison of the same dataset.
  useEffect(() => {
    let left = false;
    setState({ at: 'asking' });
    void call('reconcile.start', { datasetId }).then((answer) => {
      if (left) return;
      setState(
        answer.ok
          ? { at: 'compared', found: answer.value }
          : { at: 'failed', sentence: answer.error.message },
      );
    });
    return () => {
      left = true;
    };
  }, [datasetId, turn]);
  return [state, useCallback(() => setTurn((before) => before + 1), [])];
}

interface ReconcileProps {
  dataset: DatasetView;
  /** Where the tab's own buttons stand. */
  slot: HTMLElement | null;
}

export function Reconcile({ dataset, slot }: ReconcileProps): ReactElement {
  const [state, again] = useComparison(dataset.id);
  const found = state.at === 'compared' ? state.found : null;
  const tools = (
    <>
      <span className="muted small truncate">
        {found
          ? `Compared with the uploads from this machine, ${when(found.at)}`
          : 'Comparing with the uploads from this machine'}
      </span>
      <span className="grow" />
      <IconButton label="Compare again" icon="retry" onClick={again} disabled={state.at === 'asking'} />
      {found && found.missing + found.extra + found.different > 0 ? (
        <Button size="s" icon="receipt" onClick={() => void saveComparison(found.reconcileId)}>
          Save as CSV
        </Button>
      ) : null}
      {found && found.missing > 0 ? (
        <Button size="s" icon="upload" onClick={() => reviewAgain(found)}>
          Upload missing again
        </Button>
      ) : null}
    </>
  );
  return (
    <>
      {slot ? createPortal(tools, slot) : null}
      {state.at === 'asking' ? (
        <Skeleton rows={10} label="Asking Encord for the rows" />
      ) : state.at === 'failed' ? (
        <EmptyState
          drawing={<DrawingUnplugged />}
          title="The dataset could not be compared"
          action={
            <Button variant="primary" icon="retry" onClick={again}>
              Try again
            </Button>
          }
        >
          {state.sentence}
        </EmptyState>
      ) : (
        <Found key={state.found.reconcileId} found={state.found} />
      )}
    </>
  );
}

function Found({ found }: { found: ReconcileView }): ReactElement {
  const lists = (['missing', 'extra', 'different'] as const).filter((list) => found[list] > 0);
  const [chosen, setChosen] = useState<List>(lists[0] ?? 'missing');
  if (found.uploaded === 0 && lists.length === 0) {
    return (
      <EmptyState drawing={<DrawingDataset />} title="Nothing was uploaded into it from this machine yet">
        Once something was, this page says whether all of it is there.
      </EmptyState>
    );
  }
  if (lists.length === 0) {
    return (
      <EmptyState drawing={<DrawingClear />} title={verdict(found)}>
        {remarks(found).join(' ') || 'The dataset holds nothing else.'}
      </EmptyState>
    );
  }
  const labels: Record<List, string> = {
    missing: 'Missing',
    extra: 'Not from this machine',
    different: 'Another size',
  };
  return (
    <div className="reconcile">
      <div className="reconcile-summary" role="status">
        <Icon
          name={found.missing > 0 ? 'warn' : 'done'}
          size={20}
          className={found.missing > 0 ? 'tone-warn' : 'tone-done'}
        />
        <div className="grow">
          <p className="reconcile-verdict selectable">{verdict(found)}</p>
          <p className="muted small selectable">{remarks(found).join(' ')}</p>
        </div>
      </div>
      <div className="reconcile-lists">
        <Segmented
          label="What to list"
          value={chosen}
          onChange={setChosen}
          options={lists.map((list) => ({
            value: list,
            label: labels[list],
            count: count(found[list]),
            tone: list === 'missing' ? ('warn' as const) : undefined,
          }))}
        />
      </div>
      {chosen === 'missing' ? (
        <MissingTable found={found} />
      ) : chosen === 'extra' ? (
        <ExtraTable found={found} />
      ) : (
        <DifferentTable found={found} />
      )}
    </div>
  );
}

/** The answer to "is everything in?". */
function verdict({ uploaded, missing, recent, ...found }: ReconcileView): string {
  const datasetTitle = oneLine(found.datasetTitle);
  if (uploaded === 0) return `Nothing was uploaded into ${datasetTitle} from this machine yet`;
  if (missing > 0)
    return `${count(missing)} of ${plural(uploaded, 'upload')} ${missing === 1 ? 'is' : 'are'} missing from ${datasetTitle}`;
  if (recent > 0) return `Nothing is missing from ${datasetTitle} so far`;
  return uploaded === 1
    ? `The one upload from this machine is in ${datasetTitle}`
    : `All ${count(uploaded)} uploads from this machine are in ${datasetTitle}`;
}

function remarks({ extra, different, underway, recent, unidentified }: ReconcileView): string[] {
  return [
    extra > 0
      ? `${plural(extra, 'row')} came from elsewhere: another machine, another person, or Encord itself.`
      : '',
    different > 0
      ? `${plural(different, 'upload')} ${different === 1 ? 'has' : 'have'} another size there: Encord may have encoded ${different === 1 ? 'it' : 'them'} anew.`
      : '',
    underway > 0
      ? `${plural(underway, 'row')} ${underway === 1 ? 'belongs to an upload that is' : 'belong to uploads that are'} not done yet.`
      : '',
    recent > 0
      ? `${plural(recent, 'upload')} of the last minute ${recent === 1 ? 'is' : 'are'} not listed yet: compare again soon.`
      : '',
    unidentified > 0
      ? `${plural(unidentified, 'upload')} cannot be recognised, because Encord never told ${unidentified === 1 ? 'its id' : 'their ids'}.`
      : '',
  ].filter(Boolean);
}
