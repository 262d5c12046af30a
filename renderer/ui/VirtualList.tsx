/** A list of any length that draws only what is in sight. Rows have one height. */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type HTMLAttributes, type ReactElement, type ReactNode, type Ref, useEffect, useRef } from 'react';

export type ListHandle = Virtualizer<HTMLDivElement, Element>;

interface VirtualListProps extends Omit<HTMLAttributes<HTMLDivElement>, 'children'> {
  count: number;
  rowHeight: number;
  /** Draws one row; it is placed by the list. */
  row: (index: number) => ReactNode;
  /** What is in sight, or soon will be: ask for the data of these. */
  onRange?: (first: number, last: number) => void;
  /** Changes when the list shows something else: it scrolls back to its top. */
  resetKey?: string;
  handle?: { current: ListHandle | null };
  ref?: Ref<HTMLDivElement>;
  before?: ReactNode;
  /** How high `before` is, where it sticks to the top while rows pass under it. */
  headHeight?: number;
  /** The role of the rows' holder, where the list has an element between itself and the rows. */
  bodyRole?: string;
}

export function VirtualList({
  count,
  rowHeight,
  row,
  onRange,
  resetKey = '',
  handle,
  ref,
  before,
  headHeight = 0,
  bodyRole = 'presentation',
  className = '',
  ...rest
}: VirtualListProps): ReactElement {
  const scroller = useRef<HTMLDivElement | null>(null);
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  });
  if (handle) handle.current = virtual;

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    onRange?.(first, last);
  }, [first, last, onRange]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row height is measured anew.
  useEffect(() => virtual.measure(), [rowHeight]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new key scrolls back.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [resetKey]);

  return (
    <div
      ref={(element) => {
        scroller.current = element;
        if (typeof ref === 'function') ref(element);
        else if (ref) ref.current = element;
      }}
      className={`virtual ${className}`}
      {...rest}
    >
      {before}
      <div className="virtual-body" role={bodyRole} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => (
          <div
            key={item.key}
            className="virtual-row"
            role="presentation"
            style={{ height: item.size, transform: `translateY(${item.start - headHeight}px)` }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
