/** A file name that gives way in its middle, so that its number and extension stay: `2026-11-20_cam…_0041.png`. */
import { memo, type ReactElement } from 'react';
import { oneLine } from './format.ts';

const TAIL = 11;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Where the tail starts, never inside a letter made of several code points. */
function cut(name: string): number {
  if (name.length <= TAIL + 4) return name.length;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is.
  if (/^[\x00-\x7f]*$/.test(name)) return name.length - TAIL;
  let start = 0;
  for (const { index } of segmenter.segment(name)) {
    if (index > name.length - TAIL) break;
    start = index;
  }
  return start;
}

export const MiddleTruncate = memo(function MiddleTruncate({
  text,
  title,
  className = '',
}: {
  text: string;
  /** Shown on hover: the full path. */
  title?: string;
  className?: string;
}): ReactElement {
  const name = oneLine(text) || '(no name)';
  const at = cut(name);
  return (
    <span className={`middle ${className}`} title={title ?? text}>
      <span className="middle-head">{name.slice(0, at)}</span>
      {at < name.length ? <span className="middle-tail">{name.slice(at)}</span> : null}
    </span>
  );
});
