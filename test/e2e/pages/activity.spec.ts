/** Long work: the list, one job opened, what can be done to it, and what is told of it. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { counts, ended, jobsOf, resultsOf, working } from '../fake-jobs.ts';
import type { FakeMain } from '../fake-main.ts';
import { callsOf, expect, test } from './stage.ts';

const offline = {
  ok: false,
  error: { code: 'offline', message: 'Nothing gets through to api.encord.com.', details: {} },
} as const;

const list = (page: Page) => page.getByRole('grid', { name: 'Jobs' });
const job = (page: Page, name: string) => list(page).getByRole('row').filter({ hasText: name });
const openJob = (page: Page, name: string) => job(page, name).locator('.job-title').first().click();
const panel = (page: Page) => page.getByRole('complementary', { name: /^Job/ });
const link = (page: Page) => page.getByRole('button', { name: 'Activity', exact: true });
/** What the sidebar counts. */
const counted = (page: Page) => page.getByRole('listitem').filter({ has: link(page) });
/** Titles in the order of the rows on screen. */
const titles = (page: Page) => list(page).locator('.job-title').allTextContents();

async function nothingFor(page: Page): Promise<void> {
  expect(
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
  ).toEqual([]);
}

test('an empty page teaches, a list that cannot be read is asked for again', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await link(page).click();
  await expect(page.getByRole('heading', { name: 'Long work shows up here' })).toBeVisible();
  await nothingFor(page);
  await page.getByRole('button', { name: 'Go to Datasets' }).click();
  main.failNext.set('jobs.list', offline);
  await link(page).click();
  await expect(page.getByText(offline.error.message)).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText(offline.error.message)).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Long work shows up here' })).toBeVisible();
});

test('running jobs come first, progress goes on, and what ends is told politely', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  const jobs = jobsOf(main);
  await expect(counted(page).getByRole('img', { name: '5 running' })).toBeVisible();
  await link(page).click();
  await expect(job(page, 'De-identify')).toContainText('Waits for its turn.');
  expect((await titles(page)).slice(4, 6)).toEqual(['De-identify 64 DICOM files', 'Delete 1,204 rows']);
  const download = job(page, 'Download 40 rows').first();
  await expect(download.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '30');

  const { id } = jobs.find('download-rows', 'working');
  jobs.move(id, working(counts(13, 27)));
  await expect(download).toContainText('13 of 40 downloaded.');
  await expect(page.getByTestId('job-news')).toHaveText('');
  jobs.move(id, working(counts(21, 19)));
  await expect(page.getByTestId('job-news')).toHaveText('Download 40 rows: 50%');

  // Under the pointer rows keep their place, and say what is true.
  await download.hover();
  const before = await titles(page);
  const moving = setInterval(() => void list(page).dispatchEvent('pointermove'), 100);
  jobs.move(id, ended(counts(40)));
  await expect(download).toContainText('All 40 are downloaded.');
  await expect(page.getByTestId('job-news')).toHaveText('Download 40 rows. All 40 are downloaded.');
  expect(await titles(page)).toEqual(before);
  clearInterval(moving);
  await page.getByRole('heading', { name: 'Activity' }).hover();
  await expect.poll(async () => (await titles(page)).indexOf('Download 40 rows')).toBe(4);

  await page.getByRole('radio', { name: 'Running' }).click();
  await expect(list(page)).toHaveAttribute('aria-rowcount', '4');
  await nothingFor(page);
  await page.getByRole('radio', { name: 'Finished' }).click();
  await expect(list(page)).toHaveAttribute('aria-rowcount', '4');
  await job(page, 'Attach 212').getByRole('button', { name: 'Traffic Data' }).click();
  await expect(page.getByRole('heading', { name: 'Traffic Data' })).toBeVisible();
  await page.getByRole('button', { name: 'Activity of this dataset' }).click();
  await expect(page.getByRole('button', { name: 'Remove the filter Traffic Data' })).toBeVisible();
  // Not those of another dataset, or of none.
  await expect(list(page)).toHaveAttribute('aria-rowcount', '5');
});

test('trouble is counted until it is looked at', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await expect(counted(page).getByRole('img', { name: '4 need a look' })).toBeVisible();
  await link(page).click();
  await expect(counted(page).getByRole('img', { name: '1 running' })).toBeVisible();
  await page.getByRole('button', { name: 'Uploads' }).click();
  await page.reload();
  await expect(counted(page).getByRole('img', { name: '1 running' })).toBeVisible();
  jobsOf(main).move(jobsOf(main).find('delete-rows').id, ended(counts(6, 0, 2)));
  await expect(counted(page).getByRole('img', { name: '1 needs a look' })).toBeVisible();
  await expect(page.getByTestId('job-news')).toHaveText('Delete 8 rows. 2 of 8 could not be deleted.');
});

