/** Asks before videos are encoded anew. Used by `RowActions`. */
import { type ReactElement, useState } from 'react';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { noteStarted } from '../../../state/job-notes.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { plural } from '../../../ui/format.ts';
import { Spinner } from '../../../ui/Icon.tsx';
import { type Chosen, useTally } from './RowBar.tsx';

interface ReencodeProps {
  dataset: DatasetView;
  chosen: Chosen;
  onClose: () => void;
}

export function ReencodeDialog({ dataset, chosen, onClose }: ReencodeProps): ReactElement {
  const tally = useTally(dataset.id, chosen.rows);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const known = tally !== null && typeof tally !== 'string' ? tally : null;
  const videos = known?.types.VIDEO ?? 0;
  const others = (known?.rows ?? 0) - videos;

  const start = async () => {
    setBusy(true);
    const answer = await call('rows.reencode', { datasetId: dataset.id, rows: chosen.rows });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onClose();
    noteStarted(`${plural(videos, 'video')} ${videos === 1 ? 'is' : 'are'} being re-encoded`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title="Re-encode videos"
      size="s"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={videos === 0} onClick={() => void start()}>
            Re-encode {videos === 0 ? '' : plural(videos, 'video')}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        {typeof tally === 'string' ? (
          <Banner tone="fail">{tally}</Banner>
        ) : known === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Counting what is selected
          </p>
        ) : videos === 0 ? (
          <p className="muted">Only videos can be re-encoded, and none is selected.</p>
        ) : (
          <p className="muted">
            Encord encodes {videos === 1 ? 'the video' : `the ${plural(videos, 'video')}`} anew and decides by
            itself how. It takes a while; Activity follows it, also when this program is closed.
            {others > 0
              ? ` ${plural(others, 'row')} of another type ${others === 1 ? 'is' : 'are'} left as ${others === 1 ? 'it is' : 'they are'}.`
              : ''}
          </p>
        )}
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}
