/** The primary button of the Uploads page: the system's dialog in Electron, a menu of two machines in browser mode. */
import { type ReactElement, useRef } from 'react';
import { useApp } from '../../state/app.ts';
import { chooseAndReview, reviewFiles } from '../../state/review.ts';
import { openDialog } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';

export function AddFiles({
  variant = 'primary',
  size = 'm',
}: {
  variant?: 'primary' | 'secondary';
  size?: 'm' | 'l';
}): ReactElement {
  const capabilities = useApp((state) => state.snapshot?.capabilities);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const entries: MenuEntry[] = [];
  if (capabilities?.nativeDialogs)
    entries.push(
      {
        kind: 'item',
        id: 'files',
        label: 'Files…',
        icon: 'file',
        keys: 'mod+o',
        act: () => void chooseAndReview('files'),
      },
      {
        kind: 'item',
        id: 'folders',
        label: 'Folders…',
        icon: 'folder',
        act: () => void chooseAndReview('folders'),
      },
    );
  else
    entries.push(
      { kind: 'label', id: 'here', label: 'From this computer' },
      { kind: 'item', id: 'files', label: 'Files…', icon: 'file', act: () => files.current?.click() },
      { kind: 'item', id: 'folder', label: 'A folder…', icon: 'folder', act: () => folder.current?.click() },
    );
  if (capabilities?.serverChooser)
    entries.push(
      { kind: 'label', id: 'there', label: 'From the machine that runs the uploader' },
      {
        kind: 'item',
        id: 'server',
        label: 'Files and folders…',
        icon: 'server',
        ...(capabilities.nativeDialogs ? {} : { keys: 'mod+o' }),
        act: () => openDialog('server-files'),
      },
    );
  return (
    <>
      <Menu entries={entries}>
        <Button variant={variant} size={size} icon="plus" trailing="chevronDown">
          Add files
        </Button>
      </Menu>
      <input
        ref={files}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Files of this computer"
        data-testid="choose-files"
        onChange={(event) => {
          if (event.target.files) reviewFiles(event.target.files);
          event.target.value = '';
        }}
      />
      <input
        ref={(element) => {
          folder.current = element;
          // Not in React's list of attributes for inputs.
          element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label="A folder of this computer"
        data-testid="choose-folder"
        onChange={(event) => {
          if (event.target.files) reviewFiles(event.target.files);
          event.target.value = '';
        }}
      />
    </>
  );
}
