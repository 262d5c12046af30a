/** The projects that use the dataset: found by asking each, attached, detached, opened. Used by `DatasetSettings`. */
import { type ReactElement, useRef, useState } from 'react';
import type { DatasetProjectsView, ProjectView } from '../../../../preload/contract/manage.ts';
import type { DatasetView } from '../../../../preload/contract/views.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { confirm } from '../../../ui/Confirm.tsx';
import { ExternalLink } from '../../../ui/ExternalLink.tsx';
import { count, oneLine, plural } from '../../../ui/format.ts';
import { Icon, Spinner } from '../../../ui/Icon.tsx';
import { toast } from '../../../ui/Toasts.tsx';
import { AttachToProject } from './AttachToProject.tsx';
import { AnswerList, MayNot, Part, saidOf } from './Part.tsx';
import { type Asking, useAsked } from './useAsked.ts';

interface ProjectsProps {
  dataset: DatasetView;
  /** Why this account can neither see nor change them. */
  problem: string | null;
}

const byTitle = (a: ProjectView, b: ProjectView) => a.title.localeCompare(b.title);

export function Projects({ dataset, problem }: ProjectsProps): ReactElement {
  const datasetId = dataset.id;
  /** How many there are to ask, once that is known. */
  const [toAsk, setToAsk] = useState<number | null>(null);
  const asked = useAsked(async (refresh) => {
    setToAsk(null);
    const first = await call('projects.list', { search: '', refresh, offset: 0, limit: 1 });
    if (!first.ok) return first;
    setToAsk(first.value.total);
    return call('projects.ofDataset', { datasetId, refresh });
  }, problem === null);
  const [attaching, setAttaching] = useState(false);
  const [detaching, setDetaching] = useState<string | null>(null);
  const attach = useRef<HTMLButtonElement>(null);
  const found = asked.value;
  const waiting =
    toAsk === null
      ? 'Asking Encord for your projects'
      : `Asking ${toAsk === 1 ? 'your one project' : `each of your ${count(toAsk)} projects`} whether it uses this dataset. Encord keeps no list of it, so this can take a while.`;

  const detach = async (project: ProjectView) => {
    const title = oneLine(project.title);
    const sure = await confirm({
      title: `Detach the dataset from “${title}”?`,
      body: 'The project no longer uses this dataset; the dataset itself stays as it is and can be attached again. What becomes of labels that were made on its data in the project, Encord does not document: export those that you need first.',
      action: 'Detach',
      keep: 'Keep it attached',
      danger: true,
    });
    if (!sure) return;
    setDetaching(project.id);
    const answer = await call('projects.detach', { projectId: project.id, datasetId });
    setDetaching(null);
    if (!answer.ok) {
      toast(answer.error.message, { tone: 'fail' });
      return;
    }
    asked.change((before) => ({
      ...before,
      projects: before.projects.filter(({ id }) => id !== project.id),
    }));
    toast(`${oneLine(dataset.title)} is detached from ${title}`);
    attach.current?.focus();
  };

  if (problem !== null)
    return (
      <Part title="Projects">
        <MayNot>{problem}</MayNot>
      </Part>
    );
  return (
    <Part
      title="Projects"
      lead="Projects that use this dataset."
      said={saidOf(asked, found?.projects.length ?? null, waiting, found === null ? '' : askedWords(found))}
      action={
        <Button ref={attach} icon="plus" onClick={() => setAttaching(true)}>
          Attach to project…
        </Button>
      }
    >
      <AnswerList
        asked={asked}
        items={found?.projects ?? null}
        things="projects"
        waiting={waiting}
        empty={
          found?.asked === 0
            ? 'This account has no projects yet.'
            : 'None of your projects uses this dataset.'
        }
        keyOf={({ id }) => id}
        row={(project) => (
          <>
            <div className="grow part-name">
              <p className="truncate" title={oneLine(project.title)}>
                {oneLine(project.title) || 'A project without a title'}
              </p>
              <p className="truncate small muted">{leadOf(project)}</p>
            </div>
            {project.webUrl === null ? null : (
              <ExternalLink url={project.webUrl} className="button button-ghost button-s">
                Open<span className="visually-hidden"> {oneLine(project.title)}</span>
              </ExternalLink>
            )}
            <Button
              size="s"
              variant="ghost"
              busy={detaching === project.id}
              aria-label={`Detach from ${oneLine(project.title)}`}
              onClick={() => void detach(project)}
            >
              Detach
            </Button>
          </>
        )}
      />
      {found === null ? null : <AskedNote found={found} asked={asked} waiting={waiting} />}
      {attaching ? (
        <AttachToProject
          dataset={dataset}
          there={found?.projects ?? []}
          onClose={() => setAttaching(false)}
          onAttached={(project) => {
            setAttaching(false);
            asked.change((before) => ({
              ...before,
              projects: [...before.projects.filter(({ id }) => id !== project.id), project].sort(byTitle),
            }));
            toast(`${oneLine(dataset.title)} is attached to ${oneLine(project.title)}`, { tone: 'done' });
          }}
        />
      ) : null}
    </Part>
  );
}

/** How the list came about, and whether it may lack something. */
function AskedNote({
  found,
  asked,
  waiting,
}: {
  found: DatasetProjectsView;
  asked: Asking;
  waiting: string;
}): ReactElement {
  if (asked.waiting)
    return (
      <p className="part-note muted small">
        <Spinner size={14} />
        <span>{waiting}</span>
      </p>
    );
  const lacking = found.failed > 0;
  return (
    <div className="part-note muted small">
      <Icon name={lacking ? 'warn' : 'info'} size={14} className={lacking ? 'tone-warn' : ''} />
      <span>
        {askedWords(found)}{' '}
        <button type="button" className="inline-link" onClick={asked.again}>
          {lacking ? 'Try again' : 'Ask again'}
        </button>
      </span>
    </div>
  );
}

function askedWords({ asked, failed }: DatasetProjectsView): string {
  if (asked === 0) return 'There was none to ask.';
  const all = `${asked === 1 ? 'The one project of this account was' : `${plural(asked, 'project')} of this account were`} asked`;
  if (failed === 0) return `${all}; others may use the dataset too.`;
  return `${all}, ${count(failed)} did not answer: the list may lack ${failed === 1 ? 'it' : 'some'}.`;
}

function leadOf({ role, status, description }: ProjectView): string {
  const said = status === null ? '' : oneLine(status).replace(/[-_]/g, ' ');
  return [
    role === 'admin' ? 'You administer it' : '',
    said === '' ? '' : said[0]?.toUpperCase() + said.slice(1),
    oneLine(description),
  ]
    .filter(Boolean)
    .join(' · ');
}
