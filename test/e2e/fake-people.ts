/**
 * People, groups, projects and API keys as the pretended main holds them; no more than the pages need to be seen at work. Used
 * by `fake-handlers.ts`.
 */
import type { GroupView, KeyView, ProjectView } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';

type PeopleCalls = Extract<
  CallName,
  `team.${string}` | `groups.${string}` | `projects.${string}` | `keys.${string}`
>;

/** What a server may send as a name: markup, and letters that turn the line around. */
export const HOSTILE = '<img src=x onerror=alert(1)> \u202Egpj.exe';

export function peopleHandlers(main: FakeMain): Pick<FakeHandlers, PeopleCalls> {
  const { scene } = main.options;
  const empty = scene === 'empty';
  const many = scene === 'large';
  const organisation = empty ? [] : groups(many ? 320 : 12);
  const all = empty ? [] : projects(many ? 640 : 24);
  const roles = new Map<string, GroupView['role']>(
    organisation.slice(0, many ? 60 : 3).map(({ id }, at) => [id, at === 0 ? 'admin' : 'user']),
  );
  const using = new Set(all.slice(0, many ? 45 : 3).map(({ id }) => id));
  const keys: KeyView[] = empty ? [] : keysOf(many ? 30 : 2);
  /** Addresses that have a role already. */
  const members = new Map<string, 'admin' | 'user'>([['ben@lab.example', 'admin']]);

  return {
    'team.add': ({ emails, role }) =>
      emails.map((email) => {
        if (email.startsWith('blocked'))
          return { email, role: null, kept: false, problem: 'Encord does not know this address.' };
        const had = members.get(email);
        members.set(email, had ?? role);
        return { email, role: had ?? role, kept: had !== undefined && had !== role, problem: null };
      }),
    'groups.ofDataset': () =>
      organisation
        .filter(({ id }) => roles.has(id))
        .map((each) => ({ ...each, role: roles.get(each.id) ?? null })),
    'groups.ofOrganisation': ({ search, offset, limit }) =>
      window(
        organisation.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())),
        offset,
        limit,
      ),
    'groups.add': ({ groupIds, role }) => {
      for (const id of groupIds) roles.set(id, role);
      return null;
    },
    'groups.remove': ({ groupIds }) => {
      for (const id of groupIds) roles.delete(id);
      return null;
    },
    'projects.list': ({ search, offset, limit }) =>
      window(
        all.filter(({ title }) => title.toLowerCase().includes(search.toLowerCase())),
        offset,
        limit,
      ),
    'projects.ofDataset': () => ({
      projects: all.filter(({ id }) => using.has(id)),
      asked: all.length,
      failed: many ? 3 : 0,
    }),
    'projects.attach': ({ projectId }) => {
      using.add(projectId);
      return null;
    },
    'projects.detach': ({ projectId }) => {
      if (!using.delete(projectId)) throw new Refusal('not-found', 'The project does not use the dataset.');
      return null;
    },
    'keys.list': () => [...keys],
    'keys.create': ({ title, scopes }) => {
      const ending = `z${String(keys.length).padStart(3, '0')}`;
      const made = { keyHash: `k-${keys.length}`, title, scopes: [...scopes], ending };
      keys.push(made);
      return { ...made, key: `pretended-key-of-no-server-${ending}` };
    },
    'keys.use': ({ datasetId, keyHash }) => {
      const made = keys.find((key) => key.keyHash === keyHash);
      const { snapshot } = main.state;
      const [first] = snapshot.accounts;
      if (!made || !first)
        throw new Refusal('not-found', 'Only a key that was created just now can be used.');
      const accountId = `account-${keyHash}`;
      snapshot.accounts = [
        ...snapshot.accounts,
        {
          ...first,
          id: accountId,
          name: made.title,
          kind: 'api-key',
          fingerprint: null,
          email: null,
          route: 'documented',
          datasetId,
        },
      ];
      main.changed('accounts');
      return { accountId };
    },
  };
}

function window<Row>(rows: readonly Row[], offset: number, limit: number): { total: number; rows: Row[] } {
  return { total: rows.length, rows: rows.slice(offset, offset + limit) };
}

const GROUPS = ['Annotators', 'Radiology readers', HOSTILE, 'Second readers', 'Quality', 'Interns 2026'];

function groups(count: number): GroupView[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `g-${at}`,
    name: GROUPS[at] ?? `Site team ${at}`,
    description: at === 1 ? 'Ward 7 and ward 9, reading on weekdays' : '',
    role: null,
    sameOrganisation: at !== 3,
  }));
}

const PROJECTS = [
  'Junction signs',
  'Lane changes at night, second reading, left bank',
  HOSTILE,
  'Night shift',
];

/** The last quarter is administered by others. */
function projects(count: number): ProjectView[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `p-${at}`,
    title: PROJECTS[at] ?? `Study ${at + 100}`,
    description: at === 0 ? 'Signs of four junctions' : '',
    role: at >= count * 0.75 ? 'user' : 'admin',
    status: at % 2 === 0 ? 'in-progress' : 'completed',
    editedAt: '2026-09-02T08:30:00Z',
    webUrl: `https://app.encord.com/projects/view/p-${at}`,
  }));
}

function keysOf(count: number): KeyView[] {
  return Array.from({ length: count }, (_, at) => ({
    keyHash: `k-${at}`,
    title: at === 0 ? 'Ward 7 scanner' : `Scanner ${at}`,
    scopes: at % 2 === 0 ? ['dataset.read', 'dataset.write'] : ['dataset.read'],
    ending: `${(at * 7919).toString(16).padStart(4, '0').slice(-4)}`,
  }));
}
