/** Plans of watch folders: given groups, titles, metadata, and files that must be what they were observed to be. */

import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileIdentity } from '../../../main/core/model.ts';
import type { GivenGroup } from '../../../main/core/plan.ts';
import { bytes, JPEG, MP4, PNG } from './heads.ts';
import { countingFiles, folderOf, like, planOf, TestLedger } from './workplace.ts';

const ALL = 1_000_000;
const TIFF = bytes('II*', 0, 8, 0, 0, 0);

function observed(paths: readonly string[]): Map<string, FileIdentity> {
  return new Map(
    paths.map((path) => {
      const { size, mtimeMs } = statSync(path);
      return [path, { size, mtimeMs }];
    }),
  );
}

function group(
  root: string,
  key: string,
  names: readonly string[],
  more: Partial<GivenGroup> = {},
): GivenGroup {
  const paths = names.map((name) => join(root, name));
  return { key, media: 'image-group', title: `Group ${key}`, paths, ...more };
}

async function settled(request: Parameters<typeof planOf>[0], ports: Parameters<typeof planOf>[1] = {}) {
  const plan = planOf({ datasetId: 'd', ...request }, ports);
  expect(await plan.settle('d')).toBe(true);
  return plan;
}

describe('given groups', () => {
  const three = { 'in/a1.png': like(PNG, '1'), 'in/a2.png': like(PNG, '22'), 'in/a3.jpg': JPEG };

  it('keep the order, the media type and the title that they were given', async () => {
    const root = folderOf({ ...three, 'in/b1.png': PNG, 'in/single.png': PNG, 'in/clip.mp4': MP4 });
    const plan = await settled({
      paths: [join(root, 'in/single.png'), join(root, 'in/a2.png'), join(root, 'in/clip.mp4')],
      groups: [
        group(root, 'a', ['in/a3.jpg', 'in/a1.png', 'in/a2.png']),
        group(root, 'b', ['in/b1.png'], { media: 'image-sequence' }),
      ],
    });
    expect(plan.totals()).toMatchObject({
      files: 6,
      units: { video: 1, image: 1, 'image-group': 1, 'image-sequence': 1 },
      listed: 4,
      refused: 0,
    });
    const units = [...plan.result().units].map(({ media, title, items }) => [
      media,
      title,
      items.map((item) => item.name),
    ]);
    expect(units).toEqual([
      ['image-group', 'Group a', ['a3.jpg', 'a1.png', 'a2.png']],
      ['image-sequence', 'Group b', ['b1.png']],
      ['video', 'clip.mp4', ['clip.mp4']],
      ['image', 'single.png', ['single.png']],
    ]);
    expect(plan.units(0, 2)).toMatchObject([
      { group: 'a', path: join(root, 'in'), files: 3 },
      { group: 'b', path: join(root, 'in'), files: 1 },
    ]);
    expect(plan.units(2, 2)).toMatchObject([{ group: null }, { group: null }]);
  });

  it('can be of many folders, and are never switched', async () => {
    const root = folderOf({ 'x/1/f.png': PNG, 'x/2/f.png': like(PNG, '2') });
    const plan = await settled({ paths: [], groups: [group(root, 'a', ['x/2/f.png', 'x/1/f.png'])] });
    expect(plan.folders()).toMatchObject([{ path: join(root, 'x'), switchable: false }]);
    expect(() => plan.setFolder(join(root, 'x'), 'single')).toThrow(/no such folder/);
    const [unit] = plan.result().units;
    expect(unit?.items.map((item) => item.path)).toEqual([join(root, 'x/2/f.png'), join(root, 'x/1/f.png')]);
  });

  it.each([
    ['an empty one', { 'in/a2.png': '' }, 'image-group', 'file-empty'],
    ['one that is no image', { 'in/a2.png': MP4 }, 'image-group', 'file-type'],
    ['one that is no frame of a sequence', { 'in/a2.png': TIFF }, 'image-sequence', 'file-type'],
    ['one that is too large', { 'in/a2.png': like(PNG, 'x'.repeat(200)) }, 'image-group', 'file-too-large'],
  ] as const)('are refused as a whole for %s', async (_, files, media, code) => {
    const root = folderOf({ ...three, ...files, 'in/single.png': PNG });
    const plan = await settled({
      paths: [join(root, 'in/single.png')],
      groups: [group(root, 'a', ['in/a1.png', 'in/a2.png', 'in/a3.jpg'], { media })],
      sizeLimitBytes: 100,
    });
    expect([...plan.result().units].map((unit) => unit.title)).toEqual(['single.png']);
    expect(plan.totals()).toMatchObject({ files: 1, bytes: PNG.length, listed: 1, refused: 1 });
    const away = [...plan.result().turnedAway];
    expect(away).toMatchObject([
      {
        kind: 'refused',
        group: 'a',
        title: 'Group a',
        media,
        path: join(root, 'in'),
        size: PNG.length + 1 + JPEG.length,
        failure: { code, details: { file: join(root, 'in/a2.png') } },
      },
    ]);
    expect(away[0]?.failure.message).toContain('its file a2.png was refused');
  });

  it.each(['a1.png', 'a3.jpg'])(
    'are refused as a whole when %s is gone, or has become a folder',
    async (name) => {
      const root = folderOf(three);
      const groups = [group(root, 'a', ['in/a1.png', 'in/a2.png', 'in/a3.jpg'])];
      rmSync(join(root, 'in', name));
      const gone = await settled({ paths: [], groups });
      expect([...gone.result().units]).toEqual([]);
      expect([...gone.result().turnedAway]).toMatchObject([
        { group: 'a', failure: { code: 'file-missing' } },
      ]);
      mkdirSync(join(root, 'in', name));
      writeFileSync(join(root, 'in', name, 'other.png'), PNG);
      const folder = await settled({ paths: [], groups });
      expect([...folder.result().units]).toEqual([]);
      expect([...folder.result().turnedAway]).toMatchObject([
        { group: 'a', failure: { code: 'file-unreadable' } },
      ]);
    },
  );

  it('are refused as a whole when a file changes while they are compared', async () => {
    const root = folderOf(three);
    const names = ['in/a1.png', 'in/a2.png', 'in/a3.jpg'];
    const ledger = new TestLedger();
    for (const content of Object.values(three)) ledger.sizes.add(`d ${content.length}`);
    const { files } = countingFiles();
    const plan = await settled(
      {
        paths: [],
        groups: [group(root, 'a', names)],
        expected: observed(names.map((name) => join(root, name))),
      },
      {
        ledger,
        files: {
          ...files,
          sha256(path, identity, signal) {
            if (path.endsWith('a2.png')) appendFileSync(path, 'more');
            return files.sha256(path, identity, signal);
          },
        },
      },
    );
    expect(plan.totals()).toMatchObject({ files: 0, bytes: 0, listed: 0, refused: 1 });
    expect([...plan.result().units]).toEqual([]);
    expect([...plan.result().turnedAway]).toMatchObject([
      { group: 'a', failure: { code: 'file-changed', details: { file: join(root, 'in/a2.png') } } },
    ]);
  });

  it('are skipped under their key, and found in the queue', async () => {
    const root = folderOf({ ...three, 'in/b1.png': PNG });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'image-sequence', Object.values(three), 'earlier');
    ledger.addActive('d', 'image-group', [join(root, 'in/b1.png')], 7);
    const plan = await settled(
      {
        paths: [],
        groups: [
          group(root, 'a', ['in/a1.png', 'in/a2.png', 'in/a3.jpg'], { media: 'image-sequence' }),
          group(root, 'b', ['in/b1.png']),
        ],
      },
      { ledger },
    );
    expect(plan.result()).toMatchObject({ twins: [7] });
    expect([...plan.result().turnedAway]).toMatchObject([
      { kind: 'skipped', group: 'a', title: 'Group a', dataHash: 'row of earlier' },
    ]);
    expect(plan.units(0, ALL)).toMatchObject([{ group: 'b', twin: 7 }]);
  });

  it('are refused for a title that Encord does not take', async () => {
    const root = folderOf({ 'a1.png': PNG });
    const plan = await settled({
      paths: [],
      groups: [group(root, 'a', ['a1.png'], { title: 'x'.repeat(301) })],
    });
    const [away] = plan.result().turnedAway;
    expect(away).toMatchObject({ group: 'a', failure: { code: 'file-name' } });
    expect(away?.failure.message).toContain('Its title has 301 characters');
  });
});

