/** A button that names a dataset and opens the list to choose another, or to make one. Used by reviews and watch folders. */
import { Popover } from 'radix-ui';
import { type ReactElement, useState } from 'react';
import type { Destination } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { CreateDatasetForm } from './CreateDataset.tsx';
import { DatasetPickList } from './DatasetPickList.tsx';

interface DatasetChooserProps {
  destination: Destination | null;
  /** The account has this one dataset. */
  fixed: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onChoose: (dataset: Destination) => void;
}

export function DatasetChooser({
  destination,
  fixed,
  open,
  onOpen,
  onChoose,
}: DatasetChooserProps): ReactElement {
  const [creating, setCreating] = useState(false);
  const choose = (dataset: Destination) => {
    onOpen(false);
    setCreating(false);
    onChoose(dataset);
  };
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        onOpen(next);
        if (!next) setCreating(false);
      }}
    >
      <Popover.Trigger asChild>
        <button
          type="button"
          className={`destination-button${destination ? '' : ' destination-missing'}`}
          disabled={fixed}
          aria-label={destination ? `Dataset ${destination.title}. Choose another` : 'Choose a dataset'}
        >
          <Icon name="dataset" className={destination ? 'tone-accent' : ''} />
          <span className="truncate">{destination?.title ?? 'Choose a dataset'}</span>
          {fixed ? null : <Icon name="chevronUpDown" size={14} className="faint" />}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover destination-popover"
          data-floating=""
          aria-label="Choose a dataset"
          align="start"
          sideOffset={4}
          collisionPadding={8}
        >
          {creating ? (
            <div className="destination-create">
              <h3>Create a dataset</h3>
              <CreateDatasetForm onCancel={() => setCreating(false)} onDone={choose} />
            </div>
          ) : (
            <>
              <DatasetPickList chosenId={destination?.id ?? null} onChoose={choose} autoFocus />
              <div className="destination-foot">
                <Button size="s" variant="ghost" icon="plus" onClick={() => setCreating(true)}>
                  Create dataset
                </Button>
              </div>
            </>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
