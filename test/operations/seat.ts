/**
 * What a check of a page has: the page of the whole program, the ways to get about in it, and the lab behind it. What is
 * clicked, filled in or seen by its name is remembered, so that the words of a cell can be held against it. Used by
 * the checks of pages.
 */

import { expect, type Locator, type Page } from '@playwright/test';
import { z } from 'zod';
import type { EmulatorState } from '../fixtures/emulator-control.ts';
import type { Lab } from '../fixtures/lab.ts';
import type { Scene } from './scenes.ts';

type Role = Parameters<Page['getByRole']>[0];
const users = z.object({
  datasets: z.array(z.object({ dataset_hash: z.string(), groups: z.array(z.object({ name: z.string() })) })),
  projects: z.array(z.object({ title: z.string(), datasets: z.array(z.string()) })),
});

type Row = EmulatorState['datasets'][number]['rows'][number];

export type PageCheck = (seat: Seat) => Promise<void>;

export class Seat {
  readonly page: Page;
  readonly lab: Lab;
  /** A folder of this machine that is the check's own. */
  readonly folder: string;
  readonly scene: Scene;
  /** What was clicked, filled in or seen, as the page calls it. */
  readonly named = new Set<string>();

  constructor(page: Page, lab: Lab, folder: string, scene: Scene) {
    this.page = page;
    this.lab = lab;
    this.folder = folder;
    this.scene = scene;
  }

  /** By its name, which may go on after it: `Storage` is `Storage: Encord`, too. */
  find(role: Role, name: string, within: Page | Locator = this.page): Locator {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return within.getByRole(role, { name: new RegExp(`^${escaped}(?=$|[:\\s])`) });
  }

  async press(role: Role, name: string, within?: Locator): Promise<void> {
    await this.find(role, name, within).click();
    this.named.add(name);
  }

  async fill(role: Role, name: string, text: string, within?: Locator): Promise<void> {
    await this.find(role, name, within).fill(text);
    this.named.add(name);
  }

  async see(role: Role, name: string, within?: Locator): Promise<Locator> {
    const found = this.find(role, name, within);
    await expect(found).toBeVisible();
    this.named.add(name);
    return found;
  }

  /** Goes to a page of the sidebar. */
  goTo(name: string): Promise<void> {
    return this.press('button', name, this.page.getByRole('navigation', { name: 'Pages' }));
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** The list of the account's datasets, or that of its storage folders, wherever the page was before. */
  async list(which: 'Datasets' | 'Storage folders'): Promise<void> {
    await this.goTo('Datasets');
    const back = this.page.getByRole('button', { name: 'All datasets' });
    const choice = this.page.getByRole('radiogroup', { name: 'What to list' });
    const top = this.page
      .getByRole('navigation', { name: 'Storage folder' })
      .getByRole('button', { name: 'Storage', exact: true });
    await expect(back.or(choice).or(top).first()).toBeVisible();
    if (await back.isVisible()) await back.click();
    await expect(choice.or(top).first()).toBeVisible();
    if (!(await choice.isVisible())) await top.click();
    await this.press('radio', which, choice);
  }

  /** Opens a dataset, by its title. */
  async openDataset(tab: 'Data' | 'Settings' = 'Data', title = this.scene.dataset.title): Promise<void> {
    await this.list('Datasets');
    await this.fill('searchbox', 'Search datasets', title);
    await this.page.getByRole('button', { name: title, exact: true }).click();
    await expect(this.page.getByRole('heading', { name: title, exact: true })).toBeVisible();
    await this.press('radio', tab);
  }

  /** A part of a dataset's settings. */
  part(name: string): Promise<Locator> {
    return this.see('region', name);
  }

  /** Opens the menu *Add data* of the dataset that is open, and one of its entries. */
  async addData(entry: string): Promise<void> {
    await this.press('button', 'Add data');
    await this.press('menuitem', entry);
  }

  /** A line in the table of rows. */
  row(title: string): Locator {
    return this.page
      .getByRole('grid', { name: /^Rows of/ })
      .getByRole('row')
      .filter({ hasText: title });
  }

  /** Selects rows of the dataset that is open; what can be done with them. */
  async selectRows(...titles: string[]): Promise<Locator> {
    for (const [at, title] of titles.entries()) {
      await this.row(title).click(at === 0 ? {} : { modifiers: ['ControlOrMeta'] });
    }
    const bar = this.page.getByRole('toolbar', { name: 'Selected rows' });
    await expect(bar).toContainText(`${titles.length} selected`);
    return bar;
  }

  /** Opens a row beside the table. */
  async openRow(title: string): Promise<Locator> {
    await this.row(title).dblclick();
    return this.page.getByRole('complementary', { name: `Row ${title}` });
  }

  /** Opens a storage folder, found by its name; the table of what is in it. */
  async openFolder(name = this.scene.shelf.name): Promise<Locator> {
    await this.list('Storage folders');
    await this.page.getByRole('searchbox', { name: 'Search everywhere' }).fill(name);
    await this.page.getByRole('button', { name, exact: true }).click();
    return this.page.getByRole('grid', { name: `In ${name}` });
  }

  /** An entry of the menu about the folder that is open. */
  async folderMenu(entry: string): Promise<void> {
    await this.page.getByRole('button', { name: 'More for this folder' }).click();
    await this.press('menuitem', entry);
  }

  /** Selects items of the folder that is open; what can be done with them. */
  async selectItems(...names: string[]): Promise<Locator> {
    const grid = this.page.getByRole('grid', { name: /^In / });
    for (const [at, name] of names.entries()) {
      const line = grid.getByRole('row').filter({ hasText: name });
      await line.click(at === 0 ? {} : { modifiers: ['ControlOrMeta'] });
    }
    const bar = this.page.getByRole('toolbar', { name: 'Selected items' });
    await expect(bar).toContainText(`${names.length} selected`);
    return bar;
  }

  /** Opens an item of the folder that is open beside the table. */
  async openItem(name: string): Promise<Locator> {
    const grid = this.page.getByRole('grid', { name: /^In / });
    await grid.getByRole('row').filter({ hasText: name }).dblclick();
    return this.page.getByRole('complementary', { name: `Item ${name}` });
  }

  /** A job in the list of *Activity*, by words that it has. */
  async job(...words: string[]): Promise<Locator> {
    await this.goTo('Activity');
    let line = this.page.getByRole('grid', { name: 'Jobs' }).getByRole('row');
    for (const word of words) line = line.filter({ hasText: word });
    return line;
  }

  /** Rows of the scene's dataset by their titles, as the emulator has them now. */
  async rows(): Promise<ReadonlyMap<string, Row>> {
    return new Map((await this.lab.rows(this.scene.dataset.title)).map((row) => [row.title, row]));
  }

  /** Names of the groups and titles of the projects that have to do with the scene's dataset now. */
  async uses(): Promise<{ groups: string[]; projects: string[] }> {
    const { datasets, projects } = users.parse(await this.lab.control('GET', 'state'));
    const { id } = this.scene.dataset;
    const here = datasets.find((dataset) => dataset.dataset_hash === id);
    return {
      groups: here?.groups.map(({ name }) => name) ?? [],
      projects: projects.filter((project) => project.datasets.includes(id)).map(({ title }) => title),
    };
  }

  titles(): Promise<string[]> {
    return this.rows().then((rows) => [...rows.keys()].sort());
  }
}
