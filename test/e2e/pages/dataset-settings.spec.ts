/** A dataset's Settings tab: inviting, groups, projects, API keys, deleting; by keyboard, refused, failing, slow. */
import type { Page } from '@playwright/test';
import type { CallName } from '../../../preload/contract/names.ts';
import type { FakeMain } from '../fake-main.ts';
import { HOSTILE } from '../fake-people.ts';
import { callsOf, expect, paste, test } from './stage.ts';

const ID = 'd-0';

async function openSettings(page: Page, title = 'Traffic Data'): Promise<void> {
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  await page.getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('radio', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Danger zone' })).toBeVisible();
}

function part(page: Page, name: string) {
  return page.getByRole('region', { name, exact: true });
}

function failNext(main: FakeMain, name: CallName, message: string): void {
  main.failNext.set(name, { ok: false, error: { code: 'server-error', message, details: {} } });
}

test('a pasted list of people is invited once each is an address, and each answer is shown', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'done' });
  await openSettings(page);
  const team = part(page, 'Team');
  await paste(
    page,
    'Invite by e-mail',
    'Ann Lee <ann@lab.example>, ben@lab.example\nblocked@lab.example; ann@LAB.example cleo.lab.example',
  );
  const chips = team.getByRole('list', { name: 'Who will be invited' }).getByRole('listitem');
  await expect(chips).toHaveCount(4);
  await expect(team.getByText('“cleo.lab.example” is no e-mail address.')).toBeVisible();
  await expect(team.getByRole('button', { name: 'Invite 4 people' })).toBeDisabled();
  await team.getByRole('button', { name: 'Correct cleo.lab.example' }).click();
  const field = team.getByLabel('Invite by e-mail');
  await expect(field).toHaveValue('cleo.lab.example');
  await field.fill('cleo@lab.example');
  await field.press('Enter');
  await expect(chips).toHaveCount(4);
  await expect(team.getByText('Can view the dataset and attach it to projects.')).toBeVisible();
  await team.getByRole('radio', { name: 'Admin' }).click();
  await expect(team.getByText('Making somebody an admin may not be undone here')).toBeVisible();
  await team.getByRole('radio', { name: 'User' }).click();

  failNext(main, 'team.add', 'Encord has trouble of its own.');
  await team.getByRole('button', { name: 'Invite 4 people' }).click();
  await expect(team.getByText('Encord has trouble of its own.').first()).toBeVisible();
  await team.getByRole('button', { name: 'Try again' }).click();
  const answers = team.getByRole('list', { name: 'What came of the invitation' });
  await expect(answers.getByRole('listitem')).toHaveText([
    /blocked@lab\.example.*Could not be added\. Encord does not know this address\./,
    /ben@lab\.example.*keeps it: Admin/,
    /ann@lab\.example.*Added as User/,
    /cleo@lab\.example.*Added as User/,
  ]);
  expect(callsOf(main, 'team.add').at(-1)).toEqual({
    datasetId: ID,
    emails: ['ann@lab.example', 'ben@lab.example', 'blocked@lab.example', 'cleo@lab.example'],
    role: 'user',
  });
  await expect(field).toBeFocused();
  await team.getByRole('button', { name: 'Put it back into the field' }).click();
  await expect(chips).toHaveText(['blocked@lab.example']);
  await expect(team.getByRole('link', { name: 'in Encord’s web app' })).toHaveAttribute(
    'rel',
    'noopener noreferrer',
  );
});

test('groups are found, added several at once, and removed, by keyboard; their names are text', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'done' });
  await openSettings(page);
  const groups = part(page, 'Groups');
  await expect(groups.getByRole('listitem')).toHaveCount(3);
  // What would turn the letters around is shown as a sign.
  await expect(groups.getByText(HOSTILE.replace('\u202E', '·'))).toBeVisible();
  const add = groups.getByRole('button', { name: 'Add a group' });
  await add.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add groups' });
  await expect(dialog.getByRole('combobox', { name: 'Search groups' })).toBeFocused();
  await expect(dialog.getByRole('option', { name: /Annotators/ })).toContainText('Added already as Admin');
  await page.keyboard.type('quality');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('option', { name: 'Quality' })).toHaveAttribute('aria-selected', 'true');
  await dialog.getByRole('combobox').fill('');
  await expect(dialog.getByRole('option', { name: /Annotators/ })).toBeVisible();
  for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Add 2 groups' }).press('Enter');
  await expect(groups.getByRole('listitem')).toHaveCount(5);
  await expect(add).toBeFocused();
  expect(callsOf(main, 'groups.add')).toEqual([{ datasetId: ID, groupIds: ['g-4', 'g-5'], role: 'user' }]);

  await groups.getByRole('button', { name: 'Remove Quality' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove group' }).press('Enter');
  await expect(groups.getByRole('listitem')).toHaveCount(4);
  await expect(add).toBeFocused();
});

