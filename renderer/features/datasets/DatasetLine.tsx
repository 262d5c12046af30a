/** One dataset in the list: its title opens it. Used by `DatasetList`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import type { ReactElement, Ref } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { openDataset } from '../../state/datasets-list.ts';
import { chooseDestination } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Badge } from '../../ui/Feedback.tsx';
import { count, oneLine, whenText } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { STORAGE_WORDS } from './types.ts';

interface LineProps {
  dataset: DatasetView;
  index: number;
  titleRef: Ref<HTMLButtonElement>;
  chosen: boolean;
  accountId: string;
  onlyOne: boolean;
  /** The list shows all of the organisation: where there is no role, the account has not joined. */
  organisation: boolean;
}

export function DatasetLine({
  dataset,
  index,
  titleRef,
  chosen,
  accountId,
  onlyOne,
  organisation,
}: LineProps): ReactElement {
  const { description, mirrored, storage, role, sameTitle } = dataset;
  const title = oneLine(dataset.title) || 'A dataset without a title';
  const open = () => openDataset(dataset, index);
  const own = storage !== null && storage !== 'encord';
  const outside = organisation && role === null;
  return (
    <div className="table-row datasets-grid" role="row" aria-rowindex={index + 2} data-index={index}>
      <div role="cell" className="inline">
        <Icon name="dataset" className={chosen ? 'tone-accent' : 'faint'} />
        <div className="grow">
          <div className="dataset-name">
            <button ref={titleRef} type="button" className="row-link truncate" title={title} onClick={open}>
              {title}
            </button>
            {sameTitle > 0 ? (
              <span className="dataset-same" title={`This one is ${dataset.id}`}>
                <Badge tone="warn">
                  {sameTitle === 1 ? '1 more' : `${count(sameTitle)} more`} of this title
                </Badge>
              </span>
            ) : null}
          </div>
          {description ? <span className="truncate row-sub">{oneLine(description)}</span> : null}
        </div>
      </div>
      <span role="cell" className="muted truncate datasets-storage">
        {[mirrored === null ? '' : mirrored ? 'Mirrored' : 'Static', own ? STORAGE_WORDS[storage] : '']
          .filter(Boolean)
          .join(' · ')}
      </span>
      <span role="cell" className="muted truncate datasets-role">
        {role === 'admin' ? 'Admin' : role === 'user' ? 'User' : outside ? 'Not joined' : ''}
      </span>
      <span role="cell" className="muted truncate datasets-created">
        {whenText(dataset.createdAt)}
      </span>
      <span role="cell" className="muted truncate">
        {whenText(dataset.editedAt ?? dataset.createdAt)}
      </span>
      <div role="cell" className="datasets-action">
        {chosen ? (
          <Badge tone="accent">{onlyOne ? 'Destination' : 'Next drop goes here'}</Badge>
        ) : role !== 'user' && !outside && !own ? (
          <Button
            size="s"
            className="row-reveal"
            onClick={() => {
              chooseDestination(accountId, dataset);
              toast(`The next drop goes to ${title}`);
            }}
          >
            Upload here
          </Button>
        ) : null}
        <IconButton label={`Rows of ${title}`} icon="chevronRight" tabIndex={-1} onClick={open} />
      </div>
    </div>
  );
}
