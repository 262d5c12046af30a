/** What a tab of a watch folder shows before, or in place of, its rows. Used by the tabs of `FolderPage`. */
import type { ReactElement } from 'react';
import type { PagedState } from '../../state/paged.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { Skeleton } from '../frame/Skeleton.tsx';

interface TabStateProps {
  state: PagedState;
  again: () => void;
  /** Where the list is empty. */
  empty: ReactElement;
  children: ReactElement;
}

export function TabState({ state, again, empty, children }: TabStateProps): ReactElement {
  if (state.total === null) {
    if (state.failure === null) return <Skeleton rows={8} label="Reading the list" />;
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="The list could not be read"
        action={
          <Button variant="primary" icon="retry" onClick={again}>
            Try again
          </Button>
        }
      >
        {state.failure}
      </EmptyState>
    );
  }
  return state.total === 0 ? empty : children;
}
