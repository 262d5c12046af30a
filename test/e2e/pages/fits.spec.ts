/** Everything has its place: long words of others in the settings, narrow windows, and the tray's pictures in their squares. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { networkOf } from '../fake-network.ts';
import { expect, test } from './stage.ts';

const TRAY = join(import.meta.dirname, '..', '..', '..', 'assets', 'tray');

/** What of the elements stands out of the box to its right, or has words that do. */
function standingOut(page: Page, box: string): Promise<string[]> {
  return page.locator(box).evaluate((root) => {
    const edge = root.getBoundingClientRect().right + 1;
    return [...root.querySelectorAll<HTMLElement>('*')]
      .filter((each) => each.getBoundingClientRect().width > 1)
      .filter((each) => {
        const style = getComputedStyle(each);
        const spills = style.display !== 'inline' && style.overflowX === 'visible';
        return (
          each.getBoundingClientRect().right > edge || (spills && each.scrollWidth > each.clientWidth + 1)
        );
      })
      .map((each) => `${each.tagName} ${each.className}`);
  });
}

test('long addresses and paths break in the settings', async ({ page, open }) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  const network = networkOf(main);
  network.view = { ...network.view, proxy: `http://${'a-very-long-host-of-a-laboratory'.repeat(4)}:8080` };
  const { snapshot } = main.state;
  snapshot.settings.nextDataFolder = `/mnt/${'another_long_folder_name'.repeat(6)}`;
  const [account] = snapshot.accounts;
  if (account) account.email = `${'somebody.with.a.long.name.'.repeat(6)}@lab.example`;
  main.changed('settings', 'accounts', 'network');
  for (const width of [720, 1100]) {
    await page.setViewportSize({ width, height: 800 });
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const section = (name: string) => page.getByRole('region', { name, exact: true });
    await expect(section('Data folder')).toContainText('From the next start');
    await expect(section('Network')).toContainText('In use now');
    await expect(section('Accounts')).toContainText('somebody.with');
    for (const name of ['accounts', 'network', 'data-folder'])
      expect([width, name, await standingOut(page, `#settings-${name}`)]).toEqual([width, name, []]);
  }
});

test('a line of the datasets ends where the window does, however wide that is', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByRole('button', { name: 'Rows of Traffic Data' })).toBeVisible();
  for (const sidebar of ['wide', 'narrow']) {
    for (const width of [720, 800, 900, 1000, 1100, 1180, 1300]) {
      await page.setViewportSize({ width, height: 700 });
      const out = await standingOut(page, '[role=table][aria-label=Datasets]');
      expect([sidebar, width, out]).toEqual([sidebar, width, []]);
      // Headings and cells stand in the same columns.
      const [heads, cells] = await page
        .locator('.datasets-grid')
        .evaluateAll((rows) =>
          rows.map(
            (row) => [...row.children].filter((each) => getComputedStyle(each).display !== 'none').length,
          ),
        );
      expect([sidebar, width, heads]).toEqual([sidebar, width, cells]);
    }
    const narrower = page.getByRole('button', { name: 'Make the sidebar narrow' });
    if (sidebar === 'wide') await narrower.click();
  }
});

test('the name of each page is whole in the narrowest window, and the search gives way', async ({
  page,
  open,
}) => {
  await open({ scene: 'busy', host: 'electron' });
  await page.setViewportSize({ width: 720, height: 700 });
  for (const name of ['Uploads', 'Datasets', 'Watch folders', 'Activity', 'Settings']) {
    await page.getByRole('navigation').getByRole('button', { name }).click();
    const heading = page.locator('.page-title h1');
    await expect(heading).toHaveText(name);
    const cut = await heading.evaluate((each) => each.scrollWidth > each.clientWidth);
    expect([name, cut, await standingOut(page, '.page-head')]).toEqual([name, false, []]);
  }
});

test('the tray’s triangle has its round corners', async ({ page }) => {
  const png = readFileSync(join(TRAY, 'attention-on-light@4x.png')).toString('base64');
  const widths = await page.evaluate(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    const rows = Array.from({ length: image.height }, (_, y) =>
      Array.from({ length: image.width }, (_, x) => pixels[(y * image.width + x) * 4 + 3] ?? 0),
    );
    return rows.map((row) => row.filter((alpha) => alpha > 127).length).filter((width) => width > 0);
  }, `data:image/png;base64,${png}`);
  // Where a stroke is cut off, the first and the last line of the picture are too long for a round corner.
  expect(widths[0]).toBeLessThan(6);
  expect(widths.at(-1)).toBeLessThan(Math.max(...widths) - 4);
});
