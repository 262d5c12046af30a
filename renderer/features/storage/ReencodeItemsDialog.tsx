/** Asks before videos of the storage are encoded anew. Used by `StorageDialogs`. */
import { type ReactElement, useState } from 'react';
import type { ItemView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { noteStarted } from '../../state/job-notes.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, plural } from '../../ui/format.ts';

/** As many as one job takes. */
const MOST = 1_000;

interface ReencodeProps {
  items: readonly ItemView[];
  onClose: () => void;
}

export function ReencodeItemsDialog({ items, onClose }: ReencodeProps): ReactElement {
  const videos = items.filter(({ type }) => type === 'video');
  const others = items.length - videos.length;
  const [force, setForce] = useState(false);
  const [started, setStarted] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const left = videos.length - started;

  const start = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    for (let at = started; at < videos.length; at += MOST) {
      const itemIds = videos.slice(at, at + MOST).map(({ id }) => id);
      const title = `Re-encode ${plural(itemIds.length, 'video')}`;
      const answer = await call('storage.reencodeItems', { itemIds, title, force });
      if (!answer.ok) {
        setBusy(false);
        setFailure(answer.error.message);
        return;
      }
      setStarted(at + itemIds.length);
    }
    onClose();
    noteStarted(`${plural(videos.length, 'video')} ${videos.length === 1 ? 'is' : 'are'} being re-encoded`);
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
          <Button variant="primary" busy={busy} disabled={left === 0} onClick={() => void start()}>
            Re-encode {left === 0 ? '' : plural(left, 'video')}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        {videos.length === 0 ? (
          <p className="muted">Only videos can be re-encoded, and none is selected.</p>
        ) : (
          <p className="muted">
            Encord encodes {videos.length === 1 ? 'the video' : `the ${plural(videos.length, 'video')}`} anew.
            It takes a while; Activity follows it, also when this program is closed.
            {others > 0
              ? ` ${plural(others, 'item')} of another type ${others === 1 ? 'is' : 'are'} left as ${others === 1 ? 'it is' : 'they are'}.`
              : ''}
          </p>
        )}
        <label className="storage-yes">
          <input type="checkbox" checked={force} onChange={(event) => setForce(event.target.checked)} />
          <span>
            Encode all of it
            <span className="field-hint storage-hint">
              Otherwise Encord decides how much of a video has to be encoded anew. All of it takes longer.
            </span>
          </span>
        </label>
        {failure ? (
          <Banner tone="fail">
            {started > 0
              ? `${count(started)} of ${count(videos.length)} have begun. The next have not: `
              : ''}
            {failure}
          </Banner>
        ) : null}
      </div>
    </Dialog>
  );
}
