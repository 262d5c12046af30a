/**
 * Collaborators, groups, projects and API keys of a dataset through the whole program against the emulator, each looked at
 * with a second account where that shows what it came to.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import { CALLS, type CallInput, type CallOutput } from '../../../preload/contract/calls.ts';
import { ANY_DATASET } from '../../../preload/contract/manage.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { Lab } from '../../fixtures/lab.ts';

const ANN = 'ann@example.com';
const annsKey = makeKey(ANN);
const GROUPS = { readers: crypto.randomUUID(), annotators: crypto.randomUUID() };
const PROJECTS = { signs: crypto.randomUUID(), lanes: crypto.randomUUID(), foreign: crypto.randomUUID() };
const LAB = 'lab@example.com';

let lab: Lab;
let program: Program;
let labAccount: string;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'keys', { publicKey: annsKey.publicKey, email: ANN });
  await lab.control('POST', 'seed', {
    groups: [
      { name: 'Readers', description: 'Second reading', uuid: GROUPS.readers },
      { name: 'Annotators', uuid: GROUPS.annotators },
    ],
    projects: [
      { title: 'Signs', uuid: PROJECTS.signs, owner: LAB },
      { title: 'Lanes', uuid: PROJECTS.lanes, owner: LAB },
      { title: 'Another’s', uuid: PROJECTS.foreign, owner: ANN, users: [{ email: LAB, role: 'user' }] },
    ],
  });
  program = await lab.program();
  await program.start();
  labAccount = (await call('app.snapshot', null)).activeAccountId ?? '';
});

afterAll(async () => {
  await program.close();
  await lab.close();
});

/** The value of a call as its contract has it; throws what the program said no with. */
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  // The schema of the same name checks it; the map's type ties the two together.
  return CALLS[name].output.parse(answer.value) as CallOutput<N>;
}

function dataset(more: Record<string, unknown> = {}): Promise<string> {
  serial += 1;
  return lab.dataset(`People ${serial}`, more);
}

/** As Ann, whose account is kept for this run alone; afterwards the lab's is in use again. */
async function asAnn<T>(act: () => Promise<T>): Promise<T> {
  const { id } = await call('accounts.signIn', {
    method: 'ssh',
    key: annsKey.privateKey,
    passphrase: null,
    rememberPassphrase: true,
    domain: lab.emulator.url,
    name: null,
    forThisRunOnly: true,
  });
  try {
    return await act();
  } finally {
    await call('accounts.switch', { accountId: labAccount });
    await call('accounts.signOut', { accountId: id, cancelUnfinished: true });
  }
}

async function roleOf(datasetId: string): Promise<string | null | undefined> {
  const page = await call('datasets.list', {
    search: datasetId,
    listing: ANY_DATASET,
    refresh: true,
    offset: 0,
    limit: 1,
  });
  return page.rows[0]?.role;
}

describe('people', () => {
  it('are invited, see the dataset with their role, and keep a role that they had', async () => {
    const datasetId = await dataset();
    expect(await asAnn(() => roleOf(datasetId))).toBeUndefined();
    expect(await call('team.add', { datasetId, emails: [ANN, 'new@example.com'], role: 'user' })).toEqual([
      { email: ANN, role: 'user', kept: false, problem: null },
      { email: 'new@example.com', role: 'user', kept: false, problem: null },
    ]);
    expect(await asAnn(() => roleOf(datasetId))).toBe('user');
    expect(await call('team.add', { datasetId, emails: [ANN], role: 'admin' })).toEqual([
      { email: ANN, role: 'user', kept: true, problem: null },
    ]);
  });

  it('are not invited by who does not administer the dataset', async () => {
    const datasetId = await dataset({ owner: LAB, users: [{ email: ANN, role: 'user' }] });
    await asAnn(async () => {
      const invite = call('team.add', {
        datasetId,
        emails: ['a@example.com', 'b@example.com'],
        role: 'user',
      });
      await expect(invite).rejects.toThrow(/^(forbidden|scope-missing|not-found):/);
      await expect(
        call('groups.add', { datasetId, groupIds: [GROUPS.readers], role: 'user' }),
      ).rejects.toThrow(/^(forbidden|scope-missing|not-found):/);
      await expect(call('keys.list', { datasetId })).rejects.toThrow(/^(forbidden|scope-missing|not-found):/);
    });
  });
});