test('projects say how many were asked; one is attached and another detached', async ({ page, open }) => {
  const main = await open({ scene: 'done' });
  const answer = main.hold('projects.ofDataset');
  await openSettings(page);
  const projects = part(page, 'Projects');
  await expect(projects.getByText(/^Asking each of your 24 projects/).first()).toBeVisible();
  answer();
  await expect(projects.getByText('24 projects of this account were asked').first()).toBeVisible();
  await expect(projects.getByRole('listitem')).toHaveCount(3);
  await expect(projects.getByRole('link', { name: 'Open Junction signs' })).toHaveAttribute(
    'target',
    '_blank',
  );

  await projects.getByRole('button', { name: 'Attach to project…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Attach to a project' });
  await expect(dialog.getByRole('option', { name: /Junction signs/ })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await page.keyboard.type('study 123');
  await expect(dialog.getByRole('option', { name: /Study 123/ })).toContainText('You do not administer it');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Attach', exact: true })).toBeDisabled();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('night shift');
  // The list follows what is typed; Enter chooses from what it shows.
  await expect(dialog.getByRole('option', { name: /Study 123/ })).toHaveCount(0);
  await expect(dialog.getByRole('option', { name: /Night shift/i }).first()).toBeVisible();
  await page.keyboard.press('Enter');
  failNext(main, 'projects.attach', 'You do not administer the dataset.');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('You do not administer the dataset.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Traffic Data is attached to Night shift')).toBeVisible();
  await expect(projects.getByRole('listitem')).toHaveCount(4);

  await projects.getByRole('button', { name: 'Detach from Junction signs' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('Encord does not document');
  await question.getByRole('button', { name: 'Detach' }).click();
  await expect(projects.getByRole('listitem')).toHaveCount(3);
  expect(callsOf(main, 'projects.detach')).toEqual([{ projectId: 'p-0', datasetId: ID }]);
  expect(callsOf(main, 'projects.ofDataset')).toHaveLength(1);
});

test('a key is shown once, becomes an account that is not switched to, and is masked ever after', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'done' });
  await openSettings(page);
  const keys = part(page, 'API access');
  await expect(keys.getByRole('listitem')).toHaveCount(2);
  await keys.getByRole('button', { name: 'Create key' }).click();
  const form = page.getByRole('dialog', { name: 'Create an API key' });
  await expect(form.getByRole('button', { name: 'Create key' })).toBeDisabled();
  await form.getByLabel('Title').fill('Ward 9 scanner');
  await form.getByLabel('Write').uncheck();
  await form.getByLabel('Read').uncheck();
  await expect(form.getByText('Choose at least one.')).toBeVisible();
  await form.getByLabel('Read').check();
  await form.getByLabel('Title').press('Enter');
  const shown = page.getByRole('dialog', { name: 'The key “Ward 9 scanner” is created' });
  await expect(shown.getByLabel('API key')).toHaveValue('pretended-key-of-no-server-z002');
  await expect(shown.getByLabel('Dataset id')).toHaveValue(ID);
  expect(callsOf(main, 'keys.create')).toEqual([
    { datasetId: ID, title: 'Ward 9 scanner', scopes: ['dataset.read'] },
  ]);

  await page.keyboard.press('Escape');
  await page
    .getByRole('dialog', { name: 'Close without copying the key?' })
    .getByRole('button', { name: 'Go back' })
    .click();
  failNext(main, 'keys.use', 'The keychain is locked.');
  await shown.getByRole('button', { name: 'Use it here as an account' }).click();
  await expect(shown.getByText('The keychain is locked.')).toBeVisible();
  await shown.getByRole('button', { name: 'Use it here as an account' }).click();
  await expect(shown.getByText('It is an account of this program now.')).toBeVisible();
  expect(main.state.snapshot.activeAccountId).toBe('lab');
  await shown.getByRole('button', { name: 'Done' }).click();
  await expect(shown).toHaveCount(0);
  await expect(keys.getByRole('listitem').last()).toContainText('••••••••z002');
  await expect(page.locator('body')).not.toContainText('pretended-key');
});

