/**
 * `team`, `projects` and `keys`: who and what uses a dataset; groups are beside it. Registered by `manage.ts`.
 */

import type { Command } from 'commander';
import type { ProjectView } from '../../preload/contract/manage.ts';
import { UploaderError } from '../core/errors.ts';
import type { Role } from '../core/manage/ports.ts';
import { EXIT } from './exit.ts';
import {
  ALL,
  type Common,
  collect,
  common,
  datasetNamed,
  type ManageHost,
  mustBeAllowed,
  roleOption,
  runWith,
  theOne,
  type Work,
} from './manage-host.ts';
import { printList } from './manage-print.ts';
import { countText } from './words.ts';

interface WithRole extends Common {
  readonly role: Role;
}

interface KeyOptions extends Common {
  readonly title: string;
  readonly scope?: readonly string[];
}

const SCOPES = ['dataset.read', 'dataset.write'] as const;

const TEAM_HELP = `
Somebody who has a role already keeps it; the answer says which. Encord's API neither lists nor removes collaborators, so
an admin cannot be made a user again here: that is done in the web app.`;

const KEY_HELP = `
The key is printed on standard output, this once: Encord's lists show it masked. Do not let it end in a log or in the
history of a shell; \`keys create … > FILE\` in a folder that only you can read is one way.`;

export function addPeopleCommands(cli: Command, host: ManageHost): void {
  const team = cli.command('team').description('The collaborators of a dataset.');
  common(
    team
      .command('add')
      .description('Invite people to a dataset by e-mail.')
      .argument('<dataset>', 'id or title')
      .argument('<email...>')
      .addOption(roleOption()),
  )
    .addHelpText('after', TEAM_HELP)
    .action((dataset: string, emails: string[], options: WithRole) =>
      runWith(host, options, (work) => addPeople(work, dataset, emails, options.role)),
    );

  const projects = cli.command('projects').description('Projects, and the datasets that they use.');
  common(
    projects
      .command('list')
      .description('The projects of the account: those that you administer first.')
      .option('--search <text>', 'only titles that contain this', ''),
  ).action((options: Common & { readonly search: string }) =>
    runWith(host, options, (work) => listProjects(work, options.search)),
  );
  common(
    projects
      .command('of')
      .description(
        'The projects that use a dataset. Each project of the account is asked: Encord keeps no list.',
      )
      .argument('<dataset>', 'id or title'),
  ).action((dataset: string, options: Common) => runWith(host, options, (work) => projectsOf(work, dataset)));
  for (const doing of ['attach', 'detach'] as const) {
    common(
      projects
        .command(doing)
        .description(
          doing === 'attach' ? 'Let a project use a dataset.' : 'Let a project no longer use a dataset.',
        )
        .argument('<dataset>', 'id or title')
        .argument('<project>', 'id or title'),
    ).action((dataset: string, project: string, options: Common) =>
      runWith(host, options, (work) => useDataset(work, doing, dataset, project)),
    );
  }

  const keys = cli.command('keys').description('The API keys of a dataset.');
  common(keys.command('list').description('The keys, masked.').argument('<dataset>', 'id or title')).action(
    (dataset: string, options: Common) => runWith(host, options, (work) => listKeys(work, dataset)),
  );
  common(
    keys
      .command('create')
      .description('Make an API key, and print it.')
      .argument('<dataset>', 'id or title')
      .requiredOption('--title <title>', 'what to call it')
      .option('--scope <scope>', 'read or write; may be repeated, both by default', collect),
  )
    .addHelpText('after', KEY_HELP)
    .action((dataset: string, options: KeyOptions) =>
      runWith(host, options, (work) => createKey(work, dataset, options)),
    );
}

