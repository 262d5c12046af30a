/** Step 2 of `RegisterCloud`: a file is chosen, dropped or pasted, and checked before anything of it is sent. */
import { type DragEvent, type ReactElement, useId, useState } from 'react';
import type { CloudCheckView } from '../../../preload/contract/manage.ts';
import { saveCloudJson } from '../../state/exports.ts';
import { droppedText, pickText } from '../../state/text-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, plural, size } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { CloudColumns } from './CloudColumns.tsx';
import { CloudLists } from './CloudLists.tsx';
import { type CloudDraft, type CloudFileState, isPasted, PASTED_MOST, pastedText } from './cloud-draft.ts';
import { kindCount } from './cloud-words.ts';

const ACCEPT = '.json,.csv,.tsv,.txt,application/json,text/csv,text/plain';

interface CloudFileStepProps {
  draft: CloudDraft;
  onChange: (patch: Partial<CloudDraft>) => void;
  file: CloudFileState;
  /** Somebody wanted to go on. */
  tried: boolean;
}

export function CloudFileStep({ draft, onChange, file, tried }: CloudFileStepProps): ReactElement {
  const { view, busy, failure } = file;
  const problem = tried && view === null && failure === null ? 'Choose the file first.' : failure;
  return (
    <div className="cloud-file">
      {view === null ? (
        <Intake draft={draft} onChange={onChange} file={file} />
      ) : (
        <Read view={view} file={file} onAnother={file.forget} />
      )}
      {problem === null || busy !== null ? null : (
        <div className="cloud-failure">
          <Banner tone="fail">{problem}</Banner>
        </div>
      )}
    </div>
  );
}

function Intake({ draft, onChange, file }: Omit<CloudFileStepProps, 'tried'>): ReactElement {
  const id = useId();
  const [over, setOver] = useState(false);
  const { busy } = file;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void file.take(droppedText(event.dataTransfer));
  };
  if (busy?.kind === 'reading')
    return (
      <p className="cloud-reading muted" role="status">
        <Spinner /> Checking {busy.name === null ? 'the file' : oneLine(busy.name)}
      </p>
    );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on; the same is offered by button and paste.
    <div
      className={`cloud-drop${over ? ' cloud-drop-over' : ''}`}
      data-own-drop=""
      onDragOver={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {draft.pasting ? (
        <>
          <label className="field-label" htmlFor={id}>
            JSON or CSV
          </label>
          <textarea
            id={id}
            className="input mono cloud-paste"
            value={draft.pasted}
            autoComplete="off"
            spellCheck={false}
            // biome-ignore lint/a11y/noAutofocus: the button that was pressed asked for it.
            autoFocus
            placeholder={'{"videos": [{"objectUrl": "https://…"}]}'}
            aria-describedby={`${id}-hint`}
            onChange={(event) => onChange({ pasted: event.target.value })}
          />
          <div className="cloud-paste-foot">
            <p className="field-hint grow" id={`${id}-hint`}>
              {draft.pasted.length > PASTED_MOST
                ? `A pasted text has up to ${count(PASTED_MOST)} characters. Save this one as a file and choose it.`
                : 'Nothing is sent before you have seen what it holds.'}
            </p>
            <Button variant="ghost" onClick={() => onChange({ pasting: false })}>
              Back to files
            </Button>
            <Button
              disabled={!isPasted(draft.pasted)}
              onClick={() => void file.take(pastedText(draft.pasted))}
            >
              Check it
            </Button>
          </div>
        </>
      ) : (
        <>
          <Icon name="file" size={28} className="tone-accent" />
          <h3>Drop a JSON or CSV file here</h3>
          <p className="muted cloud-drop-words">
            It names the files of your bucket by their URLs. It is checked here first: nothing is sent before
            you have seen what it holds.
          </p>
          <div className="inline">
            <Button icon="folder" data-first="" onClick={() => void file.take(pickText(ACCEPT))}>
              Choose file…
            </Button>
            <Button variant="ghost" icon="copy" onClick={() => onChange({ pasting: true })}>
              Paste text
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

interface ReadProps {
  view: CloudCheckView;
  file: CloudFileState;
  onAnother: () => void;
}

function Read({ view, file, onAnother }: ReadProps): ReactElement {
  const { csv } = view;
  return (
    <>
      <header className="cloud-head">
        <Icon
          name={view.errors > 0 ? 'fail' : view.warnings > 0 ? 'warn' : 'done'}
          size={20}
          className={view.errors > 0 ? 'tone-fail' : view.warnings > 0 ? 'tone-warn' : 'tone-done'}
        />
        <div className="grow">
          <p className="cloud-verdict" role="status">
            {verdict(view)}
          </p>
          <p className="muted small cloud-about">
            <MiddleTruncate text={view.name} />
            <span>
              {view.format.toUpperCase()} · {size(view.bytes)}
              {Object.entries(view.kinds).map(([key, many]) => ` · ${kindCount(key, many)}`)}
              {view.urls > view.entries ? ` · ${plural(view.urls, 'URL')}` : ''}
            </span>
          </p>
        </div>
        {view.entries > 0 ? (
          <Button size="s" icon="download" onClick={() => void saveCloudJson(view.checkId)}>
            Save the JSON…
          </Button>
        ) : null}
        <Button size="s" onClick={onAnother}>
          Another file
        </Button>
      </header>
      <div className={csv ? 'cloud-read cloud-read-csv' : 'cloud-read'}>
        {csv ? (
          <CloudColumns
            view={view}
            csv={csv}
            busy={file.busy?.kind === 'mapping'}
            onMap={(mapping) => void file.map(mapping)}
          />
        ) : null}
        <CloudLists view={view} version={file.version} />
      </div>
    </>
  );
}

/** One sentence: whether it can be registered, and what stands in the way. */
function verdict({ errors, warnings, entries }: CloudCheckView): string {
  const what = plural(entries, 'entry', 'entries');
  if (errors > 0)
    return `${plural(errors, 'error')} ${errors === 1 ? 'stands' : 'stand'} in the way${
      warnings > 0 ? `, and there ${warnings === 1 ? 'is' : 'are'} ${plural(warnings, 'warning')}` : ''
    }`;
  if (entries === 0) return 'There is nothing to register in it';
  return warnings > 0
    ? `${what} can be registered; look at ${warnings === 1 ? 'the warning' : `the ${count(warnings)} warnings`}`
    : `${what} can be registered`;
}