test('deleting asks for the word, goes to the web app, and the page notices when it is gone', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'done' });
  await page.context().route('https://app.encord.com/**', (route) => route.fulfill({ body: 'Encord' }));
  await openSettings(page);
  const zone = part(page, 'Danger zone');
  await zone.getByRole('button', { name: 'Delete dataset…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete “Traffic Data”?' });
  await expect(dialog).toContainText('The entire dataset is deleted. This cannot be undone.');
  await expect(dialog.getByRole('button', { name: 'Delete it in the web app' })).toBeDisabled();
  await expect(dialog.getByRole('link')).toHaveCount(0);
  await dialog.getByLabel('Type “delete” to go on').fill('delete');
  const popup = page.waitForEvent('popup');
  await dialog.getByRole('link', { name: 'Delete it in the web app' }).click();
  const web = await popup;
  expect(web.url()).toBe(`https://app.encord.com/datasets/${ID}`);
  await web.close();
  await expect(dialog).toHaveCount(0);

  const back = () => page.evaluate(() => window.dispatchEvent(new Event('focus')));
  failNext(main, 'datasets.list', 'Nothing gets through.');
  await back();
  await expect(zone.getByText('Whether it is gone could not be seen. Nothing gets through.')).toBeVisible();
  await zone.getByRole('button', { name: 'Look now' }).click();
  await expect(zone.getByText(/^It is still in Encord\./)).toBeVisible();
  main.state.datasets = main.state.datasets.filter(({ id }) => id !== ID);
  await back();
  await expect(page.getByText('Traffic Data is not in Encord any more')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Datasets' })).toBeVisible();
  expect(callsOf(main, 'datasets.list').at(-1)).toMatchObject({ search: expect.any(String) });
});

test('who may not sees why in place, and nothing is asked that would be refused', async ({ page, open }) => {
  const main = await open({ scene: 'api-key' });
  await openSettings(page);
  for (const name of ['Team', 'Groups', 'Projects', 'API access'])
    await expect(part(page, name).getByText('this needs an SSH key').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /Invite|Add a group|Attach to|Create key/ })).toHaveCount(0);
  expect(main.calls.filter(({ call }) => /^(team|groups|projects|keys)\./.test(call))).toEqual([]);
});

test('a viewer sees the groups and why nothing can be changed', async ({ page, open }) => {
  const main = await open({ scene: 'done' });
  await openSettings(page, 'Road signs of Bavaria');
  for (const name of ['Team', 'Groups', 'API access'])
    await expect(part(page, name).getByText('only its admins can')).toBeVisible();
  await expect(part(page, 'Groups').getByRole('listitem')).toHaveCount(3);
  await expect(part(page, 'Danger zone').getByText('only its admins can delete it')).toBeVisible();
  await expect(part(page, 'Projects').getByRole('button', { name: 'Attach to project…' })).toBeVisible();
  expect(callsOf(main, 'keys.list')).toEqual([]);
});

test('what could not be listed says why and is tried again; what is empty says so', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'empty' });
  failNext(main, 'groups.ofDataset', 'Groups rest.');
  failNext(main, 'projects.list', 'Projects rest.');
  failNext(main, 'keys.list', 'Keys rest.');
  await openSettings(page);
  for (const [name, why, empty] of [
    ['Groups', 'Groups rest.', 'No group has a role on this dataset.'],
    ['Projects', 'Projects rest.', 'This account has no projects yet.'],
    ['API access', 'Keys rest.', 'This dataset has no API key.'],
  ] as const) {
    await expect(part(page, name).getByText(why).first()).toBeVisible();
    await part(page, name).getByRole('button', { name: 'Try again' }).click();
    await expect(part(page, name).getByText(empty)).toBeVisible();
  }
});
