/** One dataset: its head, what can be added to it, and its tabs. Used by `DatasetsPage`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { DatasetDetail } from '../../../preload/contract/manage.ts';
import type { AccountView, DatasetView } from '../../../preload/contract/views.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { closeDataset } from '../../state/datasets-list.ts';
import { useDestination } from '../../state/destination.ts';
import { showJobsOf } from '../../state/job-list.ts';
import { chooseDestination, useUi } from '../../state/ui.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { ExternalLink } from '../../ui/ExternalLink.tsx';
import { Badge } from '../../ui/Feedback.tsx';
import { oneLine, plural, size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { AddDataMenu } from './AddDataMenu.tsx';
import { Reconcile } from './Reconcile.tsx';
import { DataTab, type Whole } from './rows/DataTab.tsx';
import { DatasetSettings } from './settings/DatasetSettings.tsx';
import { STORAGE_WORDS } from './types.ts';

/** What may be done here; null until main has answered, and where it could not. Pages then let main refuse. */
function useDetail(datasetId: string): DatasetDetail | null {
  const [detail, setDetail] = useState<DatasetDetail | null>(null);
  useEffect(() => {
    let left = false;
    const ask = () =>
      void call('datasets.detail', { datasetId }).then((answer) => {
        if (!left && answer.ok) setDetail(answer.value);
      });
    ask();
    const stop = onTopics((topics) => {
      if (topics.has('datasets') || topics.has('accounts')) ask();
    });
    return () => {
      left = true;
      stop();
    };
  }, [datasetId]);
  return detail;
}

export function DatasetPage({
  dataset,
  account,
}: {
  dataset: DatasetView;
  account: AccountView;
}): ReactElement {
  const tab = useUi((state) => state.datasetTab);
  const detail = useDetail(dataset.id);
  const [whole, setWhole] = useState<Whole | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <>
      <PageHead
        before={
          <IconButton label="All datasets" icon="chevronRight" className="turn-back" onClick={closeDataset} />
        }
        title={oneLine(dataset.title)}
        lead={leadOf(dataset, whole)}
      >
        {detail?.webUrl ? (
          <ExternalLink url={detail.webUrl} className="button button-ghost">
            <span className="open-word">Open in Encord</span>
          </ExternalLink>
        ) : null}
        <IconButton
          label="Activity of this dataset"
          icon="activity"
          onClick={() => showJobsOf({ id: dataset.id, title: dataset.title })}
        />
        <UploadHere dataset={dataset} account={account} problem={detail?.may.addData ?? null} />
        <AddDataMenu dataset={dataset} account={account} may={detail?.may ?? null} />
      </PageHead>
      <div className="dataset-tabs">
        <Segmented
          label="Show"
          size="s"
          value={tab}
          options={[
            { value: 'data', label: 'Data' },
            { value: 'settings', label: 'Settings' },
            { value: 'reconcile', label: 'Reconcile' },
          ]}
          onChange={(datasetTab) => useUi.setState({ datasetTab })}
        />
        {/* What can be done to what is shown. Filled by the tab. */}
        <div ref={setSlot} className="dataset-slot" />
      </div>
      {tab === 'settings' ? null : <MayNot may={detail?.may ?? null} />}
      {tab === 'data' ? (
        <DataTab dataset={dataset} may={detail?.may ?? null} slot={slot} onWhole={setWhole} />
      ) : tab === 'settings' ? (
        <DatasetSettings dataset={dataset} detail={detail} />
      ) : (
        <Reconcile dataset={dataset} slot={slot} />
      )}
    </>
  );
}

/** What may not be done here, once, as sentences; buttons that are off point to it. */
function MayNot({ may }: { may: DatasetDetail['may'] | null }): ReactElement | null {
  const sentences = [...new Set([may?.changeRows, may?.addData].filter((each) => each != null))];
  if (sentences.length === 0) return null;
  return (
    <div className="page-note" id="dataset-may-not">
      <Icon name="lock" size={14} />
      <p className="small muted selectable">{sentences.join(' ')}</p>
    </div>
  );
}

function leadOf({ mirrored, storage }: DatasetView, whole: Whole | null): string {
  return [
    whole === null ? '' : plural(whole.rows, 'data row'),
    whole === null || whole.bytes === 0 ? '' : size(whole.bytes),
    mirrored === null ? '' : mirrored ? 'Mirrored' : 'Static',
    storage === null || storage === 'encord' ? '' : STORAGE_WORDS[storage],
  ]
    .filter(Boolean)
    .join(' · ');
}

interface UploadHereProps {
  dataset: DatasetView;
  account: AccountView;
  problem: string | null;
}

function UploadHere({ dataset, account, problem }: UploadHereProps): ReactElement {
  const destination = useDestination();
  if (destination?.id === dataset.id && problem === null)
    return <Badge tone="accent">Next drop goes here</Badge>;
  return (
    <Button
      icon="upload"
      disabled={problem !== null}
      aria-describedby={problem === null ? undefined : 'dataset-may-not'}
      onClick={() => {
        chooseDestination(account.id, dataset);
        toast(`The next drop goes to ${oneLine(dataset.title)}`);
      }}
    >
      Upload here
    </Button>
  );
}
