/** Before main has answered: connecting, or why it cannot be reached. */
import type { ReactElement } from 'react';
import { refreshSnapshot, useApp } from '../../state/app.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { Spinner } from '../../ui/Icon.tsx';

export function Starting(): ReactElement {
  const connected = useApp((state) => state.connected);
  const failure = useApp((state) => state.startFailure);
  if (failure !== null)
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="The uploader could not start this page"
        action={
          <Button variant="primary" icon="retry" onClick={() => void refreshSnapshot()}>
            Try again
          </Button>
        }
      >
        {failure}
      </EmptyState>
    );
  if (connected === false)
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="The uploader cannot be reached"
        action={
          <Button variant="primary" icon="retry" onClick={() => location.reload()}>
            Try now
          </Button>
        }
      >
        It was stopped, or this address is from an earlier start: each start prints a new one. This page keeps
        trying by itself. If the uploader is running, open the address that it printed last.
      </EmptyState>
    );
  return (
    <div className="starting" role="status">
      <Spinner size={20} />
      <span>Connecting to the uploader</span>
    </div>
  );
}