test('ten thousand results: failed first, one in full, ids to copy, failed entries to save', async ({
  page,
  open,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const main = await open({ scene: 'failing' });
  await link(page).click();
  await openJob(page, 'Register 10,000');
  const results = page.getByRole('grid', { name: 'Results of the job' });
  await expect(results).toHaveAttribute('aria-rowcount', '3334');
  await results.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const chosen = page.getByRole('region', { name: 'The chosen result' });
  await expect(chosen).toContainText('<img src=x onerror="document.title=1">');
  await expect(chosen).toContainText('s3://traffic-lab/2026-11-20/night/cam-north_00003.mp4');
  await chosen.getByRole('button', { name: /Subtask id/ }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(resultsOf(4)[3]?.subtask);
  await nothingFor(page);

  main.failNext.set('jobs.results', offline);
  await page.getByRole('radio', { name: /^All 10,000/ }).click();
  await expect(panel(page).getByRole('alert')).toContainText(offline.error.message);
  await panel(page).getByRole('button', { name: 'Try again' }).click();
  await expect(results).toHaveAttribute('aria-rowcount', '10000');
  await results.focus();
  await page.keyboard.press('End');
  await expect(results).toContainText('_09999.mp4');

  await page.getByRole('button', { name: 'Save the failed entries…' }).click();
  await expect.poll(() => main.fetched).toEqual(['north-2026-11 - failed.json']);
  await expect(panel(page).getByRole('button', { name: /Retry/ })).toHaveCount(0);
});

test('failed, in doubt and hostile jobs: details, retry after looking, clear', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await link(page).click();
  await openJob(page, 'Re-encode 3');
  await panel(page).getByText('Details for support').click();
  await expect(panel(page)).toContainText('7f1c2e9a-5a5d');
  main.failNext.set('jobs.retry', offline);
  await panel(page).getByRole('button', { name: 'Retry' }).click();
  await expect(panel(page).getByRole('alert')).toContainText(offline.error.message);
  await panel(page).getByRole('button', { name: 'Try again' }).click();
  await expect(panel(page)).toContainText('Running');

  await openJob(page, 'Attach 12');
  await panel(page).getByRole('button', { name: 'Start again…' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('second rows of the same items');
  await question.getByRole('button', { name: 'Not now' }).click();
  expect(callsOf(main, 'jobs.retry')).toHaveLength(2);

  await openJob(page, 'onerror');
  await expect(panel(page).getByRole('heading')).toContainText('<img src=x');
  expect(await page.title()).not.toBe('1');
  await nothingFor(page);
  await panel(page).getByRole('button', { name: 'Clear', exact: true }).click();
  await question.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(panel(page)).toHaveCount(0);
  await expect(job(page, 'onerror')).toHaveCount(0);
});

test('cancelling: asked where work is done, refused in words, downloads say where they are', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  await link(page).click();
  await openJob(page, 'Register 10,000');
  await expect(panel(page)).toContainText('Encord has no way to cancel a registration into a dataset.');
  await expect(panel(page).getByRole('button', { name: 'Cancel' })).toHaveCount(0);

  await openJob(page, 'Set the metadata');
  await expect(panel(page)).toContainText('Next try');
  await panel(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel this job' }).click();
  await expect(panel(page)).toContainText('1,300 of 5,000 had been changed and stay so');
  await panel(page).getByRole('button', { name: 'Do the rest' }).click();
  await expect(panel(page).getByRole('heading')).toHaveText('Set the metadata of 3,700 rows');

  await openJob(page, 'Download 40');
  await expect(panel(page).getByRole('button', { name: 'Copy the path of the folder' })).toBeVisible();
  await panel(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(panel(page)).toContainText('Cancelled');
  expect(callsOf(main, 'jobs.cancel')).toHaveLength(2);

  await panel(page).getByRole('button', { name: 'List only the jobs of this dataset' }).click();
  await expect(page.getByRole('button', { name: 'Remove the filter Traffic Data' })).toBeVisible();
  await expect(job(page, 'Re-encode 12')).toHaveCount(0);
});

test('by keyboard alone, through thousands: move, open, close, clear', async ({ page, open }) => {
  const main: FakeMain = await open({ scene: 'large' });
  await link(page).click();
  await expect(list(page)).toHaveAttribute('aria-rowcount', '5008');
  await list(page).focus();
  await page.keyboard.press('End');
  await expect(job(page, 'Delete 5 rows')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(panel(page)).toBeFocused();
  await expect(panel(page)).toContainText('All 5 are deleted.');
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await expect(list(page)).toBeFocused();
  main.failNext.set('jobs.clear', offline);
  await page.keyboard.press('Delete');
  await expect(page.getByRole('alert')).toContainText(offline.error.message);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(list(page)).toHaveAttribute('aria-rowcount', '5007');
  await expect(job(page, 'Delete 5 rows')).toHaveCount(0);

  await page.getByRole('button', { name: 'Clear finished' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear finished' }).click();
  await expect(list(page)).toHaveAttribute('aria-rowcount', '5');
  await expect(page.getByText('Cleared 5,002 jobs')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Clear a finished job');
});

test('five pages have five keys', async ({ page, open }) => {
  await open({ scene: 'busy', host: 'electron' });
  await expect(link(page)).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.keyboard.press('ControlOrMeta+1');
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+4');
  await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+5');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});
