/** Titles of the server within a sentence: on one line, not endless, and with their own direction of writing. Used by the dialogs that add data. */
import type { ReactElement } from 'react';
import { oneLine } from '../../ui/format.ts';

const LONGEST = 80;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** For texts that are not elements, such as notes. */
export function shortTitle(title: string): string {
  const text = oneLine(title);
  if (text.length <= LONGEST) return text;
  let end = 0;
  for (const { index } of segmenter.segment(text.slice(0, LONGEST * 2))) {
    if (index >= LONGEST) break;
    end = index;
  }
  return `${text.slice(0, end)}…`;
}

export function Title({ text }: { text: string }): ReactElement {
  return (
    <bdi className="strong" title={oneLine(text)}>
      {shortTitle(text)}
    </bdi>
  );
}