describe('groups', () => {
  it('are found, added with a role, given another, and removed', async () => {
    const datasetId = await dataset();
    const found = await call('groups.ofOrganisation', { search: 'second', offset: 0, limit: 10 });
    expect(found.rows.map(({ name }) => name)).toEqual(['Readers']);
    await call('groups.add', { datasetId, groupIds: [GROUPS.readers, GROUPS.annotators], role: 'user' });
    await call('groups.add', { datasetId, groupIds: [GROUPS.annotators], role: 'admin' });
    const now = await call('groups.ofDataset', { datasetId });
    expect(Object.fromEntries(now.map(({ name, role }) => [name, role]))).toEqual({
      Readers: 'user',
      Annotators: 'admin',
    });
    await call('groups.remove', { datasetId, groupIds: [GROUPS.annotators] });
    expect((await call('groups.ofDataset', { datasetId })).map(({ name }) => name)).toEqual(['Readers']);
  });
});

describe('projects', () => {
  it('take the dataset, are found by what they use, and let it go', async () => {
    const datasetId = await dataset();
    const all = await call('projects.list', { search: '', refresh: true, offset: 0, limit: 10 });
    expect(all.rows.map(({ title, role }) => [title, role])).toEqual([
      ['Lanes', 'admin'],
      ['Signs', 'admin'],
      ['Another’s', 'user'],
    ]);
    const used = () => call('projects.ofDataset', { datasetId, refresh: false });
    expect(await used()).toEqual({ projects: [], asked: 3, failed: 0 });
    await call('projects.attach', { datasetId, projectId: PROJECTS.signs });
    expect((await used()).projects.map(({ title }) => title)).toEqual(['Signs']);
    await call('projects.detach', { datasetId, projectId: PROJECTS.signs });
    expect((await used()).projects).toEqual([]);
  });

  it('of others do not take it, and one that does not answer is counted', async () => {
    const datasetId = await dataset();
    await call('projects.attach', { datasetId, projectId: PROJECTS.lanes });
    await expect(call('projects.attach', { datasetId, projectId: PROJECTS.foreign })).rejects.toThrow(
      /^(forbidden|scope-missing|not-found|bad-request):/,
    );
    // The list of projects is kept, so this hits the question to one of them.
    await lab.fault({ kind: 'api' }, { status: 403, error: 'FORBIDDEN' }, 1);
    const { asked, failed } = await call('projects.ofDataset', { datasetId, refresh: false });
    expect({ asked, failed }).toEqual({ asked: 3, failed: 1 });
    await lab.control('DELETE', 'faults');
    const again = await call('projects.ofDataset', { datasetId, refresh: true });
    expect(again.projects.map(({ title }) => title)).toEqual(['Lanes']);
    expect(again.failed).toBe(0);
  });
});

describe('API keys', () => {
  it('are created, told once, listed by their ending, and become an account without taking the place of this one', async () => {
    const datasetId = await dataset();
    expect(await call('keys.list', { datasetId })).toEqual([]);
    const made = await call('keys.create', {
      datasetId,
      title: 'Scanner',
      scopes: ['dataset.read', 'dataset.write'],
    });
    expect(made.key.endsWith(made.ending)).toBe(true);
    const listed = await call('keys.list', { datasetId });
    expect(listed).toMatchObject([{ title: 'Scanner', ending: made.ending, keyHash: made.keyHash }]);
    expect(JSON.stringify(listed)).not.toContain(made.key);

    const { accountId } = await call('keys.use', { datasetId, keyHash: made.keyHash ?? '' });
    const { activeAccountId, accounts } = await call('app.snapshot', null);
    expect(activeAccountId).toBe(labAccount);
    expect(accounts.find(({ id }) => id === accountId)).toMatchObject({
      name: 'Scanner',
      kind: 'api-key',
      datasetId,
    });
    await call('accounts.switch', { accountId });
    try {
      await expect(call('groups.ofDataset', { datasetId })).rejects.toThrow(/^not-available:.*SSH key/);
      await expect(call('projects.ofDataset', { datasetId, refresh: true })).rejects.toThrow(
        /^not-available:/,
      );
      await expect(call('keys.list', { datasetId })).rejects.toThrow(/^not-available:/);
      // The key cannot be told or used again by what holds it now.
      await expect(call('keys.use', { datasetId, keyHash: made.keyHash ?? '' })).rejects.toThrow(
        /^not-found:/,
      );
    } finally {
      await call('accounts.switch', { accountId: labAccount });
    }
  });
});
