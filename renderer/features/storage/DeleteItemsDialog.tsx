/** Asks before items are deleted, with what goes, what stays, and what is not known. Used by `StorageDialogs`. */
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { ItemDetail, ItemView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { count, oneLine, plural, size } from '../../ui/format.ts';
import { Icon, type IconName, Spinner } from '../../ui/Icon.tsx';
import { inPortions } from './in-portions.ts';
import { bytesOf, typesOf } from './words.ts';

/** From so many items on their number has to be typed: a slip of the hand does not do that. */
const MANY = 100;
const NAMED = 10;
/** What is made of frames that are items themselves. */
const COMPOSED = /^(imageGroup|imageSequence|dicomSeries|group|scene)$/;

interface DeleteProps {
  items: readonly ItemView[];
  onClose: () => void;
  onDeleted: (sentence: string) => void;
  /** Some of them went before it failed. */
  onSome: () => void;
}

type Usage = ItemDetail['usage'];

/** Where a single item is used; null while it is asked for, and for many. A text is why it is not known. */
function useUsage(item: ItemView | undefined): Usage | string | null {
  const [usage, setUsage] = useState<Usage | string | null>(null);
  const itemId = item?.id;
  useEffect(() => {
    if (itemId === undefined) return;
    let left = false;
    void call('storage.item', { itemId }).then((answer) => {
      if (!left) setUsage(answer.ok ? answer.value.usage : answer.error.message);
    });
    return () => {
      left = true;
    };
  }, [itemId]);
  return usage;
}

export function DeleteItemsDialog({ items, onClose, onDeleted, onSome }: DeleteProps): ReactElement {
  const only = items.length === 1 ? items[0] : undefined;
  const usage = useUsage(only);
  const composed = items.some(({ type }) => COMPOSED.test(type));
  const [frames, setFrames] = useState(true);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const many = items.length >= MANY;
  const sure =
    (only === undefined || usage !== null) &&
    (!many || typed.replace(/[\s,.]/g, '') === String(items.length));

  const remove = async () => {
    if (!sure || busy) return;
    setBusy(true);
    setFailure(null);
    let gone = 0;
    const { done, failure: stopped } = await inPortions(items, async (folderId, itemIds) => {
      const answer = await call('storage.deleteItems', {
        folderId,
        itemIds,
        removeUnusedFrames: composed && frames,
      });
      if (answer.ok) gone += answer.value.items;
      return answer;
    });
    setBusy(false);
    if (stopped === null) {
      onDeleted(only ? `Deleted ${oneLine(only.name)}` : `Encord deleted ${plural(gone, 'item')}`);
      return;
    }
    if (done > 0) onSome();
    setFailure(
      done > 0
        ? `${count(done)} of ${count(items.length)} are deleted. The next were not: ${stopped}`
        : stopped,
    );
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={only ? 'Delete this item?' : `Delete ${count(items.length)} items?`}
      // A stray Enter keeps them.
      initialFocus={() => keep.current}
      footer={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep {only ? 'it' : 'them'}
          </Button>
          <Button variant="danger" busy={busy} disabled={!sure} onClick={() => void remove()}>
            Delete {plural(items.length, 'item')}
          </Button>
        </>
      }
    >
      <div className="dialog-body delete-body">
        <What items={items} only={only} />
        {only !== undefined && usage === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Looking where it is used
          </p>
        ) : (
          <Consequences items={items} usage={usage} />
        )}
        {composed ? (
          <label className="storage-yes">
            <input type="checkbox" checked={frames} onChange={(event) => setFrames(event.target.checked)} />
            <span>Delete the frames of groups and series too, where nothing else uses them</span>
          </label>
        ) : null}
        {many ? (
          <TextField
            label={`Type ${count(items.length)} to delete that many`}
            value={typed}
            inputMode="numeric"
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void remove();
            }}
          />
        ) : null}
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
      </div>
    </Dialog>
  );
}

function What({ items, only }: { items: readonly ItemView[]; only: ItemView | undefined }): ReactElement {
  const bytes = bytesOf(items);
  if (only) return <p className="strong delete-title selectable">{oneLine(only.name)}</p>;
  return (
    <>
      <p className="selectable">
        {typesOf(items)}
        {bytes > 0 ? `, ${size(bytes)}` : ''}
      </p>
      <ul className="delete-titles small muted selectable">
        {items.slice(0, NAMED).map(({ id, name }) => (
          <li key={id} className="truncate">
            {oneLine(name)}
          </li>
        ))}
        {items.length > NAMED ? <li>and {count(items.length - NAMED)} more</li> : null}
      </ul>
    </>
  );
}

function Consequences({
  items,
  usage,
}: {
  items: readonly ItemView[];
  usage: Usage | string | null;
}): ReactElement {
  const own = items.filter(({ storage }) => storage !== null && storage !== 'encord').length;
  const hosted = items.length - own;
  const one = items.length === 1;
  const inRows = items.filter(({ rows }) => rows > 0).length;
  return (
    <ul className="delete-facts">
      {hosted > 0 ? (
        <Fact icon="trash" tone="tone-fail">
          {own === 0
            ? one
              ? 'Its file is'
              : 'Their files are'
            : `The files of ${plural(hosted, 'item')} are`}{' '}
          removed from Encord’s storage. This cannot be undone.
        </Fact>
      ) : null}
      {own > 0 ? (
        <Fact icon="check" tone="tone-done">
          {hosted === 0
            ? one
              ? 'Its file is'
              : 'Their files are'
            : `The files of ${plural(own, 'item')} are`}{' '}
          in your own cloud and stay there.
        </Fact>
      ) : null}
      {one ? <UsedFact usage={usage} /> : null}
      {!one && inRows > 0 ? (
        <Fact icon="dataset" tone="tone-warn">
          {inRows === 1 ? '1 of them stands' : `${count(inRows)} of them stand`} behind data rows: those leave
          their datasets, and the projects that use them.
        </Fact>
      ) : null}
      {one ? null : (
        <Fact icon="question">
          Which datasets and groups use them is not known here for so many: open one to see its own. Encord
          refuses frames of a group that stays.
        </Fact>
      )}
      <Fact icon="question">
        What becomes of labels on {one ? 'it' : 'them'} is not documented by Encord.
      </Fact>
    </ul>
  );
}

function UsedFact({ usage }: { usage: Usage | string | null }): ReactElement {
  if (usage === null || typeof usage === 'string')
    return <Fact icon="question">Where it is used could not be found out. {usage}</Fact>;
  const { datasets, datasetsSeen, groups } = usage;
  if (datasets + groups === 0)
    return (
      <Fact icon="check" tone="tone-done">
        No dataset and no group uses it.
      </Fact>
    );
  const titles = datasetsSeen.map(({ title }) => oneLine(title)).join(', ');
  return (
    <Fact icon="dataset" tone="tone-warn">
      It is in {plural(datasets, 'dataset')}
      {titles ? ` (${titles})` : ''}, in {plural(groups, 'group')}. Its data rows go with it
      {groups > 0 ? '; Encord refuses a frame of a group that stays' : ''}.
    </Fact>
  );
}

function Fact({
  icon,
  tone = 'faint',
  children,
}: {
  icon: IconName;
  tone?: string;
  children: ReactNode;
}): ReactElement {
  return (
    <li className="delete-fact">
      <Icon name={icon} className={tone} />
      <span>{children}</span>
    </li>
  );
}