describe('expected files', () => {
  it('are refused where size or time differ, and taken where they do not', async () => {
    const root = folderOf({ 'same.png': PNG, 'longer.png': PNG, 'touched.png': PNG, 'unseen.png': PNG });
    const path = (name: string) => join(root, name);
    const expected = observed(['same.png', 'longer.png', 'touched.png'].map(path));
    appendFileSync(path('longer.png'), 'more');
    const { size, mtimeMs } = statSync(path('touched.png'));
    expected.set(path('touched.png'), { size, mtimeMs: mtimeMs - 1 });
    const plan = await settled({ paths: [...expected.keys(), path('unseen.png')], expected });
    expect([...plan.result().units].map((unit) => unit.title)).toEqual(['same.png', 'unseen.png']);
    expect(Array.from(plan.result().turnedAway, (one) => [one.title, one.failure.code])).toEqual([
      ['longer.png', 'file-changed'],
      ['touched.png', 'file-changed'],
    ]);
  });

  it('are refused where they change while they are hashed, instead of being taken as they are then', async () => {
    const root = folderOf({ 'a.png': PNG });
    const path = join(root, 'a.png');
    const ledger = new TestLedger();
    ledger.sizes.add(`d ${PNG.length}`);
    const { files } = countingFiles();
    const changing = {
      ...files,
      async sha256(...args: Parameters<typeof files.sha256>) {
        appendFileSync(path, 'more');
        return files.sha256(...args);
      },
    };
    const plan = await settled({ paths: [path], expected: observed([path]) }, { ledger, files: changing });
    expect([...plan.result().units]).toEqual([]);
    expect([...plan.result().turnedAway]).toMatchObject([{ path, failure: { code: 'file-changed' } }]);
  });

  it('are looked at by name: hidden ones are met, and no folder is entered', async () => {
    const root = folderOf({ '.hidden.png': PNG, 'sub/inside.png': PNG });
    const paths = ['.hidden.png', 'sub', 'gone.png', 'gone.png'].map((name) => join(root, name));
    const plan = await settled({ paths, expected: new Map() });
    expect([...plan.result().units].map((unit) => unit.title)).toEqual(['.hidden.png']);
    expect(Array.from(plan.result().turnedAway, (one) => [one.title, one.failure.code])).toEqual([
      ['sub', 'file-unreadable'],
      ['gone.png', 'file-missing'],
    ]);
  });

  it('come by many hundreds, each once and in order', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `f${index}.png`);
    const root = folderOf(Object.fromEntries(names.map((name) => [name, PNG])));
    const plan = await settled({ paths: [], groups: [group(root, 'a', names.toReversed())] });
    const [unit] = plan.result().units;
    expect(unit?.items.map((item) => item.name)).toEqual(names.toReversed());
    expect(plan.totals()).toMatchObject({ files: 700, met: 700, listed: 1 });
  });
});

