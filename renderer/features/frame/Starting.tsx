/** Before main has answered: connecting, or why it cannot be reached. */
import { type ReactElement, useState } from 'react';
import { refreshSnapshot, setDatabaseAside, useApp } from '../../state/app.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingUnplugged } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { Spinner } from '../../ui/Icon.tsx';

export function Starting(): ReactElement {
  const connected = useApp((state) => state.connected);
  const failure = useApp((state) => state.startFailure);
  if (failure?.code === 'database-corrupt')
    return <Damaged file={failure.details.file ?? 'with the queue'} />;
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
        {failure.message}
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

/** Nothing is done about it before a person has said so. */
function Damaged({ file }: { file: string }): ReactElement {
  const [busy, setBusy] = useState(false);
  const act = async (what: () => Promise<void>) => {
    setBusy(true);
    await what();
    setBusy(false);
  };
  return (
    <EmptyState
      drawing={<DrawingUnplugged />}
      title="The list of uploads is damaged"
      action={
        <div className="starting-choices">
          <Button variant="primary" busy={busy} onClick={() => void act(setDatabaseAside)}>
            Keep the damaged file aside and start with an empty queue
          </Button>
          <Button icon="retry" onClick={() => void act(refreshSnapshot)}>
            Try again
          </Button>
        </div>
      }
    >
      <p className="selectable">
        The file {file} is damaged, or is not one of this program. It was left as it is.
      </p>
      <p className="starting-meaning">
        What is in Encord stays there. With an empty queue this program does not know it any more: files that
        you add again are uploaded again. If you have a copy of the file, put it back and try again instead.
      </p>
    </EmptyState>
  );
}
