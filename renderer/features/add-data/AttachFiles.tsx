/** Attaching files that Encord has already to a dataset: found in storage folders, picked, and linked by a job. Used by `AddDataMenu`. */
import { type ReactElement, useState } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { noteStarted } from '../../state/job-notes.ts';
import { Button } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { count, plural } from '../../ui/format.ts';
import { Cards } from '../watch/fields.tsx';
import { hereOf, StorageCrumbs, StorageFolders, type Trail } from './StorageFolders.tsx';
import { type PickedItems, StorageItems } from './StorageItems.tsx';
import { shortTitle, Title } from './Title.tsx';
import { useRested } from './useRested.ts';

type Duplicates = 'SKIP' | 'FAIL' | 'DUPLICATE';

const DUPLICATES: readonly { value: Duplicates; label: string; hint: string }[] = [
  {
    value: 'SKIP',
    label: 'Skip: leave them alone',
    hint: 'They keep the row they have. This can be repeated without harm.',
  },
  {
    value: 'FAIL',
    label: 'Fail: stop at them',
    hint: 'Encord aborts as soon as one of the files is in the dataset.',
  },
  {
    value: 'DUPLICATE',
    label: 'Duplicate: add them again',
    hint: 'Every file gets a new row each time, so some are there twice.',
  },
];

const FOLDERS_MOST = 1_000;

export function AttachFiles({
  dataset,
  onClose,
}: {
  dataset: DatasetView;
  onClose: () => void;
}): ReactElement {
  const [trail, setTrail] = useState<Trail>([]);
  const [search, setSearch] = useState('');
  const [type, setType] = useState<string | null>(null);
  const [items, setItems] = useState<PickedItems>(new Map());
  const [folders, setFolders] = useState<ReadonlySet<string>>(new Set());
  const [duplicates, setDuplicates] = useState<Duplicates>('SKIP');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const rested = useRested(search.trim());
  const picked = items.size + folders.size;
  const what = whatOf(items.size, folders.size);

  const go = (next: Trail) => {
    setTrail(next);
    setSearch('');
  };
  const toggleFolder = ({ id }: FolderView) =>
    setFolders((now) => {
      const next = new Set(now);
      if (!next.delete(id) && next.size < FOLDERS_MOST) next.add(id);
      return next;
    });
  const leave = async () => {
    const sure =
      picked === 0 ||
      (await confirm({
        title: 'Attach nothing?',
        body: `What you picked, ${what}, is forgotten. Nothing has been attached.`,
        action: 'Forget it',
        keep: 'Go on picking',
      }));
    if (sure) onClose();
  };
  const attach = async () => {
    setBusy(true);
    setFailure(null);
    const answer = await call('attach.start', {
      datasetId: dataset.id,
      itemIds: [...items.keys()],
      folderIds: [...folders],
      duplicates,
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onClose();
    noteStarted(`${what} on the way into ${shortTitle(dataset.title)}`);
  };

  return (
    <Dialog
      open
      onClose={() => void leave()}
      size="xl"
      closeOnOutside={false}
      title="Attach existing files"
      description={
        <>
          To <Title text={dataset.title} />. The files stay in their storage folders; the dataset gets a row
          for each.
        </>
      }
      initialFocus={() => document.querySelector<HTMLElement>('.attach .search-input')}
      footer={
        <>
          <Summary items={items} folders={folders.size} what={what} duplicates={duplicates} />
          {picked > 0 ? (
            <Button
              variant="ghost"
              onClick={() => {
                setItems(new Map());
                setFolders(new Set());
              }}
            >
              Clear
            </Button>
          ) : null}
          <Button onClick={() => void leave()}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={picked === 0} onClick={() => void attach()}>
            Attach
          </Button>
        </>
      }
    >
      <div className="attach">
        <div className="attach-bar">
          <StorageCrumbs trail={trail} onGo={go} />
          <SearchField
            label={trail.length === 0 ? 'Search everywhere' : 'Search in this folder'}
            value={search}
            onChange={setSearch}
          />
        </div>
        <div className="attach-panes">
          <section className="attach-folders" aria-label="Folders">
            <StorageFolders
              trail={trail}
              onGo={go}
              search={rested}
              picking={{ has: ({ id }) => folders.has(id), toggle: toggleFolder }}
            />
          </section>
          <StorageItems
            datasetId={dataset.id}
            folderId={hereOf(trail)}
            search={rested}
            type={type}
            onType={setType}
            picked={items}
            onPick={setItems}
          />
        </div>
        <div className="attach-modes">
          <h3>Files that are in the dataset already</h3>
          <Cards
            label="Files that are in the dataset already"
            value={duplicates}
            options={DUPLICATES}
            onChange={setDuplicates}
          />
        </div>
        {failure === null ? null : (
          <div className="attach-failure">
            <Banner tone="fail" title="It could not be started">
              {failure}
            </Banner>
          </div>
        )}
      </div>
    </Dialog>
  );
}

/** `12 files and 1 folder`. */
function whatOf(items: number, folders: number): string {
  return [items > 0 ? plural(items, 'file') : '', folders > 0 ? plural(folders, 'folder') : '']
    .filter(Boolean)
    .join(' and ');
}

interface SummaryProps {
  items: PickedItems;
  folders: number;
  what: string;
  duplicates: Duplicates;
}

/** One line that tells what will happen, with what is known of files that are there. */
function Summary({ items, folders, what, duplicates }: SummaryProps): ReactElement {
  let there = 0;
  for (const { inDataset } of items.values()) if (inDataset) there += 1;
  const one = items.size + folders === 1;
  return (
    <p className="grow attach-summary" role="status">
      {what === '' ? (
        <span className="muted">Pick files or whole folders.</span>
      ) : (
        <>
          <span>
            <strong>{what}</strong> will be attached
            {folders > 0 ? `, with all that lies in ${folders === 1 ? 'it' : 'them'}` : ''}
          </span>
          {there === 0 ? null : (
            <span className={`small ${duplicates === 'FAIL' ? 'tone-fail' : 'muted'}`}>
              {there === items.size && one
                ? 'It is'
                : `${count(there)} of the files ${there === 1 ? 'is' : 'are'}`}{' '}
              in the dataset already: {consequence(duplicates, there)}
            </span>
          )}
        </>
      )}
    </p>
  );
}

function consequence(duplicates: Duplicates, there: number): string {
  if (duplicates === 'FAIL') return 'Encord will abort.';
  if (duplicates === 'SKIP') return there === 1 ? 'it is left alone.' : 'they are left alone.';
  return there === 1 ? 'it gets another row.' : 'they get another row each.';
}
