/** The storage folders of the account and the items in them: gone through, searched, changed. Shown by the Datasets page. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import type { AccountView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { usePickedItems } from '../../state/item-picker.ts';
import { goToFolder, openFolder, placeFor, useStoragePlace } from '../../state/storage-place.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { DrawingDataset } from '../../ui/Drawings.tsx';
import { EmptyState } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { oneLine, plural } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { StorageCrumbs, type Trail } from '../add-data/StorageFolders.tsx';
import { DatasetsSwitch } from '../datasets/DatasetsSwitch.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { DatasetLink, useDatasetTitle } from './DatasetLink.tsx';
import type { ItemDialog, StorageDialog } from './dialog.ts';
import { folderEntries, itemEntries } from './entries.ts';
import { ItemPanel } from './ItemPanel.tsx';
import { StorageBar } from './StorageBar.tsx';
import { StorageContent } from './StorageContent.tsx';
import { StorageDialogs } from './StorageDialogs.tsx';
import { StorageFilters } from './StorageFilters.tsx';
import { StorageGrid } from './StorageGrid.tsx';
import { useFolder, useSummary } from './useFolder.ts';
import { type StorageView, useStorage } from './useStorage.ts';
import { useUpKey } from './useUpKey.ts';
import { isEmpty, mayNotChange, roleWord, summaryWord } from './words.ts';

/** Fewer than a page of the list are chosen one by one, or as a range: everybody knows which. */
const LOADED_AT_ONCE = 100;

export function StoragePage({ account }: { account: AccountView }): ReactElement {
  return account.kind === 'ssh' ? <Storage accountId={account.id} /> : <NotForKeys />;
}

function NotForKeys(): ReactElement {
  return (
    <>
      <PageHead title="Storage folders">
        <DatasetsSwitch />
      </PageHead>
      <EmptyState drawing={<DrawingDataset />} title="Storage is not there for an API key">
        This account is an API key, which belongs to one dataset: Encord shows it no storage folders. Use an
        account with an SSH key to work with them.
      </EmptyState>
    </>
  );
}

function Storage({ accountId }: { accountId: string }): ReactElement {
  useState(() => placeFor(accountId));
  const place = useStoragePlace();
  const view = useStorage();
  const picked = usePickedItems(view.picker);
  const here = place.trail.at(-1) ?? null;
  const now = useFolder(here?.id ?? null, place.known);
  const { folder } = now;
  const trail: Trail = folder ? [...folder.path, folder] : place.trail;
  const [dialog, setDialog] = useState<StorageDialog | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [panel, setPanel] = useState(false);
  const home = useRef<HTMLDivElement>(null);
  const focusGrid = useFocusAfterMove(home, view);

  // Nothing is there yet: nothing to narrow.
  const bare =
    here === null && !view.finding && view.lines === 0 && view.ended.folders && place.search === '';
  const mayNot = mayNotChange(folder);
  const items = [...picked.items.values()];
  const active = view.line(Math.min(picked.active, Math.max(0, view.lines - 1)));
  const activeItem = active?.kind === 'item' ? active.item : undefined;
  const activeFolder = active?.kind === 'folder' ? active.folder : undefined;

  const open = (next: FolderView) => {
    focusGrid();
    openFolder(next);
  };
  const go = (next: Trail) => {
    focusGrid();
    goToFolder(next);
  };
  const up = () => {
    if (here) go(trail.slice(0, -1));
  };
  useUpKey(up);
  const goToId = async (folderId: string) => {
    const answer = await call('storage.folder', { folderId });
    if (answer.ok) open(answer.value);
    else toast(answer.error.message, { tone: 'fail' });
  };
  const changed = () => {
    view.refresh();
    now.again();
  };
  /** Opens a question about what is selected; where it may not be, says why. */
  const begin = (kind: ItemDialog) => {
    const about = items.length > 0 ? items : activeItem ? [activeItem] : [];
    if (about.length === 0) return;
    if (mayNot === null) setDialog({ kind, items: about });
    else toast(mayNot);
  };
  const beginOn = (kind: 'edit' | 'delete-folder', about: FolderView) => {
    const why = mayNotChange(about);
    if (why === null) setDialog({ kind, folder: about });
    else toast(why);
  };
  const rename = (itemId: string | null) => {
    if (itemId !== null && mayNot !== null) toast(mayNot);
    else setRenaming(itemId);
  };

  const grid = (
    <StorageGrid
      label={here ? `In ${oneLine(here.name)}` : 'Storage folders'}
      view={view}
      renaming={renaming}
      onRename={rename}
      onFolder={open}
      onEdit={(about) => beginOn('edit', about)}
      onOpen={() => setPanel(true)}
      onUp={up}
      onDelete={() => {
        if (items.length === 0 && activeFolder) beginOn('delete-folder', activeFolder);
        else begin('delete');
      }}
      onEscape={() => setPanel(false)}
      entries={
        activeFolder && items.length === 0
          ? folderEntries({
              folder: activeFolder,
              open: () => open(activeFolder),
              begin: (kind) => setDialog({ kind, folder: activeFolder }),
            })
          : itemEntries({
              items: items.length > 0 ? items : activeItem ? [activeItem] : [],
              mayNot,
              open: () => setPanel(true),
              rename,
              begin,
              goToFolder: view.finding ? (folderId) => void goToId(folderId) : null,
            })
      }
    />
  );

  return (
    <>
      <PageHead
        before={
          here ? (
            <IconButton
              label={`Up to ${oneLine(trail.at(-2)?.name ?? 'all storage folders')}`}
              icon="chevronRight"
              className="turn-back storage-up"
              keys="alt+up"
              onClick={up}
            />
          ) : null
        }
        title={here ? oneLine(folder?.name ?? here.name) : 'Storage folders'}
        lead={here ? <FolderLead folder={folder} folderId={here.id} /> : topLead(view)}
      >
        {here ? null : <DatasetsSwitch />}
        <SearchField
          primary
          label={here ? 'Search in here' : 'Search everywhere'}
          value={place.search}
          onChange={(search) => useStoragePlace.setState({ search })}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            home.current?.querySelector<HTMLElement>('.storage-table')?.focus();
          }}
        />
        <IconButton
          label="Ask Encord again"
          icon="retry"
          onClick={() => {
            view.again();
            now.again();
          }}
        />
        {folder ? (
          <Menu entries={folderEntries({ folder, open: null, begin: (kind) => setDialog({ kind, folder }) })}>
            <IconButton label="More for this folder" icon="more" />
          </Menu>
        ) : null}
        <Button
          variant="primary"
          icon="plus"
          disabled={mayNot !== null}
          aria-describedby={mayNot === null ? undefined : 'storage-may-not'}
          onClick={() => setDialog({ kind: 'new-folder', parent: here ? folder : null })}
        >
          New folder
        </Button>
      </PageHead>
      {bare ? null : (
        <div className="narrow storage-narrow">
          <StorageCrumbs trail={trail} onGo={go} />
          <span className="grow" />
          <StorageFilters finding={view.finding} atTop={here === null} />
        </div>
      )}
      {folder ? <Notes folder={folder} mayNot={mayNot} /> : null}
      <div className="rows-split" ref={home}>
        <div className="rows-main storage-main">
          <StorageContent
            view={view}
            folder={now}
            atTop={here === null}
            onNew={
              mayNot === null ? () => setDialog({ kind: 'new-folder', parent: here ? folder : null }) : null
            }
            onTop={() => go([])}
          >
            {grid}
          </StorageContent>
          {items.length > 0 ? (
            <StorageBar
              items={items}
              more={!view.ended.items && items.length >= LOADED_AT_ONCE}
              mayNot={mayNot}
              begin={begin}
              onNone={() => view.picker.none()}
            />
          ) : null}
        </div>
        {panel && activeItem ? (
          <ItemPanel
            item={activeItem}
            mayNot={mayNot}
            onClose={() => {
              setPanel(false);
              home.current?.querySelector<HTMLElement>('.storage-table')?.focus({ preventScroll: true });
            }}
            onMetadata={() => setDialog({ kind: 'metadata', items: [activeItem] })}
            onFolder={view.finding ? open : null}
          />
        ) : null}
      </div>
      <StorageDialogs
        dialog={dialog}
        trail={trail}
        onClose={() => setDialog(null)}
        onChanged={changed}
        onMade={(made) => {
          // Found and shown once it is listed.
          useStoragePlace.setState({ cameFrom: made.id });
          changed();
        }}
        onFolderMoved={(moved, into) => {
          if (moved.id === here?.id) go([...into, { id: moved.id, name: moved.name }]);
          changed();
        }}
        onFolderDeleted={(gone) => {
          if (gone.id === here?.id) go(trail.slice(0, -1));
          else changed();
        }}
        onItemsGone={() => {
          view.picker.none();
          changed();
        }}
      />
    </>
  );
}