describe('titles, metadata and marks', () => {
  it('go with their units', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': JPEG, 'f2.png': PNG, 'f1.png': PNG });
    const path = (name: string) => join(root, name);
    const plan = await settled({
      paths: [path('a.png'), path('b.png')],
      groups: [group(root, 'g', ['f2.png', 'f1.png'])],
      titles: new Map([[path('a.png'), ' Larva 7 ']]),
      metadata: ({ title, paths }) => (title === 'b.png' ? null : JSON.stringify({ title, paths })),
      watched: (paths) => ({
        group: paths.length > 1 ? 'g' : null,
        inodes: paths.map((each) => `inode of ${each}`),
      }),
    });
    const frames = [path('f2.png'), path('f1.png')];
    expect([...plan.result().units].map(({ items: _, ...unit }) => unit)).toEqual([
      {
        media: 'image-group',
        title: 'Group g',
        clientMetadata: JSON.stringify({ title: 'Group g', paths: frames }),
        watched: { group: 'g', inodes: frames.map((each) => `inode of ${each}`) },
      },
      {
        media: 'image',
        title: 'Larva 7',
        clientMetadata: JSON.stringify({ title: 'Larva 7', paths: [path('a.png')] }),
        watched: { group: null, inodes: [`inode of ${path('a.png')}`] },
      },
      {
        media: 'image',
        title: 'b.png',
        clientMetadata: null,
        watched: { group: null, inodes: [`inode of ${path('b.png')}`] },
      },
    ]);
    expect(plan.units(0, ALL).map((unit) => unit.clientMetadata)).toEqual([
      ...[...plan.result().units].map((unit) => unit.clientMetadata),
    ]);
  });

  it('leave plans alone that have none of them', async () => {
    const root = folderOf({ 'a.png': PNG });
    const plan = await settled({ paths: [root] });
    const [unit] = plan.result().units;
    expect(Object.keys(unit ?? {}).sort()).toEqual(['items', 'media', 'title']);
    expect(plan.units(0, 1)).toMatchObject([{ group: null, clientMetadata: null }]);
  });

  it('refuse a file whose title Encord does not take, and pass over an empty one', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': JPEG });
    const [a, b] = [join(root, 'a.png'), join(root, 'b.png')];
    const titles = new Map([
      [a, 'x'.repeat(301)],
      [b, '  '],
    ]);
    const plan = await settled({ paths: [a, b], titles });
    expect([...plan.result().units].map((unit) => unit.title)).toEqual(['b.png']);
    expect([...plan.result().turnedAway]).toMatchObject([{ path: a, failure: { code: 'file-name' } }]);
  });
});
