/**
 * People, groups, projects and keys of a dataset against a pretended Encord: who is invited when one address is refused, what
 * is kept and for how long, and where a new key may go. What the calls themselves do is tested against the emulator.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { People } from '../../../main/app/manage/people.ts';
import type { Answer, CallFailure, EncordSession } from '../../../main/core/encord-port.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { AddedUser, ApiKey, Project } from '../../../main/core/manage/ports.ts';
import { management, type SomeManagement } from '../../fixtures/management.ts';

const LAB = 'lab';
const OTHER = 'other';
const DATASET = 'dataset-1';
const KEY: ApiKey = { apiKey: 'a-secret-of-these-tests-3f9a', title: 'Scanner', keyHash: 'k1', scopes: [] };

let calls: SomeManagement;
let asked: string[];
let now: number;
let added: { from: string; apiKey: string; datasetId: string; title: string }[];
let people: People;

beforeEach(() => {
  calls = {};
  asked = [];
  now = 1_000_000;
  added = [];
  people = new People({
    clock: { ...createClock(), now: () => now },
    session: async () => session(),
    domain: (id) => (id === LAB ? 'https://api.encord.com' : 'https://encord.example'),
    addKeyAccount: async (from, key) => {
      added.push({ from, ...key });
      return 'made';
    },
    signal: new AbortController().signal,
  });
});

function session(): EncordSession {
  const refuse = () => Promise.reject(new Error('not asked for here'));
  return {
    check: refuse,
    route: () => {
      throw new Error('not asked for here');
    },
    resolveTarget: refuse,
    datasets: refuse,
    dataset: refuse,
    createDataset: refuse,
    rows: refuse,
    folders: refuse,
    manage: management(calls),
  };
}

const yes = <T>(value: T): Answer<T> => ({ ok: true, value });

function no(kind: 'refused' | 'never-sent', code: UploaderError['code'], message: string): Answer<never> {
  const failure: CallFailure = { kind, error: new UploaderError(code, message) };
  return { ok: false, failure };
}

function project(id: string, more: Partial<Project> = {}): Project {
  return {
    id,
    title: id,
    description: '',
    role: 'admin',
    status: null,
    createdAt: null,
    editedAt: null,
    ...more,
  };
}

describe('inviting', () => {
  /** Adds everybody but those that `answer` says no to. */
  function encordAdds(
    answer: (emails: readonly string[]) => Answer<never> | null,
    had: readonly AddedUser[] = [],
  ): void {
    calls = {
      team: {
        addUsers: async (_dataset, emails, role) => {
          asked.push(emails.join(' '));
          return (
            answer(emails) ??
            yes(emails.map((email) => had.find((each) => each.email === email) ?? { email, role }))
          );
        },
      },
    };
  }

  it('asks once for all of them, each address once in whatever case, and says who kept another role', async () => {
    encordAdds(() => null, [{ email: 'Ben@lab.example', role: 'admin' }]);
    const emails = ['ann@lab.example', ' Ben@lab.example ', 'ANN@lab.example'];
    expect(await people.addUsers(LAB, { datasetId: DATASET, emails, role: 'user' })).toEqual([
      { email: 'ANN@lab.example', role: 'user', kept: false, problem: null },
      { email: 'Ben@lab.example', role: 'admin', kept: true, problem: null },
    ]);
    expect(asked).toEqual(['ANN@lab.example Ben@lab.example']);
  });

  it('invites nobody where one text is no address', async () => {
    encordAdds(() => null);
    const emails = ['ann@lab.example', 'ben at lab'];
    await expect(people.addUsers(LAB, { datasetId: DATASET, emails, role: 'user' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('"ben at lab"'),
    });
    expect(asked).toEqual([]);
  });

  it('goes on one by one where Encord refuses the whole, so that one address does not keep the others out', async () => {
    encordAdds((emails) =>
      emails.includes('ben@lab.example') ? no('refused', 'bad-request', 'Ben is blocked.') : null,
    );
    const emails = ['ann@lab.example', 'ben@lab.example', 'cleo@lab.example'];
    expect(await people.addUsers(LAB, { datasetId: DATASET, emails, role: 'admin' })).toMatchObject([
      { role: 'admin', problem: null },
      { role: null, problem: 'Ben is blocked.' },
      { role: 'admin', problem: null },
    ]);
  });

  it('asks for nobody more once the trouble is not about an address', async () => {
    encordAdds((emails) => {
      if (emails.length > 1) return no('refused', 'bad-request', 'One of them is blocked.');
      return emails[0] === 'ben@lab.example' ? no('never-sent', 'offline', 'Nothing gets through.') : null;
    });
    const emails = ['ann@lab.example', 'ben@lab.example', 'cleo@lab.example', 'dana@lab.example'];
    const views = await people.addUsers(LAB, { datasetId: DATASET, emails, role: 'user' });
    expect(views.map(({ problem }) => problem)).toEqual([
      null,
      'Nothing gets through.',
      expect.stringContaining('Not tried'),
      expect.stringContaining('Not tried'),
    ]);
    expect(asked).toEqual([emails.join(' '), 'ann@lab.example', 'ben@lab.example']);
  });

  it('throws where the account may not invite at all, and an address that Encord passes over is said', async () => {
    encordAdds(() => no('refused', 'forbidden', 'Only admins may.'));
    const two = { datasetId: DATASET, emails: ['ann@lab.example', 'ben@lab.example'], role: 'user' as const };
    await expect(people.addUsers(LAB, two)).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toHaveLength(1);
    calls = { team: { addUsers: async () => yes([{ email: 'ann@lab.example', role: null }]) } };
    expect(await people.addUsers(LAB, two)).toMatchObject([
      { role: null, kept: false, problem: null },
      { role: null, problem: expect.stringContaining('said nothing') },
    ]);
  });
});

