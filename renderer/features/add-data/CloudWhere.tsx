/** Step 1 of `RegisterCloud`: by which integration, and into which storage folder. */
import { type ReactElement, useEffect, useState } from 'react';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { SearchField, TextField } from '../../ui/Field.tsx';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { Cards, Wrong } from '../watch/fields.tsx';
import type { CloudDraft } from './cloud-draft.ts';
import { IntegrationField, type Integrations } from './IntegrationField.tsx';
import { StorageCrumbs, StorageFolders, type Trail, trailText, trailTo } from './StorageFolders.tsx';
import { shortTitle } from './Title.tsx';
import { useRested } from './useRested.ts';

/** Where the items of this registration lie. */
export type CloudTarget =
  | { kind: 'asking' }
  /** A mirrored dataset has a folder of its own, and a folder that was opened is meant: nothing to choose. */
  | { kind: 'mirrored'; folder: string | null }
  | { kind: 'opened'; folderId: string; folder: string | null }
  | { kind: 'choose' };

export function useCloudTarget(dataset: DatasetView | null, folderId: string | null): CloudTarget {
  const [target, setTarget] = useState<CloudTarget>({ kind: 'asking' });
  const datasetId = dataset?.id ?? null;
  const mirrored = dataset?.mirrored ?? null;
  useEffect(() => {
    let left = false;
    const settle = async () => {
      let own: string | null = null;
      let isMirrored = mirrored === true;
      if (datasetId !== null && mirrored !== false) {
        const detail = await call('datasets.detail', { datasetId });
        own = detail.ok ? detail.value.backingFolderId : null;
        isMirrored = isMirrored || own !== null;
      }
      const meant = isMirrored ? own : folderId;
      const named = meant === null ? null : await call('storage.folder', { folderId: meant });
      // Its name is only said: without it the data goes to the same place.
      const folder = named?.ok ? trailText(trailTo(named.value)) : null;
      if (left) return;
      if (isMirrored) setTarget({ kind: 'mirrored', folder });
      else if (folderId !== null) setTarget({ kind: 'opened', folderId, folder });
      else setTarget({ kind: 'choose' });
    };
    void settle();
    return () => {
      left = true;
    };
  }, [datasetId, mirrored, folderId]);
  return target;
}

interface CloudWhereProps {
  dataset: DatasetView | null;
  integrations: Integrations;
  target: CloudTarget;
  draft: CloudDraft;
  onChange: (patch: Partial<CloudDraft>) => void;
  tried: boolean;
}

/** What is missing in this step, by its field. */
export function whereProblems(
  draft: CloudDraft,
  target: CloudTarget,
): { integration: string | null; folder: string | null } {
  const integration =
    draft.integrationId === null ? 'Choose the integration that can read the bucket.' : null;
  if (target.kind !== 'choose') return { integration, folder: null };
  const folder =
    draft.folder === 'existing'
      ? draft.existing.length === 0
        ? 'Open the folder that the files go into.'
        : null
      : draft.name.trim() === ''
        ? 'Give the folder a name.'
        : null;
  return { integration, folder };
}

export function CloudWhere({
  dataset,
  integrations,
  target,
  draft,
  onChange,
  tried,
}: CloudWhereProps): ReactElement {
  const problems = whereProblems(draft, target);
  const [choose] = useState(() => (integrationId: string) => onChange({ integrationId }));
  return (
    <div className="step-where">
      <IntegrationField
        integrations={integrations}
        value={draft.integrationId}
        onChange={choose}
        error={tried ? problems.integration : null}
      />
      <div className="field">
        <span className="field-label">Storage folder</span>
        {target.kind === 'asking' ? (
          <p className="inline muted cloud-wait" role="status">
            <Spinner size={14} /> Looking where its files lie
          </p>
        ) : target.kind === 'choose' ? (
          <ChooseFolder
            isStatic={dataset !== null}
            draft={draft}
            onChange={onChange}
            error={tried ? problems.folder : null}
          />
        ) : (
          <p className="cloud-fixed">
            <Icon name="folder" className="tone-accent" />
            <span>
              {target.kind === 'mirrored' ? (
                <>
                  {target.folder === null ? 'Its own folder' : <strong>{target.folder}</strong>}
                  <span className="muted">
                    {' '}
                    · {dataset ? shortTitle(dataset.title) : 'The dataset'} mirrors it, so what is registered
                    goes there.
                  </span>
                </>
              ) : (
                <>
                  <strong>{target.folder ?? 'The folder that is open'}</strong>
                  <span className="muted"> · the folder that is open</span>
                </>
              )}
            </span>
          </p>
        )}
      </div>
    </div>
  );
}

interface ChooseFolderProps {
  isStatic: boolean;
  draft: CloudDraft;
  onChange: (patch: Partial<CloudDraft>) => void;
  error: string | null;
}

function ChooseFolder({ isStatic, draft, onChange, error }: ChooseFolderProps): ReactElement {
  return (
    <>
      {isStatic ? (
        <p className="field-hint">
          The dataset is static: its files lie in a storage folder of your choice, and the dataset links to
          them.
        </p>
      ) : null}
      <Cards
        label="Storage folder"
        value={draft.folder}
        onChange={(folder) => onChange({ folder })}
        options={[
          {
            value: 'existing',
            label: 'A folder that is there',
            hint:
              draft.existing.length === 0
                ? 'Open the one that the files go into.'
                : trailText(draft.existing),
            more: (
              <>
                <FolderPlace trail={draft.existing} onGo={(existing) => onChange({ existing })} />
                <Wrong text={error ?? undefined} />
              </>
            ),
          },
          {
            value: 'new',
            label: 'A new folder',
            hint: 'It is made when you start.',
            more: (
              <>
                <TextField
                  label="Name"
                  value={draft.name}
                  maxLength={300}
                  error={error}
                  onChange={(name) => onChange({ name })}
                />
                <div className="field">
                  <span className="field-label">In</span>
                  <FolderPlace trail={draft.parent} onGo={(parent) => onChange({ parent })} />
                  <p className="field-hint">
                    {draft.parent.length === 0 ? 'At the top of the storage.' : trailText(draft.parent)}
                  </p>
                </div>
              </>
            ),
          },
        ]}
      />
    </>
  );
}

/** Goes through the folders; where one stops is what is meant. */
function FolderPlace({ trail, onGo }: { trail: Trail; onGo: (trail: Trail) => void }): ReactElement {
  const [search, setSearch] = useState('');
  const rested = useRested(search.trim());
  return (
    <div className="folder-place">
      <div className="folder-place-bar">
        <StorageCrumbs trail={trail} onGo={onGo} />
        <SearchField label="Search folders" value={search} onChange={setSearch} />
      </div>
      <div className="folder-place-list">
        <StorageFolders
          trail={trail}
          search={rested}
          picking={null}
          onGo={(next) => {
            onGo(next);
            setSearch('');
          }}
        />
      </div>
    </div>
  );
}
