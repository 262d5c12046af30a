/** A relative path whose folders give way before its name does. */
import { memo, type ReactElement } from 'react';
import { oneLine } from './format.ts';
import { MiddleTruncate } from './MiddleTruncate.tsx';

export const PathName = memo(function PathName({
  path,
  title,
}: {
  /** With `/`. */
  path: string;
  /** Shown on hover, in place of the path. */
  title?: string;
}): ReactElement {
  const cut = path.lastIndexOf('/') + 1;
  return (
    <span className="path-name" title={title ?? path}>
      {cut > 0 ? <span className="path-folder truncate">{oneLine(path.slice(0, cut))}</span> : null}
      <MiddleTruncate text={path.slice(cut)} title={title ?? path} />
    </span>
  );
});
