/** What reaches the program from outside: arguments, second starts, links, files dropped on its icon. */

import { expect, test } from 'vitest';
import { Arrivals } from '../../../main/electron/arrivals.ts';
import { handOver, readLaunch, secondLaunch } from '../../../main/electron/launch.ts';
import { placeOfLink } from '../../../main/electron/links.ts';
import type { PlaceView } from '../../../preload/contract/desktop.ts';

const DATASET = '3f1a4c52-6f7b-4b52-9d7e-0a7c2b1d4e5f';
const packaged = { folder: '/home/ada/data', packaged: true };

test('arguments are files and folders from where they were typed; switches of others are left out', () => {
  const argv = [
    '/opt/uploader',
    '--no-sandbox',
    '--original-process-start-time=13',
    'run 1/a.png',
    '/mnt/b',
    '../c.mp4',
    '-psn_0_1',
  ];
  expect(readLaunch(argv, packaged)).toEqual({
    paths: ['/home/ada/data/run 1/a.png', '/mnt/b', '/home/ada/c.mp4'],
    links: [],
    hidden: false,
  });
});

test('a program that is not packaged leaves out its own folder', () => {
  const argv = ['/electron', '--inspect=0', '/srv/uploader', '--hidden', 'a.png'];
  expect(readLaunch(argv, { ...packaged, packaged: false })).toEqual({
    paths: ['/home/ada/data/a.png'],
    links: [],
    hidden: true,
  });
});

test('links, files written as addresses, and names that look like switches', () => {
  const link = `encord-uploader://dataset/${DATASET}`;
  const argv = ['/opt/uploader', link, 'file:///data/my%20scan.dcm', '--', '--hidden', 'encord-uploader://x'];
  expect(readLaunch(argv, packaged)).toEqual({
    paths: ['/data/my scan.dcm', '/home/ada/data/--hidden', '/home/ada/data/encord-uploader:/x'],
    links: [link],
    hidden: false,
  });
});

test('what no path can be is left out', () => {
  expect(readLaunch(['/opt/uploader', `/${'x'.repeat(40_000)}`, 'a\0b'], packaged).paths).toEqual([]);
});

test('a second start hands over its own words; what Chromium made of them is taken where it did not', () => {
  const otherwise = {
    argv: ['/opt/uploader', '--allow-file-access-from-files', 'b.png'],
    folder: '/chromium',
  };
  const told = handOver(['/opt/uploader', 'a.png'], '/home/ada');
  expect(secondLaunch(JSON.parse(JSON.stringify(told)), otherwise, true).paths).toEqual(['/home/ada/a.png']);
  for (const nothing of [undefined, null, {}, { argv: 'a.png', folder: 3 }]) {
    expect(secondLaunch(nothing, otherwise, true).paths).toEqual(['/chromium/b.png']);
  }
});

test('a link opens a dataset', () => {
  const place = { kind: 'dataset', datasetId: DATASET };
  expect(placeOfLink(`encord-uploader://dataset/${DATASET}`)).toEqual(place);
  expect(placeOfLink(`encord-uploader://dataset/${DATASET.toUpperCase()}/`)).toEqual(place);
});

test.each([
  `https://dataset/${DATASET}`,
  `encord-uploader://datasets/${DATASET}`,
  `encord-uploader://dataset/${DATASET}/rows`,
  `encord-uploader://dataset/${DATASET}?delete=1`,
  `encord-uploader://dataset/${DATASET}#x`,
  `encord-uploader://ada:secret@dataset/${DATASET}`,
  `encord-uploader://dataset:80/${DATASET}`,
  'encord-uploader://dataset/../../etc/passwd',
  'encord-uploader://dataset/',
  `encord-uploader:dataset/${DATASET}`,
  `app://encord-uploader/${DATASET}`,
  '',
])('%s opens nothing', (link) => {
  expect(placeOfLink(link)).toBeNull();
});

/** Arrivals whose moment ends when the test says so. */
function arrivals() {
  const timers = new Set<() => void>();
  const opened: PlaceView[] = [];
  const made = new Arrivals((_ms, fn) => {
    timers.add(fn);
    return () => void timers.delete(fn);
  });
  return {
    made,
    opened,
    begin: () => made.begin((place) => opened.push(place)),
    timers,
    pass: () => {
      for (const timer of [...timers]) {
        timers.delete(timer);
        timer();
      }
    },
  };
}

test('what came before the program was up is opened when it is, all files as one place', () => {
  const { made, opened, begin, pass } = arrivals();
  made.add({ paths: ['/a'], links: [] });
  made.add({ paths: ['/b', '/a'], links: [`encord-uploader://dataset/${DATASET}`] });
  pass();
  expect(opened).toEqual([]);
  begin();
  const files = { kind: 'files', paths: ['/a', '/b'] };
  expect(opened).toEqual([{ kind: 'dataset', datasetId: DATASET }, files]);
});

test('files of one moment are one place; later ones are another', () => {
  const { made, opened, begin, pass, timers } = arrivals();
  begin();
  made.add({ paths: ['/a'], links: [] });
  made.add({ paths: ['/b'], links: [] });
  expect([opened, timers.size]).toEqual([[], 1]);
  pass();
  made.add({ paths: ['/c'], links: [] });
  pass();
  expect(opened).toEqual([
    { kind: 'files', paths: ['/a', '/b'] },
    { kind: 'files', paths: ['/c'] },
  ]);
});

test('a link that means nothing opens nothing, and after the end nothing is opened', () => {
  const { made, opened, begin, pass } = arrivals();
  begin();
  expect(made.add({ paths: [], links: ['encord-uploader://evil'] })).toBe(false);
  pass();
  made.add({ paths: ['/a'], links: [] });
  made.close();
  pass();
  expect(opened).toEqual([]);
});