/** Another folder is another list: the focus goes on in it, once it is there. */
function useFocusAfterMove(home: { current: HTMLDivElement | null }, view: StorageView): () => void {
  const wanted = useRef(false);
  const { foldersState, itemsState, ended, asking } = view;
  // What is still shown while another list is asked for goes in a moment, and would take the focus with it.
  const ready =
    !asking &&
    foldersState.total !== null &&
    (foldersState.total > 0 || itemsState.total !== null || itemsState.failure !== null || ended.items);
  useEffect(() => {
    if (!wanted.current || !ready) return;
    wanted.current = false;
    const grid = home.current?.querySelector<HTMLElement>('.storage-table');
    (grid ?? document.querySelector<HTMLElement>('.storage-up'))?.focus({ preventScroll: true });
  });
  return () => {
    wanted.current = true;
  };
}

function topLead({ foldersState, ended, finding }: StorageView): string | undefined {
  const { total } = foldersState;
  if (total === null || total === 0 || finding) return undefined;
  return ended.folders ? plural(total, 'folder') : `More than ${plural(total - 1, 'folder')}`;
}

function FolderLead({ folder, folderId }: { folder: FolderView | null; folderId: string }): ReactElement {
  const { summary } = useSummary(folderId);
  const role = roleWord(folder?.role ?? null);
  return (
    <span title={folder?.description || undefined}>
      {[
        summary === null ? '' : isEmpty(summary) ? 'Empty' : summaryWord(summary),
        role && `You: ${role}`,
        folder?.owner ? `Owner: ${oneLine(folder.owner)}` : '',
        oneLine(folder?.description ?? ''),
      ]
        .filter(Boolean)
        .join(' · ')}
    </span>
  );
}

/** What is to be known of the folder before something is done in it. */
function Notes({ folder, mayNot }: { folder: FolderView; mayNot: string | null }): ReactElement {
  const { syncedDatasetId } = folder;
  const title = useDatasetTitle(syncedDatasetId);
  return (
    <>
      {syncedDatasetId === null ? null : (
        <div className="page-note">
          <Icon name="dataset" size={14} />
          <p className="small muted">
            Kept the same as the dataset <DatasetLink datasetId={syncedDatasetId} title={title} />: what
            enters or leaves this folder enters or leaves it too.
          </p>
        </div>
      )}
      {mayNot === null ? null : (
        <div className="page-note" id="storage-may-not">
          <Icon name="lock" size={14} />
          <p className="small muted selectable">{mayNot}</p>
        </div>
      )}
    </>
  );
}
