/** The lists of a review: every upload by name, the folders whose images could be one unit, and what preflight found. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import type { ReactElement } from 'react';
import type { PlanFolderView, PlanView } from '../../../preload/contract/views.ts';
import { usePaged } from '../../state/paged.ts';
import { planFolders, planUnits, planWarnings, setPlanFolder } from '../../state/review.ts';
import { Segmented } from '../../ui/Controls.tsx';
import { Badge } from '../../ui/Feedback.tsx';
import { count, plural, size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { MEDIA } from '../uploads/words.ts';

export function UnitList({ plan }: { plan: PlanView }): ReactElement {
  const { total } = usePaged(planUnits);
  if (!total)
    return (
      <div className="review-none muted">
        {plan.phase === 'ready'
          ? 'Nothing of this can be uploaded: see “Not taken” for the reasons.'
          : 'Names appear here as files are found.'}
      </div>
    );
  return (
    <VirtualList
      className="review-list"
      count={total}
      rowHeight={32}
      onRange={planUnits.look}
      role="list"
      aria-label="What is uploaded"
      tabIndex={0}
      row={(index) => {
        const unit = planUnits.row(index);
        if (!unit) return <div className="review-row row-waiting" />;
        return (
          <div className="review-row" role="listitem">
            <Icon name={MEDIA[unit.media].icon} className="faint" />
            <MiddleTruncate text={unit.title} title={unit.path} className="review-name" />
            <span className="muted small truncate review-note">{unit.note ?? ''}</span>
            <span className="muted small">{unit.frames > 1 ? plural(unit.frames, 'frame') : ''}</span>
            <span className="muted small review-size">{size(unit.bytes)}</span>
          </div>
        );
      }}
    />
  );
}

/** The choice in a sentence each (encord-api.md F). */
const CHOICES = [
  ['Group', 'frames of any size, nothing is lost, and it is faster to upload.'],
  ['Sequence', 'frames of one size, of which Encord makes a video; that loses some of their quality.'],
] as const;

export function FolderList(): ReactElement {
  const { total } = usePaged(planFolders);
  return (
    <>
      <div className="review-choices small muted">
        {CHOICES.map(([name, meaning]) => (
          <p key={name}>
            <strong>{name}:</strong> {meaning}
          </p>
        ))}
      </div>
      <Folders total={total ?? 0} />
    </>
  );
}

function sayFolder(folder: PlanFolderView): string {
  switch (folder.as) {
    case 'group':
      return `One image group of ${plural(folder.images, 'frame')}`;
    case 'sequence':
      return `One image sequence of ${plural(folder.images, 'frame')}`;
    case 'single':
      return `${count(folder.images)} single ${folder.images === 1 ? 'image' : 'images'}`;
  }
}

function Folders({ total }: { total: number }): ReactElement {
  return (
    <VirtualList
      className="review-list"
      count={total}
      rowHeight={46}
      onRange={planFolders.look}
      role="list"
      aria-label="Folders with images"
      row={(index) => {
        const folder = planFolders.row(index);
        if (!folder) return <div className="review-row row-waiting" />;
        return (
          <div className="review-row" role="listitem">
            <Icon name="folder" className="faint" />
            <div className="grow">
              <span className="inline">
                <MiddleTruncate text={folder.name} title={folder.path} className="strong" />
                {folder.suggestion === 'group' ? <Badge tone="accent">Numbered frames</Badge> : null}
              </span>
              <span className="small muted truncate review-sub">{sayFolder(folder)}</span>
            </div>
            <Segmented
              label={`What ${folder.name} becomes`}
              size="s"
              value={folder.as}
              onChange={(as) => void setPlanFolder(folder.path, as)}
              options={[
                { value: 'single', label: 'Single images' },
                { value: 'group', label: 'Group' },
                { value: 'sequence', label: 'Sequence' },
              ]}
            />
          </div>
        );
      }}
    />
  );
}

/** What preflight found: nothing of it keeps a file from being uploaded. */
export function WarningList(): ReactElement {
  const { total } = usePaged(planWarnings);
  return (
    <VirtualList
      className="review-list"
      count={total ?? 0}
      rowHeight={46}
      onRange={planWarnings.look}
      role="list"
      aria-label="Remarks on what is uploaded"
      tabIndex={0}
      row={(index) => {
        const warning = planWarnings.row(index);
        if (!warning) return <div className="review-row row-waiting" />;
        return (
          <div className="review-row" role="listitem">
            <Icon name="warn" className="tone-warn" />
            <div className="grow">
              <MiddleTruncate
                text={warning.title ?? 'All of it'}
                title={warning.path ?? ''}
                className="strong"
              />
              <span className="small muted truncate review-sub" title={warning.message}>
                {warning.message}
              </span>
            </div>
          </div>
        );
      }}
    />
  );
}
