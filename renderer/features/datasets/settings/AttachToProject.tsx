/** Chooses a project that the account administers, and attaches the dataset to it. Used by `Projects`. */
import { type ReactElement, useState } from 'react';
import type { ProjectView } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { oneLine, whenText } from '../../../ui/format.ts';
import { SearchPick } from './SearchPick.tsx';

interface AttachProps {
  dataset: DatasetView;
  there: readonly ProjectView[];
  onClose: () => void;
  onAttached: (project: ProjectView) => void;
}

const fetchProjects = (search: string, refresh: boolean) => (offset: number, limit: number) =>
  call('projects.list', { search, refresh: refresh && offset === 0, offset, limit });

export function AttachToProject({ dataset, there, onClose, onAttached }: AttachProps): ReactElement {
  const [chosen, setChosen] = useState<ProjectView | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const attached = new Set(there.map(({ id }) => id));

  const attach = async () => {
    if (chosen === null || busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('projects.attach', { projectId: chosen.id, datasetId: dataset.id });
    setBusy(false);
    if (answer.ok) onAttached(chosen);
    else setFailure(answer.error.message);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title="Attach to a project"
      description="The dataset’s data can then be labelled in the project. Only projects that you administer can be chosen."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            className="button-long"
            busy={busy}
            disabled={chosen === null}
            onClick={() => void attach()}
          >
            {chosen === null ? 'Attach' : `Attach to ${oneLine(chosen.title)}`}
          </Button>
        </>
      }
    >
      <div className="dialog-body pick-dialog">
        <SearchPick<ProjectView>
          things="projects"
          fetch={fetchProjects}
          idOf={({ id }) => id}
          icon="folder"
          titleOf={({ title }) => oneLine(title) || 'A project without a title'}
          leadOf={({ editedAt, description }) =>
            [oneLine(description), editedAt === null ? '' : `changed ${whenText(editedAt)}`]
              .filter(Boolean)
              .join(' · ')
          }
          offOf={({ id, role }) =>
            attached.has(id) ? 'Attached already' : role === 'admin' ? null : 'You do not administer it'
          }
          picked={({ id }) => chosen?.id === id}
          onPick={(project) => {
            setChosen(project);
            setFailure(null);
          }}
          onDone={() => void attach()}
          none="This account has no projects yet. They are made in Encord’s web app."
        />
        {failure === null ? null : <Banner tone="fail">{failure}</Banner>}
      </div>
    </Dialog>
  );
}
