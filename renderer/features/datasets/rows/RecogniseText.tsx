/** Text recognition of an image group: asked for by a button, shown as Encord tells it. Used by `RowPanel`. */
import { type ReactElement, useState } from 'react';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { copyText } from '../../../ui/clipboard.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { oneLine, plural } from '../../../ui/format.ts';

export function RecogniseText({ datasetId, row }: { datasetId: string; row: DataRowView }): ReactElement {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [found, setFound] = useState<{ results: number; text: string } | null>(null);
  const start = async () => {
    setBusy(true);
    setFailure(null);
    const answer = await call('rows.recogniseText', { datasetId, dataHash: row.dataHash });
    setBusy(false);
    if (answer.ok) setFound(answer.value);
    else setFailure(answer.error.message);
  };
  return (
    <section className="row-metadata">
      <div className="row-metadata-head">
        <h3 className="grow">Text in its frames</h3>
        <Button size="s" icon="search" busy={busy} onClick={() => void start()}>
          Recognise text
        </Button>
      </div>
      <p className="small muted" role="status">
        {busy
          ? 'Encord reads the frames. This may take a minute.'
          : 'Encord reads what is written in the frames.'}
      </p>
      {failure ? <Banner tone="fail">{failure}</Banner> : null}
      {found ? (
        <Dialog
          open
          size="l"
          onClose={() => setFound(null)}
          title="Text in its frames"
          description={`${plural(found.results, 'result')} in ${oneLine(row.title)}`}
          footer={
            <>
              <Button icon="copy" onClick={() => void copyText(found.text, 'What was found')}>
                Copy
              </Button>
              <Button variant="primary" onClick={() => setFound(null)}>
                Close
              </Button>
            </>
          }
        >
          <div className="dialog-body">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys. */}
            <pre className="row-json row-json-long mono selectable" tabIndex={0}>
              {found.text}
            </pre>
          </div>
        </Dialog>
      ) : null}
    </section>
  );
}
