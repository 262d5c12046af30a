/** Moves a folder into another one, or to the top. Used by `StorageDialogs`. */
import { type ReactElement, useState } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { oneLine } from '../../ui/format.ts';
import type { Trail } from '../add-data/StorageFolders.tsx';
import { FolderPick } from './FolderPick.tsx';

interface MoveProps {
  folder: FolderView;
  onClose: () => void;
  /** `trail`: what it lies in now. */
  onMoved: (trail: Trail) => void;
}

export function MoveFolderDialog({ folder, onClose, onMoved }: MoveProps): ReactElement {
  const [trail, setTrail] = useState<Trail>(folder.path);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const target = trail.at(-1) ?? null;
  const inside = trail.some(({ id }) => id === folder.id);
  const there = (target?.id ?? null) === folder.parentId;
  const move = async () => {
    setBusy(true);
    setFailure(null);
    const answer = await call('storage.moveFolders', {
      folderIds: [folder.id],
      parentId: target?.id ?? null,
    });
    setBusy(false);
    if (answer.ok) onMoved(trail);
    else setFailure(answer.error.message);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      size="l"
      title={`Move ${oneLine(folder.name)}`}
      description="With everything in it. Open the folder that it should lie in."
      initialFocus={firstFolder}
      footer={
        <>
          <span className="grow muted small" role="status">
            {inside ? 'A folder cannot lie in itself.' : there ? 'It is here already.' : ''}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={inside || there} onClick={() => void move()}>
            <span className="move-label">Move to {target === null ? 'the top' : oneLine(target.name)}</span>
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        <FolderPick
          trail={trail}
          onGo={(next) => {
            setTrail(next);
            setFailure(null);
          }}
        />
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}

const firstFolder = () => document.querySelector<HTMLElement>('.folder-pick .search-input');
