/** What the list of all datasets of an organisation can and cannot do. Used by `DatasetList`. */
import { type ReactElement, useEffect, useState } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { ExternalLink } from '../../ui/ExternalLink.tsx';
import { Icon } from '../../ui/Icon.tsx';

/** `example`: one of the list, for the address of the web app, which main tells with a dataset. */
export function JoinNote({ example }: { example: DatasetView | null }): ReactElement {
  const [url, setUrl] = useState<string | null>(null);
  const id = example?.id ?? null;
  useEffect(() => {
    if (id === null || url !== null) return;
    let left = false;
    void call('datasets.detail', { datasetId: id }).then((answer) => {
      if (!left && answer.ok) setUrl(answer.value.webUrl);
    });
    return () => {
      left = true;
    };
  }, [id, url]);
  return (
    <div className="page-note" role="status">
      <Icon name="info" size={14} />
      <p className="small muted">
        All datasets of the organisation, for its administrators. Those you have not joined can be looked at,
        not changed: joining is done in Encord’s web app, under Datasets, All Encord datasets.{' '}
        {url === null ? null : <ExternalLink url={listOf(url)}>Open in Encord</ExternalLink>}
      </p>
    </div>
  );
}

/** The web app's list of datasets, from the address of one of them. */
function listOf(datasetUrl: string): string {
  const url = URL.parse(datasetUrl);
  return url === null ? datasetUrl : `${url.origin}/datasets`;
}
