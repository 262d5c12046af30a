/** The frames of an image group in their order, one of them large. Used by `RowPanel`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type KeyboardEvent, type ReactElement, useRef, useState } from 'react';
import type { RowFrameView } from '../../../../preload/contract/manage.ts';
import type { DataRowView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { Paged, usePaged } from '../../../state/paged.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { count, oneLine, size } from '../../../ui/format.ts';
import { MiddleTruncate } from '../../../ui/MiddleTruncate.tsx';
import { type ListHandle, VirtualList } from '../../../ui/VirtualList.tsx';
import { Preview } from './Preview.tsx';
import { Thumbnail } from './Thumbnail.tsx';

export function Frames({ datasetId, row }: { datasetId: string; row: DataRowView }): ReactElement {
  const { dataHash } = row;
  const [frames] = useState(
    () =>
      new Paged<RowFrameView>((offset, limit) => call('rows.frames', { datasetId, dataHash, offset, limit })),
  );
  const state = usePaged(frames);
  const [active, setActive] = useState(0);
  const handle = useRef<ListHandle | null>(null);
  const total = state.total ?? 0;
  const frame = frames.row(active);
  const go = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    handle.current?.scrollToIndex(next);
  };
  const press = (event: KeyboardEvent) => {
    const to: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowRight: active + 1,
      ArrowUp: active - 1,
      ArrowLeft: active - 1,
      Home: 0,
      End: total - 1,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    go(next);
  };

  if (state.total === null && state.failure !== null)
    return (
      <div className="preview">
        <div className="preview-none">
          <p className="small muted">{state.failure}</p>
          <Button size="s" icon="retry" onClick={() => frames.replace()}>
            Try again
          </Button>
        </div>
      </div>
    );
  return (
    <div className="frames">
      {frame ? (
        <Preview
          picture={{ datasetId, dataHash, imageHash: frame.imageHash }}
          name={`Frame ${active + 1}: ${frame.title}`}
          icon="image"
        />
      ) : (
        <div className="preview" />
      )}
      <div className="frames-head">
        <span className="small muted grow" role="status">
          {total === 0 ? '' : `Frame ${count(active + 1)} of ${count(total)}`}
        </span>
        <IconButton
          label="Frame before"
          icon="chevronRight"
          size="s"
          className="turn-back"
          disabled={active === 0}
          onClick={() => go(active - 1)}
        />
        <IconButton
          label="Next frame"
          icon="chevronRight"
          size="s"
          disabled={active >= total - 1}
          onClick={() => go(active + 1)}
        />
      </div>
      <VirtualList
        className="frames-list"
        count={total}
        rowHeight={34}
        handle={handle}
        onRange={frames.look}
        role="listbox"
        aria-label="Frames in their order"
        aria-activedescendant={total > 0 ? `frame-${active}` : undefined}
        tabIndex={0}
        onKeyDown={press}
        row={(index) => {
          const each = frames.row(index);
          if (!each) return <div className="frame-line row-waiting" />;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus.
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
            <div
              id={`frame-${index}`}
              role="option"
              aria-selected={index === active}
              aria-posinset={index + 1}
              aria-setsize={total}
              className={`frame-line${index === active ? ' frame-active' : ''}`}
              onClick={() => setActive(index)}
            >
              <span className="faint small frame-number">{count(index + 1)}</span>
              <Thumbnail
                picture={{ datasetId, dataHash, imageHash: each.imageHash }}
                type="IMAGE"
                icon="image"
              />
              <span className="grow">
                <MiddleTruncate text={oneLine(each.title)} />
              </span>
              <span className="faint small">{each.size === null ? '' : size(each.size)}</span>
            </div>
          );
        }}
      />
    </div>
  );
}
