/** Client metadata of one item, or the same for many, as JSON. Used by `StorageDialogs`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { ItemView, TextProblem } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, oneLine, plural } from '../../ui/format.ts';
import { Spinner } from '../../ui/Icon.tsx';
import { JsonEditor } from '../datasets/rows/JsonEditor.tsx';
import { inPortions } from './in-portions.ts';

const EMPTY = '{\n  \n}';

interface MetadataProps {
  items: readonly ItemView[];
  onClose: () => void;
  onSaved: (sentence: string) => void;
}

export function ItemMetadataDialog({ items, onClose, onSaved }: MetadataProps): ReactElement {
  const only = items.length === 1 ? items[0] : undefined;
  const [current, setCurrent] = useState<string | null>(only ? null : EMPTY);
  const [unread, setUnread] = useState<string | null>(null);
  const [edited, setEdited] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly TextProblem[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const itemId = only?.id;
  useEffect(() => {
    if (itemId === undefined) return;
    let left = false;
    void call('storage.item', { itemId }).then((answer) => {
      if (left) return;
      if (answer.ok) setCurrent(answer.value.clientMetadata ?? EMPTY);
      else setUnread(answer.error.message);
    });
    return () => {
      left = true;
    };
  }, [itemId]);
  const text = edited ?? current ?? (unread === null ? null : EMPTY);

  const save = async () => {
    if (text === null || busy) return;
    setBusy(true);
    setFailure(null);
    setProblems([]);
    let wrong: readonly TextProblem[] = [];
    const { done, failure: stopped } = await inPortions(items, async (_folderId, itemIds) => {
      const answer = await call('storage.setItemMetadata', { itemIds, text });
      if (!answer.ok || answer.value.problems.length === 0) return answer;
      wrong = answer.value.problems;
      return { ok: false, error: { code: 'invalid-input', message: '', details: {} } };
    });
    setBusy(false);
    if (wrong.length > 0) setProblems(wrong);
    else if (stopped !== null)
      setFailure(
        done > 0 ? `${count(done)} of ${count(items.length)} have it. The next do not: ${stopped}` : stopped,
      );
    else onSaved(`The metadata of ${only ? oneLine(only.name) : plural(items.length, 'item')} is set`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      closeOnOutside={edited === null}
      size="l"
      title={only ? 'Client metadata' : `Client metadata of ${count(items.length)} items`}
      description={
        only
          ? 'A JSON object that belongs to the item.'
          : 'The same JSON object for all of them. It takes the place of what each has now.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={text === null} onClick={() => void save()}>
            {only ? 'Save' : `Set for ${plural(items.length, 'item')}`}
          </Button>
        </>
      }
    >
      <div className="dialog-body stack-m">
        {unread === null ? null : (
          <Banner tone="warn" title="What it has now could not be read">
            {unread} What you set here takes its place.
          </Banner>
        )}
        {text === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Reading what it has now
          </p>
        ) : (
          <JsonEditor
            label="JSON"
            value={text}
            problems={problems}
            onChange={(next) => {
              setEdited(next);
              setProblems([]);
            }}
          />
        )}
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}
