/**
 * Every operation of the table on the pages of the whole program, by what its cell says: one program and one page for all of
 * them. Each works on a dataset and a folder of its own.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { Lab } from '../../fixtures/lab.ts';
import { PAGE_ABSENT } from '../../operations/page-absent.ts';
import { PAGE_CHECKS } from '../../operations/page-checks.ts';
import { type Scene, seedScenes } from '../../operations/scenes.ts';
import { type PageCheck, Seat } from '../../operations/seat.ts';
import { OPERATIONS, type OperationId } from '../../operations/table.ts';
import { expect, serve, test } from './fixtures.ts';

let lab: Lab;
let scenes: ReadonlyMap<OperationId, Scene>;
let stop: (() => Promise<void>) | null = null;
let page: Page;

test.beforeAll(async ({ browser }) => {
  lab = await Lab.open({ jobDelayMs: 20 });
  scenes = await seedScenes(lab);
  const served = await serve(lab);
  stop = served.stop;
  page = await browser.newPage();
  await page.goto(served.url);
  // Whoever comes for the first time chooses a dataset before anything else.
  await page.getByRole('option').first().click();
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
});
test.afterAll(async () => {
  await page?.close();
  await stop?.();
  await lab?.close();
});

const CHECKS = Object.entries(PAGE_CHECKS) as readonly [keyof typeof PAGE_CHECKS, PageCheck][];

for (const [id, check] of CHECKS) {
  test(`${id} is where its cell says`, async () => {
    const seat = seatFor(id);
    await check(seat);
    const cell = OPERATIONS[id].page;
    for (const [, name = ''] of cell.matchAll(/\*([^*]+)\*/g)) {
      expect([...seat.named], `What the check clicked and saw, for the cell: ${cell}`).toContain(name);
    }
  });
}

const ABSENT = Object.entries(PAGE_ABSENT) as readonly [keyof typeof PAGE_ABSENT, PageCheck][];

for (const [id, check] of ABSENT) {
  test(`${id} is not there, and has a reason`, async () => {
    expect(OPERATIONS[id].page.no).toMatch(/\w+ \w+/);
    await check(seatFor(id));
  });
}

function seatFor(id: OperationId): Seat {
  const scene = scenes.get(id);
  if (!scene) throw new Error(`There is no scene for ${id}.`);
  const folder = join(lab.folder, `files of ${id}`);
  mkdirSync(folder, { recursive: true });
  return new Seat(page, lab, folder, scene);
}