describe('projects', () => {
  const all = (refresh = false) => people.projects(LAB, { search: '', refresh, offset: 0, limit: 10 });

  it('are listed with those that the account administers first, found by title or whole id, kept for a minute', async () => {
    calls = {
      projects: {
        list: async () => {
          asked.push('list');
          return yes([project('b', { role: 'user', title: 'Alpha' }), project('z'), project('m')]);
        },
      },
    };
    expect((await all()).rows.map(({ id }) => id)).toEqual(['m', 'z', 'b']);
    expect((await people.projects(LAB, { search: 'alp', refresh: false, offset: 0, limit: 10 })).total).toBe(
      1,
    );
    expect(asked).toEqual(['list']);
    now += 61_000;
    await all();
    await all(true);
    expect(asked).toEqual(['list', 'list', 'list']);
  });

  it('that use a dataset are found by asking each; those that do not answer are counted', async () => {
    calls = {
      projects: {
        list: async () => yes(['c', 'a', 'b', 'd'].map((id) => project(id))),
        datasets: async (id) => {
          if (id === 'b') return no('never-sent', 'offline', 'Nothing gets through.');
          return yes(id === 'd' ? ['another'] : [DATASET]);
        },
      },
    };
    const found = await people.projectsOf(LAB, DATASET, false);
    expect(found.projects.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(found).toMatchObject({ asked: 4, failed: 1 });
    expect(found.projects[0]?.webUrl).toMatch(/^https:\/\/app\.encord\.com\//);
  });

  it('are asked by one round at a time, however long it takes, and again after one was attached', async () => {
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    calls = {
      projects: {
        list: async () => yes([project('a')]),
        datasets: async (id) => {
          asked.push(id);
          await held;
          return yes([]);
        },
        attach: async () => yes(null),
      },
    };
    const first = people.projectsOf(LAB, DATASET, false);
    await expect.poll(() => asked).toEqual(['a']);
    now += 600_000;
    const second = people.projectsOf(LAB, DATASET, true);
    answer();
    expect(await second).toBe(await first);
    // The minute counts from the answer.
    now += 59_000;
    await people.projectsOf(LAB, DATASET, false);
    expect(asked).toEqual(['a']);
    await people.attach(LAB, 'a', DATASET);
    await people.projectsOf(LAB, DATASET, false);
    expect(asked).toEqual(['a', 'a']);
  });

  it('that could not be listed are asked for again by the next look', async () => {
    calls = { projects: { list: async () => no('never-sent', 'offline', 'Nothing gets through.') } };
    await expect(all()).rejects.toMatchObject({ code: 'offline' });
    calls = { projects: { list: async () => yes([project('a')]) } };
    expect((await all()).total).toBe(1);
  });
});

describe('API keys', () => {
  beforeEach(() => {
    calls = {
      keys: { list: async () => yes([KEY, { ...KEY, apiKey: 'short' }]), create: async () => yes(KEY) },
    };
  });
  const create = () =>
    people.createKey(LAB, { datasetId: DATASET, title: 'Scanner', scopes: ['dataset.read'] });

  it('are listed by their endings, and a short one not even by that', async () => {
    const views = await people.keys(LAB, DATASET);
    expect(views.map(({ ending }) => ending)).toEqual(['3f9a', '']);
    expect(JSON.stringify(views)).not.toContain('a-secret');
  });

  it('are told once when they are made, and can be used here from then on', async () => {
    expect(await create()).toMatchObject({ key: KEY.apiKey, ending: '3f9a', keyHash: 'k1' });
    expect(await people.useKey(LAB, DATASET, 'k1')).toBe('made');
    expect(added).toEqual([{ from: LAB, apiKey: KEY.apiKey, datasetId: DATASET, title: 'Scanner' }]);
  });

  it('go to no other account, whose server may be another, to no other dataset, and nowhere after signing out', async () => {
    await create();
    await expect(people.useKey(OTHER, DATASET, 'k1')).rejects.toMatchObject({ code: 'not-found' });
    await expect(people.useKey(LAB, 'dataset-2', 'k1')).rejects.toMatchObject({ code: 'not-found' });
    people.forget(LAB);
    await expect(people.useKey(LAB, DATASET, 'k1')).rejects.toMatchObject({ code: 'not-found' });
    expect(added).toEqual([]);
  });
});

describe('groups of the organisation', () => {
  it('are searched by name and description, and come in windows', async () => {
    const group = (name: string, description = '') => ({ id: name, name, description, createdAt: null });
    calls = {
      team: {
        organisationGroups: async () =>
          yes([group('Readers'), group('Annotators', 'Second read'), group('Admins')]),
      },
    };
    const find = (search: string, limit = 10) => people.organisationGroups(LAB, { search, offset: 0, limit });
    expect((await find('READ')).rows.map(({ name }) => name)).toEqual(['Annotators', 'Readers']);
    expect(await find('', 1)).toMatchObject({ total: 3, rows: [{ name: 'Admins' }] });
  });
});
