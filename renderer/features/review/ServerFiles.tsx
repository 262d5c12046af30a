/** Browser mode: choosing files and folders of the machine that the uploader runs on. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useState } from 'react';
import type { FileEntryView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { Paged, usePaged } from '../../state/paged.ts';
import { reviewPaths } from '../../state/review.ts';
import { openDialog, useUi } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { plural, size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';

export function ServerFilesDialog(): ReactElement {
  const open = useUi((state) => state.dialog === 'server-files');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [here, setHere] = useState<string | null>(null);
  const close = () => {
    openDialog(null);
    setChosen(new Set());
    setHere(null);
  };
  const review = (paths: readonly string[]) => {
    close();
    reviewPaths(paths);
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Add files of this machine"
      description="Files are uploaded from where they are; nothing is copied."
      size="l"
      footer={
        <>
          <span className="grow small muted">
            {chosen.size > 0
              ? `${plural(chosen.size, 'entry', 'entries')} chosen`
              : 'Choose files and folders.'}
          </span>
          <Button onClick={close}>Cancel</Button>
          {chosen.size > 0 || here === null ? (
            <Button variant="primary" disabled={chosen.size === 0} onClick={() => review([...chosen])}>
              Review
            </Button>
          ) : (
            <Button variant="primary" onClick={() => review([here])}>
              Review this folder
            </Button>
          )}
        </>
      }
    >
      <Browser chosen={chosen} onChosen={setChosen} onHere={setHere} />
    </Dialog>
  );
}

interface BrowserProps {
  chosen: ReadonlySet<string>;
  onChosen: (chosen: ReadonlySet<string>) => void;
  onHere: (path: string) => void;
}

interface Place {
  path: string;
  parent: string | null;
}

function Browser({ chosen, onChosen, onHere }: BrowserProps): ReactElement {
  const [wanted, setWanted] = useState<string | null>(null);
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
      onHere(path);
      return { ok: true, value: { total, rows: entries } };
    });
  }, [wanted, list, onHere]);

  const toggle = (path: string) => {
    const next = new Set(chosen);
    if (!next.delete(path)) next.add(path);
    onChosen(next);
  };

  return (
    <div className="browse">
      <div className="browse-head">
        <IconButton
          label="Parent folder"
          icon="chevronRight"
          className="turn-up"
          disabled={place?.parent == null}
          onClick={() => setWanted(place?.parent ?? null)}
        />
        <Crumbs path={place?.path ?? ''} onGo={setWanted} />
      </div>
      {state.failure ? (
        <div className="pick-note browse-body">
          <p>{state.failure}</p>
          <Button size="s" onClick={() => setWanted(place?.parent ?? null)}>
            Go back
          </Button>
        </div>
      ) : state.total === null ? (
        <div className="pick-note browse-body">
          <Spinner />
        </div>
      ) : state.total === 0 ? (
        <div className="pick-note browse-body">This folder is empty.</div>
      ) : (
        <VirtualList
          className="browse-body"
          count={state.total}
          rowHeight={34}
          onRange={list.look}
          resetKey={wanted ?? ''}
          role="list"
          aria-label="Files and folders"
          row={(index) => {
            const entry = list.row(index);
            if (!entry) return <div className="review-row row-waiting" />;
            return (
              <div className="browse-row" role="listitem">
                <label className="browse-check">
                  <input
                    type="checkbox"
                    checked={chosen.has(entry.path)}
                    onChange={() => toggle(entry.path)}
                  />
                  <span className="visually-hidden">Choose {entry.name}</span>
                </label>
                <button
                  type="button"
                  className="browse-name"
                  onClick={() => (entry.kind === 'folder' ? setWanted(entry.path) : toggle(entry.path))}
                >
                  <Icon
                    name={entry.kind === 'folder' ? 'folder' : 'file'}
                    className={entry.kind === 'folder' ? 'tone-accent' : 'faint'}
                  />
                  <MiddleTruncate text={entry.name} title={entry.path} />
                </button>
                <span className="muted small">{entry.size === null ? '' : size(entry.size)}</span>
                {entry.kind === 'folder' ? (
                  <Icon name="chevronRight" size={12} className="faint" />
                ) : (
                  <span />
                )}
              </div>
            );
          }}
        />
      )}
    </div>
  );
}

/** The path in steps that lead back up. Both kinds of separator: the machine may run Windows. */
export function Crumbs({ path, onGo }: { path: string; onGo: (path: string) => void }): ReactElement {
  const separator = path.includes('\\') ? '\\' : '/';
  const parts = path.split(separator).filter(Boolean);
  const lead = path.startsWith('/') ? '/' : '';
  const steps = parts.map((name, index) => {
    const joined = lead + parts.slice(0, index + 1).join(separator);
    return { name, path: /^[A-Za-z]:$/.test(joined) ? `${joined}\\` : joined };
  });
  const shown = steps.slice(-4);
  return (
    <nav className="crumbs" aria-label="Folder">
      {lead ? (
        <button type="button" className="crumb" onClick={() => onGo('/')} aria-label="Root folder">
          <Icon name="server" size={14} />
        </button>
      ) : null}
      {steps.length > shown.length ? <span className="faint">…</span> : null}
      {shown.map((step) => (
        <span key={step.path} className="crumb-step">
          <Icon name="chevronRight" size={10} className="faint" />
          <button type="button" className="crumb truncate" onClick={() => onGo(step.path)}>
            {step.name}
          </button>
        </span>
      ))}
    </nav>
  );
}
