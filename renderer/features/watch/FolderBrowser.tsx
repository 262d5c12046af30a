/** Browser mode: finding a folder of the machine that the uploader runs on. Used by `StepWhere`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useState } from 'react';
import type { FileEntryView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { Crumbs } from '../review/ServerFiles.tsx';

interface Place {
  path: string;
  parent: string | null;
}

interface FolderBrowserProps {
  /** A folder that was typed; null where there is none (yet): it begins at the person's home. */
  at: string | null;
  /** The folder that a person went into. */
  onHere: (path: string) => void;
}

export function FolderBrowser({ at, onHere }: FolderBrowserProps): ReactElement {
  const [wanted, setWanted] = useState(at);
  const [place, setPlace] = useState<Place | null>(null);
  const [list] = useState(
    () => new Paged<FileEntryView>(async () => ({ ok: true, value: { total: 0, rows: [] } })),
  );
  const state = usePaged(list);
  useEffect(() => {
    list.replace(async (offset, limit) => {
      const answer = await call('files.browse', { path: wanted, offset, limit });
      if (!answer.ok) return answer;
      const { path, parent, total, entries } = answer.value;
      setPlace((now) => (now?.path === path ? now : { path, parent }));
      return { ok: true, value: { total, rows: entries } };
    });
  }, [wanted, list]);
  useEffect(() => {
    if (at !== null) setWanted(at);
  }, [at]);
  const go = (path: string) => {
    setWanted(path);
    onHere(path);
  };
  return (
    <div className="root-browser">
      <div className="browse-head">
        <IconButton
          label="Parent folder"
          icon="chevronRight"
          className="turn-up"
          disabled={place?.parent == null}
          onClick={() => place?.parent != null && go(place.parent)}
        />
        <Crumbs path={place?.path ?? ''} onGo={go} />
      </div>
      {state.failure ? (
        <div className="pick-note root-list">
          <p>{state.failure}</p>
          <Button size="s" onClick={() => setWanted(null)}>
            Begin at home
          </Button>
        </div>
      ) : state.total === null ? (
        <div className="pick-note root-list">
          <Spinner />
        </div>
      ) : state.total === 0 ? (
        <div className="pick-note root-list">This folder is empty.</div>
      ) : (
        <VirtualList
          className="root-list"
          count={state.total}
          rowHeight={30}
          onRange={list.look}
          resetKey={wanted ?? ''}
          role="list"
          aria-label="Folders"
          row={(index) => {
            const entry = list.row(index);
            if (!entry) return <div className="review-row row-waiting" />;
            return entry.kind === 'folder' ? (
              <div role="listitem" className="root-entry">
                <button type="button" className="browse-name grow" onClick={() => go(entry.path)}>
                  <Icon name="folder" className="tone-accent" />
                  <MiddleTruncate text={entry.name} title={entry.path} />
                </button>
                <Icon name="chevronRight" size={12} className="faint" />
              </div>
            ) : (
              <div role="listitem" className="root-entry faint">
                <Icon name="file" />
                <span className="grow">
                  <MiddleTruncate text={entry.name} />
                </span>
                <span className="small">{entry.size === null ? '' : size(entry.size)}</span>
              </div>
            );
          }}
        />
      )}
    </div>
  );
}
