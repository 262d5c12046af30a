/** Moves items into another folder; where that changes mirrored datasets, only after a yes. Used by `StorageDialogs`. */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import type { ItemView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, plural } from '../../ui/format.ts';
import type { Trail } from '../add-data/StorageFolders.tsx';
import { useDatasetTitle } from './DatasetLink.tsx';
import { FolderPick } from './FolderPick.tsx';
import { byFolder, inPortions } from './in-portions.ts';
import { changed, mirrorsOf } from './mirrors.ts';

/** Items that a search found may lie in any number of folders: beyond these, Encord says whether it needs a yes. */
const FOLDERS_ASKED = 20;

interface Mirrors {
  readonly left: readonly string[];
  readonly entered: readonly string[];
}

/** What moving the items there does to mirrored datasets; null while it is being found out. */
function useMirrors(items: readonly ItemView[], targetId: string | null): Mirrors | null {
  const [known, setKnown] = useState<{ of: string | null; mirrors: Mirrors } | null>(null);
  const sources = useMemo(() => [...byFolder(items).keys()].slice(0, FOLDERS_ASKED), [items]);
  useEffect(() => {
    let left = false;
    void (async () => {
      const none = new Set<string>();
      const to = targetId === null ? none : ((await mirrorsOf(targetId)) ?? none);
      const all = { left: new Set<string>(), entered: new Set<string>() };
      for (const source of sources) {
        const now = changed((await mirrorsOf(source)) ?? to, to);
        for (const id of now.left) all.left.add(id);
        for (const id of now.entered) all.entered.add(id);
      }
      if (!left) setKnown({ of: targetId, mirrors: { left: [...all.left], entered: [...all.entered] } });
    })();
    return () => {
      left = true;
    };
  }, [sources, targetId]);
  return known?.of === targetId ? known.mirrors : null;
}

interface MoveProps {
  items: readonly ItemView[];
  /** What is open on the page. */
  from: Trail;
  onClose: () => void;
  onMoved: (sentence: string) => void;
  /** Some of them moved before it failed. */
  onSome: () => void;
}

export function MoveItemsDialog({ items, from, onClose, onMoved, onSome }: MoveProps): ReactElement {
  // The folders beside this one are the likely targets.
  const [trail, setTrail] = useState<Trail>(from.slice(0, -1));
  const [yes, setYes] = useState(false);
  // Encord may know of a mirrored dataset that this account cannot see.
  const [refused, setRefused] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const target = trail.at(-1) ?? null;
  const mirrors = useMirrors(items, target?.id ?? null);
  const waiting = items.filter(({ folderId }) => folderId !== target?.id);
  const changes = mirrors !== null && mirrors.left.length + mirrors.entered.length > 0;
  const needsYes = target !== null && waiting.length > 0 && (changes || refused);
  const ready = target !== null && waiting.length > 0 && mirrors !== null && (!needsYes || yes);

  const move = async () => {
    if (!ready || target === null) return;
    setBusy(true);
    setFailure(null);
    const { done, failure: stopped } = await inPortions(waiting, (fromFolderId, itemIds) =>
      call('storage.moveItems', {
        itemIds,
        fromFolderId,
        toFolderId: target.id,
        allowSyncedDatasetMove: needsYes && yes,
      }),
    );
    setBusy(false);
    if (stopped === null) {
      const one = items.length === 1 ? oneLine(items[0]?.name ?? '') : plural(done, 'item');
      onMoved(`Moved ${one} to ${oneLine(target.name)}`);
      return;
    }
    setRefused(true);
    if (done > 0) onSome();
    setFailure(
      done > 0
        ? `${count(done)} of ${count(waiting.length)} are moved. The next were not: ${stopped}`
        : stopped,
    );
  };

  const go = (next: Trail) => {
    setTrail(next);
    setYes(false);
    setRefused(false);
    setFailure(null);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      size="l"
      title={
        items.length === 1 ? `Move ${oneLine(items[0]?.name ?? '')}` : `Move ${plural(items.length, 'item')}`
      }
      description="Open the folder that they should lie in."
      initialFocus={() => document.querySelector<HTMLElement>('.folder-pick .search-input')}
      footer={
        <>
          <span className="grow muted small" role="status">
            {target === null
              ? 'Items lie in folders: open one.'
              : waiting.length === 0
                ? 'That is where they are.'
                : mirrors === null
                  ? 'Looking whether a dataset is kept the same as one of the folders'
                  : ''}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant={needsYes ? 'danger' : 'primary'}
            busy={busy}
            disabled={!ready}
            onClick={() => void move()}
          >
            <span className="move-label">Move{target === null ? '' : ` to ${oneLine(target.name)}`}</span>
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        <FolderPick trail={trail} onGo={go} />
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
        {needsYes ? (
          <Banner tone="warn" title="This changes mirrored datasets">
            <MirrorSentences mirrors={mirrors ?? { left: [], entered: [] }} many={waiting.length} />
            <label className="storage-yes">
              <input type="checkbox" checked={yes} onChange={(event) => setYes(event.target.checked)} />
              <span>Yes, change the datasets and the projects that use them</span>
            </label>
          </Banner>
        ) : null}
      </div>
    </Dialog>
  );
}

function MirrorSentences({ mirrors, many }: { mirrors: Mirrors; many: number }): ReactElement {
  const { left, entered } = mirrors;
  const what = many === 1 ? 'The item' : 'The items';
  return (
    <>
      {left.map((id) => (
        <p key={`left ${id}`}>
          {what} will leave the dataset <DatasetName id={id} />, whose data rows go with{' '}
          {many === 1 ? 'it' : 'them'}, and so will every project that uses it.
        </p>
      ))}
      {entered.map((id) => (
        <p key={`entered ${id}`}>
          {what} will become data rows of the dataset <DatasetName id={id} />, and reach every project that
          uses it.
        </p>
      ))}
      {left.length + entered.length === 0 ? (
        <p>
          If one of the folders belongs to a mirrored dataset, the move changes that dataset, and every
          project that uses it.
        </p>
      ) : null}
    </>
  );
}

function DatasetName({ id }: { id: string }): ReactElement {
  const title = useDatasetTitle(id);
  return <strong>{title === null ? 'that belongs to the folder' : oneLine(title)}</strong>;
}
