/** A dataset's Settings tab: team, groups, projects, API keys, and what the web app alone can do. Used by `DatasetPage`. */
import type { ReactElement } from 'react';
import type { DatasetDetail } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { activeAccount, useApp } from '../../../state/app.ts';
import { Icon } from '../../../ui/Icon.tsx';
import { DangerZone } from './DangerZone.tsx';
import { Groups } from './Groups.tsx';
import { Keys } from './Keys.tsx';
import { InWebApp, Part } from './Part.tsx';
import { Projects } from './Projects.tsx';
import { Team } from './Team.tsx';

interface DatasetSettingsProps {
  dataset: DatasetView;
  /** Null until main has answered, and where it could not: main then refuses what may not be. */
  detail: DatasetDetail | null;
}

export function DatasetSettings({ dataset, detail }: DatasetSettingsProps): ReactElement {
  // Groups are read by v2 alone, which a dataset's key does not speak.
  const ssh = useApp((state) => activeAccount(state.snapshot)?.kind !== 'api-key');
  const may = detail?.may;
  const webUrl = detail?.webUrl ?? null;
  return (
    <div className="settings" data-focus-home="" tabIndex={-1}>
      <div className="settings-inner">
        <Team datasetId={dataset.id} webUrl={webUrl} problem={may?.team ?? null} />
        <Groups datasetId={dataset.id} problem={may?.team ?? null} visible={ssh} />
        <Projects dataset={dataset} problem={may?.projects ?? null} />
        <Keys datasetId={dataset.id} problem={may?.keys ?? null} />
        <Part title="Title and description">
          <p className="part-note muted small">
            <Icon name="info" size={14} />
            <span>
              Encord’s API cannot change them. That is done <InWebApp url={webUrl} />.
            </span>
          </p>
        </Part>
        <DangerZone dataset={dataset} webUrl={webUrl} />
      </div>
    </div>
  );
}
