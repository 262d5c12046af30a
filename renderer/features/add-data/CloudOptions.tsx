/** Step 3 of `RegisterCloud`: what happens with bad files and with those that are there, and what will be done in a sentence. */
import type { ReactElement } from 'react';
import type { CloudCheckView } from '../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { plural } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Sign } from '../watch/fields.tsx';
import type { CloudDraft } from './cloud-draft.ts';
import { kindCount } from './cloud-words.ts';
import { shortTitle } from './Title.tsx';

interface CloudOptionsProps {
  view: CloudCheckView;
  integration: string;
  dataset: DatasetView | null;
  /** Where the files lie, in words. */
  folder: string;
  draft: CloudDraft;
  onChange: (patch: Partial<CloudDraft>) => void;
}

export function CloudOptions({
  view,
  integration,
  dataset,
  folder,
  draft,
  onChange,
}: CloudOptionsProps): ReactElement {
  return (
    <div className="step-where">
      <section className="cloud-summary">
        <p className="cloud-verdict">{plural(view.entries, 'entry', 'entries')} will be registered</p>
        <dl>
          <dt>What</dt>
          <dd>
            {Object.entries(view.kinds)
              .map(([key, many]) => kindCount(key, many))
              .join(', ')}
          </dd>
          <dt>Integration</dt>
          <dd>{integration}</dd>
          {dataset === null ? null : (
            <>
              <dt>Dataset</dt>
              <dd>{shortTitle(dataset.title)}</dd>
            </>
          )}
          <dt>Folder</dt>
          <dd>{folder}</dd>
        </dl>
      </section>
      <Sign
        label="Ignore individual file errors"
        hint="Files that Encord cannot read are left out and listed in Activity, from where they can be tried again. Off: one bad file fails all of them."
        on={draft.ignoreErrors}
        onSwitch={(ignoreErrors) => onChange({ ignoreErrors })}
      />
      <Sign
        label="Skip duplicates"
        hint="Files whose URL is there already are left alone, so the same file can be registered again after a failure. Off: they are registered a second time."
        on={draft.skipDuplicates}
        onSwitch={(skipDuplicates) => onChange({ skipDuplicates })}
      />
      {'image_groups' in view.kinds ? (
        <p className="inline small muted cloud-note">
          <Icon name="info" size={14} />
          For an image sequence Encord writes a video into your bucket: the integration needs to be allowed
          to.
        </p>
      ) : null}
    </div>
  );
}
