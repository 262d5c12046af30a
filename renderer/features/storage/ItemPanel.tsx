/** One item beside the table: what it looks like, what is known of it, where it is used. Follows the item that keys act from. */
import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import type { FolderView, ItemDetail, ItemView } from '../../../preload/contract/manage.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Banner } from '../../ui/Feedback.tsx';
import { oneLine, playTime, plural, size, whenExactText } from '../../ui/format.ts';
import { Spinner } from '../../ui/Icon.tsx';
import { itemType } from '../add-data/item-types.ts';
import { Preview } from '../datasets/rows/Preview.tsx';
import { DatasetLink } from './DatasetLink.tsx';
import { ItemName } from './StorageLine.tsx';
import { useFolder } from './useFolder.ts';
import { placeWord } from './words.ts';

interface PanelProps {
  item: ItemView;
  /** Why it may not be changed; null where it may. */
  mayNot: string | null;
  onClose: () => void;
  onMetadata: () => void;
  /** Null where the item lies in the folder that is open. */
  onFolder: ((folder: FolderView) => void) | null;
}

export function ItemPanel({ item, mayNot, onClose, onMetadata, onFolder }: PanelProps): ReactElement {
  const [renaming, setRenaming] = useState(false);
  const off = mayNot === null ? {} : { disabled: true, 'aria-describedby': 'storage-may-not' };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another item is not renamed because the last one was.
  useEffect(() => setRenaming(false), [item.id]);
  return (
    <aside
      className="row-panel"
      aria-label={`Item ${item.name}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.preventDefault();
          onClose();
        } else if (event.key === 'F2' && mayNot === null) {
          event.preventDefault();
          setRenaming(true);
        }
      }}
    >
      <header className="row-panel-head">
        {renaming ? (
          <ItemName item={item} onDone={() => setRenaming(false)} />
        ) : (
          <>
            <h2 className="row-panel-title selectable" title={item.name}>
              {oneLine(item.name)}
            </h2>
            <IconButton
              label="Rename"
              icon="edit"
              keys="F2"
              size="s"
              onClick={() => setRenaming(true)}
              {...off}
            />
          </>
        )}
        <IconButton label="Close the panel" icon="close" keys="esc" size="s" onClick={onClose} />
      </header>
      <div className="row-panel-body">
        <Preview picture={{ itemId: item.id }} name={item.name} icon={itemType(item.type).icon} />
        <Known key={item.id} item={item} off={off} onMetadata={onMetadata} onFolder={onFolder} />
      </div>
    </aside>
  );
}

/** Whoever walks through items by keys reads few of them. */
const REST_MS = 160;

function useItem(itemId: string) {
  const [detail, setDetail] = useState<ItemDetail | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks for the same again.
  useEffect(() => {
    let left = false;
    const ask = async () => {
      const answer = await call('storage.item', { itemId });
      if (left) return;
      setFailure(answer.ok ? null : answer.error.message);
      if (answer.ok) setDetail(answer.value);
    };
    const timer = setTimeout(ask, REST_MS);
    const stop = onTopics((topics) => {
      if (topics.has('datasets')) void ask();
    });
    return () => {
      left = true;
      clearTimeout(timer);
      stop();
    };
  }, [itemId, turn]);
  return { detail, failure, again: () => setTurn((before) => before + 1) };
}

type Fact = readonly [name: string, value: string];

function factsOf(item: ItemView, detail: ItemDetail | null): Fact[] {
  const { width, height, fps, durationSeconds } = item;
  const facts: Fact[] = [
    ['Type', itemType(item.type).word],
    ['MIME type', item.mime ?? ''],
    ['Size', item.size === null ? '' : size(item.size)],
    ['Dimensions', width === null || height === null ? '' : `${width} × ${height}`],
    ['Frames/s', fps === null ? '' : String(Math.round(fps * 100) / 100)],
    ['Duration', durationSeconds === null ? '' : playTime(durationSeconds)],
    ['Storage', placeWord(item.storage)],
    ...(detail?.facts ?? []).map(({ name, value }): Fact => [name, value]),
    ['Created', whenExactText(item.createdAt)],
    ['Edited', whenExactText(item.editedAt)],
  ];
  return facts.filter(([, value]) => value !== '');
}

interface KnownProps extends Pick<PanelProps, 'item' | 'onMetadata' | 'onFolder'> {
  off: { disabled?: boolean };
}

function Known({ item, off, onMetadata, onFolder }: KnownProps): ReactElement {
  const { detail, failure, again } = useItem(item.id);
  return (
    <>
      <dl className="row-facts selectable">
        {factsOf(item, detail).map(([name, value]) => (
          <Line key={name} name={name}>
            {oneLine(value)}
          </Line>
        ))}
        {onFolder ? <InFolder folderId={item.folderId} onFolder={onFolder} /> : null}
        {detail ? (
          <Line name="Used in">
            <Usage usage={detail.usage} />
          </Line>
        ) : null}
        <Line name="Item id">
          <span className="row-id">
            <span className="mono truncate" title={item.id}>
              {item.id}
            </span>
            <IconButton
              label="Copy item id"
              icon="copy"
              size="s"
              onClick={() => void copyText(item.id, 'The id of the item')}
            />
          </span>
        </Line>
      </dl>
      <section className="row-metadata">
        <div className="row-metadata-head">
          <h3 className="grow">Client metadata</h3>
          <Button size="s" variant="ghost" icon="edit" onClick={onMetadata} {...off}>
            Edit
          </Button>
        </div>
        {failure !== null ? (
          <Banner
            tone="fail"
            actions={
              <Button size="s" icon="retry" onClick={again}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        ) : detail === null ? (
          <span className="inline muted small" role="status">
            <Spinner size={14} /> Asking for the rest
          </span>
        ) : detail.clientMetadata === null ? (
          <p className="small muted">None.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys.
          <pre className="row-json mono selectable" tabIndex={0}>
            {detail.clientMetadata}
          </pre>
        )}
      </section>
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function InFolder({
  folderId,
  onFolder,
}: {
  folderId: string;
  onFolder: (folder: FolderView) => void;
}): ReactElement | null {
  const { folder } = useFolder(folderId, null);
  if (!folder) return null;
  return (
    <Line name="Folder">
      <button type="button" className="inline-link" onClick={() => onFolder(folder)}>
        {[...folder.path, folder].map(({ name }) => oneLine(name)).join(' / ')}
      </button>
    </Line>
  );
}

/** "2 datasets, 1 group", each dataset that can be seen to be opened. */
function Usage({ usage }: { usage: ItemDetail['usage'] }): ReactElement {
  const { datasets, datasetsSeen, groups, groupNames } = usage;
  if (datasets + groups === 0) return <>No dataset, no group</>;
  const unseen = datasets - datasetsSeen.length;
  return (
    <>
      <span>
        {plural(datasets, 'dataset')}, {plural(groups, 'group')}
      </span>
      <ul className="storage-usage">
        {datasetsSeen.map(({ id, title, mirrored }) => (
          <li key={id}>
            <DatasetLink datasetId={id} title={title} />
            {mirrored ? <span className="faint small"> mirrored</span> : null}
          </li>
        ))}
        {unseen > 0 && datasetsSeen.length > 0 ? (
          <li className="faint small">and {plural(unseen, 'dataset')} not listed here</li>
        ) : null}
        {groupNames.map((name, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be equal, and the list never changes.
          <li key={at} className="muted">
            {oneLine(name)}
          </li>
        ))}
      </ul>
    </>
  );
}