async function addPeople(work: Work, name: string, emails: readonly string[], role: Role): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  await mustBeAllowed(work, datasetId, 'team');
  const users = await program.people.addUsers(account.id, { datasetId, emails, role });
  await printList(work, users, {
    object: (user) => ({ user }),
    cells: ({ email, role: now, kept, problem }) => [
      email,
      problem ?? `${now ?? 'role not told'}${kept ? ' (had this role already and keeps it)' : ''}`,
    ],
    empty: 'Nobody was invited.',
  });
  if (role === 'admin') terminal.note('That they are admins can only be undone in the web app.');
  return users.some(({ problem }) => problem !== null) ? EXIT.failed : EXIT.ok;
}

async function listProjects(work: Work, search: string): Promise<number> {
  const { rows } = await allProjects(work, search);
  await printProjects(work, rows, 'There is no such project.');
  return EXIT.ok;
}

async function projectsOf(work: Work, name: string): Promise<number> {
  const { program, terminal, account } = work;
  const { id } = await datasetNamed(work, name);
  const { projects, asked, failed } = await program.people.projectsOf(account.id, id, true);
  await printProjects(work, projects, `None of ${countText(asked, 'project uses', 'projects use')} it.`);
  if (failed === 0) return EXIT.ok;
  terminal.note(`${countText(failed, 'project', 'projects')} of ${asked} did not answer and may use it too.`);
  return EXIT.failed;
}

async function useDataset(
  work: Work,
  doing: 'attach' | 'detach',
  name: string,
  projectName: string,
): Promise<number> {
  const { program, terminal, account } = work;
  const dataset = await datasetNamed(work, name);
  await mustBeAllowed(work, dataset.id, 'projects');
  const { rows } = await allProjects(work, '');
  const project = theOne(projectName, rows, {
    what: 'project',
    many: 'projects',
    id: ({ id }) => id,
    title: ({ title }) => title,
  });
  await program.people[doing](account.id, project.id, dataset.id);
  terminal.line(
    doing === 'attach'
      ? `${project.title} uses ${dataset.title} now.`
      : `${project.title} no longer uses ${dataset.title}.`,
  );
  terminal.object({ [`${doing}ed`]: { projectId: project.id, datasetId: dataset.id } });
  return EXIT.ok;
}

function allProjects({ program, account }: Work, search: string): Promise<{ rows: ProjectView[] }> {
  return program.people.projects(account.id, { search, refresh: true, offset: 0, limit: ALL });
}

function printProjects(work: Work, projects: readonly ProjectView[], empty: string): Promise<void> {
  return printList(work, projects, {
    object: (project) => ({ project }),
    cells: ({ id, role, status, title }) => [id, role, status, title],
    empty,
  });
}

async function listKeys(work: Work, name: string): Promise<number> {
  const { program, account } = work;
  const { id } = await datasetNamed(work, name);
  await mustBeAllowed(work, id, 'keys');
  await printList(work, await program.people.keys(account.id, id), {
    object: (apiKey) => ({ apiKey }),
    cells: ({ ending, scopes, title }) => [`…${ending}`, scopes.join(' '), title],
    empty: 'The dataset has no API key.',
  });
  return EXIT.ok;
}

async function createKey(work: Work, name: string, options: KeyOptions): Promise<number> {
  const { program, terminal, account } = work;
  const scopes = (options.scope ?? SCOPES).map(scopeOf);
  const { id: datasetId } = await datasetNamed(work, name);
  await mustBeAllowed(work, datasetId, 'keys');
  const { title } = options;
  const made = await program.people.createKey(account.id, { datasetId, title, scopes: [...new Set(scopes)] });
  terminal.line(made.key);
  terminal.object({ apiKey: made });
  terminal.note('Keep this key where only you can read it: it is shown this once.');
  return EXIT.ok;
}

function scopeOf(text: string): (typeof SCOPES)[number] {
  const scope = SCOPES.find((each) => each === text || each === `dataset.${text}`);
  if (scope) return scope;
  throw new UploaderError('invalid-input', 'A scope is read or write.');
}
