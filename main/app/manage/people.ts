/**
 * Use cases around a dataset that are about others: collaborators, groups, projects and API keys (encord-api.md C.4, C.5).
 * Called by the handlers and the command line. What Encord cannot list or remove by its API is not here; pages say so.
 */

import type {
  AddedUserView,
  DatasetProjectsView,
  GroupView,
  KeyView,
  ProjectView,
} from '../../../preload/contract/manage.ts';
import type { Answer, EncordSession } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { AddedUser, ApiKey, DatasetGroup, Group, Project, Role } from '../../core/manage/ports.ts';
import { projectPage } from '../../core/manage/web-app.ts';
import type { AccountId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import { unwrap, windowOf } from '../outcome.ts';

/** Lists that belong to the whole organisation change seldom. */
const FRESH_MS = 60_000;
/** Projects that are asked at the same time for their datasets. */
const PROJECTS_AT_ONCE = 6;
/** Keys that were created and may still be used for an account. */
const NEW_KEYS_AT_MOST = 20;
const EMAIL = /^[^\s@,;]+@[^\s@,;]+$/;

interface Kept<T> {
  /** When the answer came; null while it is awaited, however long that takes. */
  at: number | null;
  readonly value: Promise<T>;
}

/** A key made in this run, and whose it is: it goes to no other account's server. */
interface NewKey {
  readonly key: ApiKey;
  readonly account: AccountId;
  readonly datasetId: string;
}

export interface PeopleDeps {
  readonly clock: Clock;
  readonly session: (id: AccountId) => Promise<EncordSession>;
  readonly domain: (id: AccountId) => string;
  /** Adds an account for the key and leaves the active one as it is. */
  readonly addKeyAccount: (
    from: AccountId,
    key: { apiKey: string; datasetId: string; title: string },
  ) => Promise<AccountId>;
  readonly signal: AbortSignal;
}

export class People {
  readonly #deps: PeopleDeps;
  readonly #groups = new Map<AccountId, Kept<readonly Group[]>>();
  readonly #projects = new Map<AccountId, Kept<readonly Project[]>>();
  readonly #usedBy = new Map<string, Kept<DatasetProjectsView>>();
  /** Made here, by hash: the key itself is told once and otherwise stays here until the program ends. */
  readonly #newKeys = new Map<string, NewKey>();

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  // ---------------------------------------------------------------------------------------------- collaborators

  /**
   * Invites people by e-mail. All in one call; where Encord refuses that, one by one, so that one wrong address does not
   * keep the others out. Throws `invalid-input` for an address that is none, before anybody is invited.
   */
  async addUsers(
    account: AccountId,
    request: { datasetId: string; emails: readonly string[]; role: Role },
  ): Promise<AddedUserView[]> {
    const { datasetId, role } = request;
    const emails = [
      ...new Map(request.emails.map((each) => [each.trim().toLowerCase(), each.trim()])).values(),
    ];
    const wrong = emails.find((each) => !EMAIL.test(each));
    if (wrong !== undefined) {
      throw new UploaderError(
        'invalid-input',
        `${JSON.stringify(wrong)} is no e-mail address. Correct it; nobody was invited yet.`,
      );
    }
    const { team } = (await this.#deps.session(account)).manage;
    const add = (some: readonly string[]) => team.addUsers(datasetId, some, role, this.#deps.signal);
    const together = await add(emails);
    if (together.ok || emails.length === 1 || together.failure.kind !== 'refused') {
      const added = unwrap(together);
      return emails.map((email) => userView(email, role, added));
    }
    if (['forbidden', 'scope-missing', 'not-available', 'not-found'].includes(together.failure.error.code)) {
      throw together.failure.error;
    }
    const views: AddedUserView[] = [];
    /** Why nobody more is asked for: it is not about one address. */
    let stopped: string | null = null;
    for (const email of emails) {
      if (stopped !== null) {
        views.push(notAdded(email, stopped));
        continue;
      }
      const answer: Answer<readonly AddedUser[]> = await add([email]);
      if (answer.ok) {
        views.push(userView(email, role, answer.value));
        continue;
      }
      const { kind, error } = answer.failure;
      views.push(notAdded(email, error.message));
      if (kind !== 'refused') stopped = `Not tried after the one before it failed. ${error.message}`;
    }
    return views;
  }

  // ---------------------------------------------------------------------------------------------- groups

  async groupsOf(account: AccountId, datasetId: string): Promise<GroupView[]> {
    const { team } = (await this.#deps.session(account)).manage;
    return unwrap(await team.groups(datasetId, this.#deps.signal)).map(groupView);
  }

  async organisationGroups(
    account: AccountId,
    query: { search: string; offset: number; limit: number },
  ): Promise<{ total: number; rows: GroupView[] }> {
    const groups = await this.#kept(this.#groups, account, false, async () => {
      const { team } = (await this.#deps.session(account)).manage;
      return unwrap(await team.organisationGroups(this.#deps.signal));
    });
    const needle = query.search.trim().toLocaleLowerCase();
    const found = groups
      .filter(({ name, description }) => `${name}\n${description}`.toLocaleLowerCase().includes(needle))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    const { total, rows } = windowOf(found, query.offset, query.limit);
    return {
      total,
      rows: rows.map((group) => ({ ...plainGroup(group), role: null, sameOrganisation: true })),
    };
  }

  async addGroups(
    account: AccountId,
    { datasetId, groupIds, role }: { datasetId: string; groupIds: readonly string[]; role: Role },
  ): Promise<void> {
    const { team } = (await this.#deps.session(account)).manage;
    unwrap(await team.addGroups(datasetId, groupIds, role, this.#deps.signal));
  }

  async removeGroups(
    account: AccountId,
    { datasetId, groupIds }: { datasetId: string; groupIds: readonly string[] },
  ): Promise<void> {
    const { team } = (await this.#deps.session(account)).manage;
    unwrap(await team.removeGroups(datasetId, groupIds, this.#deps.signal));
  }

  // ---------------------------------------------------------------------------------------------- projects

  /** Of the account: those that it administers first, then by title. */
  async projects(
    account: AccountId,
    query: { search: string; refresh: boolean; offset: number; limit: number },
  ): Promise<{ total: number; rows: ProjectView[] }> {
    const projects = await this.#allProjects(account, query.refresh);
    const needle = query.search.trim().toLocaleLowerCase();
    const found = projects
      .filter(({ id, title }) => title.toLocaleLowerCase().includes(needle) || id === needle)
      .toSorted(
        (a, b) => Number(b.role === 'admin') - Number(a.role === 'admin') || a.title.localeCompare(b.title),
      );
    const { total, rows } = windowOf(found, query.offset, query.limit);
    return { total, rows: rows.map((project) => this.#projectView(account, project)) };
  }

  /** By asking each project of the account, since Encord keeps no such list; kept for a minute. */
  projectsOf(account: AccountId, datasetId: string, refresh: boolean): Promise<DatasetProjectsView> {
    return this.#kept(this.#usedBy, `${account} ${datasetId}`, refresh, async () => {
      const projects = await this.#allProjects(account, refresh);
      const calls = (await this.#deps.session(account)).manage.projects;
      const used: Project[] = [];
      let failed = 0;
      let next = 0;
      const work = async (): Promise<void> => {
        for (let project = projects[next++]; project !== undefined; project = projects[next++]) {
          const answer = await calls.datasets(project.id, this.#deps.signal);
          if (!answer.ok) failed += 1;
          else if (answer.value.includes(datasetId)) used.push(project);
        }
      };
      await Promise.all(Array.from({ length: PROJECTS_AT_ONCE }, work));
      used.sort((a, b) => a.title.localeCompare(b.title));
      return {
        projects: used.map((project) => this.#projectView(account, project)),
        asked: projects.length,
        failed,
      };
    });
  }

  async attach(account: AccountId, projectId: string, datasetId: string): Promise<void> {
    const { projects } = (await this.#deps.session(account)).manage;
    unwrap(await projects.attach(projectId, datasetId, this.#deps.signal));
    this.#usedBy.delete(`${account} ${datasetId}`);
  }

  async detach(account: AccountId, projectId: string, datasetId: string): Promise<void> {
    const { projects } = (await this.#deps.session(account)).manage;
    unwrap(await projects.detach(projectId, datasetId, this.#deps.signal));
    this.#usedBy.delete(`${account} ${datasetId}`);
  }

  // ---------------------------------------------------------------------------------------------- API keys

  async keys(account: AccountId, datasetId: string): Promise<KeyView[]> {
    const { keys } = (await this.#deps.session(account)).manage;
    return unwrap(await keys.list(datasetId, this.#deps.signal)).map(keyView);
  }

  /** The answer holds the key itself, this once. */
  async createKey(
    account: AccountId,
    request: { datasetId: string; title: string; scopes: readonly string[] },
  ): Promise<KeyView & { key: string }> {
    const { datasetId, title, scopes } = request;
    const { keys } = (await this.#deps.session(account)).manage;
    const made = unwrap(await keys.create(datasetId, { title, scopes }, this.#deps.signal));
    if (made.keyHash !== null) this.#newKeys.set(made.keyHash, { key: made, account, datasetId });
    for (const oldest of this.#newKeys.keys()) {
      if (this.#newKeys.size <= NEW_KEYS_AT_MOST) break;
      this.#newKeys.delete(oldest);
    }
    return { ...keyView(made), key: made.apiKey };
  }

  /** Adds an account with a key that was created in this run. Throws `not-found` for another one. */
  async useKey(account: AccountId, datasetId: string, keyHash: string): Promise<AccountId> {
    const made = this.#newKeys.get(keyHash);
    if (made?.datasetId !== datasetId || made.account !== account) {
      throw new UploaderError(
        'not-found',
        'Only a key that was created just now can be used like this. Create another one, or add an account with the key you kept.',
      );
    }
    return this.#deps.addKeyAccount(account, { apiKey: made.key.apiKey, datasetId, title: made.key.title });
  }

  /** Of an account that signed out. */
  forget(account: AccountId): void {
    this.#groups.delete(account);
    this.#projects.delete(account);
    for (const key of this.#usedBy.keys()) if (key.startsWith(`${account} `)) this.#usedBy.delete(key);
    for (const [hash, made] of this.#newKeys) if (made.account === account) this.#newKeys.delete(hash);
  }

  #allProjects(account: AccountId, refresh: boolean): Promise<readonly Project[]> {
    return this.#kept(this.#projects, account, refresh, async () => {
      const { projects } = (await this.#deps.session(account)).manage;
      return unwrap(await projects.list({ organisation: false }, this.#deps.signal));
    });
  }

  #projectView(account: AccountId, project: Project): ProjectView {
    const { id, title, description, role, status, editedAt } = project;
    const webUrl = projectPage(this.#deps.domain(account), id);
    return { id, title, description, role, status, editedAt, webUrl };
  }

  #kept<T>(kept: Map<string, Kept<T>>, key: string, refresh: boolean, ask: () => Promise<T>): Promise<T> {
    const { clock } = this.#deps;
    const before = kept.get(key);
    if (before?.at === null) return before.value;
    if (before && !refresh && Math.abs(clock.now() - before.at) < FRESH_MS) return before.value;
    const asked: Kept<T> = { at: null, value: ask() };
    kept.set(key, asked);
    asked.value.then(
      () => {
        asked.at = clock.now();
      },
      () => {
        // A failed answer is not kept: the next look asks again.
        if (kept.get(key) === asked) kept.delete(key);
      },
    );
    return asked.value;
  }
}

function userView(email: string, wanted: Role, added: readonly AddedUser[]): AddedUserView {
  const found = added.find((each) => each.email.toLowerCase() === email.toLowerCase());
  if (found === undefined)
    return notAdded(email, 'Encord said nothing of this address. Look in the web app.');
  return { email, role: found.role, kept: found.role !== null && found.role !== wanted, problem: null };
}

function notAdded(email: string, problem: string): AddedUserView {
  return { email, role: null, kept: false, problem };
}

function plainGroup({ id, name, description }: Group): Pick<GroupView, 'id' | 'name' | 'description'> {
  return { id, name, description };
}

/** Also of the groups of a storage folder. */
export function groupView(group: DatasetGroup): GroupView {
  return { ...plainGroup(group), role: group.role, sameOrganisation: group.sameOrganisation };
}

function keyView({ keyHash, title, scopes, apiKey }: ApiKey): KeyView {
  return { keyHash, title, scopes: [...scopes], ending: apiKey.length >= 12 ? apiKey.slice(-4) : '' };
}
