/** Going through the storage folders of Encord: the path to where somebody is, and the folders there. Used by the dialogs that add data. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { Button } from '../../ui/Button.tsx';
import { oneLine } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { PickGrid, type Picking } from './PickGrid.tsx';
import { shortTitle } from './Title.tsx';

/** The folders that lead to a place, itself last. None: the top. */
export type Trail = readonly { readonly id: string; readonly name: string }[];

export const hereOf = (trail: Trail): string | null => trail.at(-1)?.id ?? null;

/** Where a folder is, wherever it was found. */
export function trailTo({ path, id, name }: FolderView): Trail {
  return [...path, { id, name }];
}

/** `Lab / Raw captures`. */
export function trailText(trail: Trail): string {
  return trail.map(({ name }) => shortTitle(name)).join(' / ');
}

const SHOWN = 3;

export function StorageCrumbs({ trail, onGo }: { trail: Trail; onGo: (trail: Trail) => void }): ReactElement {
  const first = Math.max(0, trail.length - SHOWN);
  return (
    <nav className="crumbs" aria-label="Storage folder">
      <button type="button" className="crumb crumb-top" onClick={() => onGo([])}>
        <Icon name="server" size={14} />
        {trail.length === 0 ? 'Storage' : <span className="visually-hidden">Storage</span>}
      </button>
      {first > 0 ? <span className="faint">…</span> : null}
      {trail.slice(first).map((step, at) => (
        <span key={step.id} className="crumb-step">
          <Icon name="chevronRight" size={10} className="faint" />
          <button
            type="button"
            className="crumb truncate"
            title={step.name}
            aria-current={first + at + 1 === trail.length ? 'location' : undefined}
            onClick={() => onGo(trail.slice(0, first + at + 1))}
          >
            {oneLine(step.name)}
          </button>
        </span>
      ))}
    </nav>
  );
}

interface StorageFoldersProps {
  trail: Trail;
  onGo: (trail: Trail) => void;
  /** Finds folders at any depth below the place. */
  search: string;
  /** Whole folders can be picked; null where they are only gone into. */
  picking: Pick<Picking<FolderView>, 'has' | 'toggle'> | null;
}

/** Folders of a place, or those that a search finds below it. Who goes through them by keys keeps the focus here. */
export function StorageFolders({ trail, onGo, search, picking }: StorageFoldersProps): ReactElement {
  const [list] = useState(
    () => new Paged<FolderView>(async () => ({ ok: true, value: { total: 0, rows: [] } })),
  );
  const state = usePaged(list);
  const pane = useRef<HTMLDivElement>(null);
  const parentId = hereOf(trail);
  useEffect(() => {
    list.replace((offset, limit) =>
      call('storage.folders', {
        parentId,
        search,
        order: 'name',
        descending: false,
        refresh: false,
        offset,
        limit,
      }),
    );
  }, [list, parentId, search]);

  const { total } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is drawn when its length is known.
  useEffect(() => {
    if (document.activeElement === pane.current)
      pane.current?.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
  }, [total]);
  const go = (next: Trail) => {
    // The list goes with the folder: until the next one is here, the focus waits around it.
    if (pane.current?.contains(document.activeElement)) pane.current.focus({ preventScroll: true });
    onGo(next);
  };
  const up = trail.length > 0 ? () => go(trail.slice(0, -1)) : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only stands in for its list, with the same key.
    <div
      ref={pane}
      className="folders-pane"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget || up === null) return;
        if (event.key !== 'Backspace' && event.key !== 'ArrowLeft') return;
        event.preventDefault();
        up();
      }}
    >
      {state.failure !== null && total === null ? (
        <div className="pick-note" role="alert">
          <p className="selectable">{state.failure}</p>
          <Button size="s" icon="retry" onClick={() => list.replace()}>
            Try again
          </Button>
        </div>
      ) : total === null ? (
        <div className="pick-note" role="status" aria-label="Asking Encord for the folders">
          <Spinner />
        </div>
      ) : total === 0 ? (
        <p className="pick-note" role="status">
          {search !== ''
            ? 'No folder has such a name.'
            : parentId === null
              ? 'There are no folders yet: uploads make them.'
              : 'No folders in here.'}
        </p>
      ) : (
        <PickGrid
          label="Folders"
          rows={list}
          state={state}
          listKey={`${parentId} ${search}`}
          gridClass={picking ? 'folder-grid folder-grid-tick' : 'folder-grid'}
          picking={picking && manyOf(picking, list)}
          onOpen={(folder) => go(trailTo(folder))}
          {...(up ? { onUp: up } : {})}
          cells={(folder) => <Cells folder={folder} />}
        />
      )}
    </div>
  );
}

/** Ranges and all, of the folders that are here. */
function manyOf(
  picking: Pick<Picking<FolderView>, 'has' | 'toggle'>,
  list: Paged<FolderView>,
): Picking<FolderView> {
  const add = (folder: FolderView | undefined) => {
    if (folder && !picking.has(folder)) picking.toggle(folder);
  };
  return {
    ...picking,
    range: (from, to) => {
      for (let at = from; at <= to; at += 1) add(list.row(at));
    },
    all: () => {
      for (const { row } of list.loaded()) add(row);
    },
  };
}

function Cells({ folder }: { folder: FolderView }): ReactElement {
  return (
    <>
      <span role="gridcell" className="inline">
        <Icon name="folder" className="tone-accent" />
        <MiddleTruncate text={folder.name} title={trailText(trailTo(folder))} />
        {folder.syncedDatasetId === null ? null : (
          <span className="faint" title="It belongs to a mirrored dataset">
            <Icon name="dataset" size={14} />
            <span className="visually-hidden">, of a mirrored dataset</span>
          </span>
        )}
      </span>
      <span role="gridcell" aria-hidden="true">
        <Icon name="chevronRight" size={12} className="faint" />
      </span>
    </>
  );
}
