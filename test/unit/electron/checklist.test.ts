/** The table of Electron's security checklist: complete, and each test that it names is there. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const README = readFileSync(join(ROOT, 'main', 'electron', 'README.md'), 'utf8');

/** The cells of every row of every table, without the heads. */
function rows(): string[][] {
  return README.split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|# |What \|)/.test(line))
    .map((line) => line.slice(2, -2).split(' | '));
}

test('all twenty points stand in it, each with what is done and a test', () => {
  const points = rows().filter(([number]) => /^\d+$/.test(number ?? ''));
  expect(points.map(([number]) => Number(number))).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  for (const point of points) {
    expect(point).toHaveLength(4);
    expect(point[2]).toMatch(/\w.*\.$/);
  }
});

test('every test that it names is there', () => {
  const named = rows().map((row) => row.at(-1) ?? '');
  expect(named.length).toBeGreaterThan(30);
  for (const name of named) {
    const [, file = '', title = ''] = /^`([^`]+) › ([^`]+)`$/.exec(name) ?? [];
    expect([name, existsSync(join(ROOT, 'test', file)) && file !== '']).toEqual([name, true]);
    expect([name, readFileSync(join(ROOT, 'test', file), 'utf8').includes(`'${title}'`)]).toEqual([
      name,
      true,
    ]);
  }
});

test('every file that it names is there', () => {
  const named = [...README.matchAll(/`((?:main|preload)\/[\w/.-]+\.ts|[\w-]+\.ts)`/g)].map(
    ([, file = '']) => file,
  );
  expect(named.length).toBeGreaterThan(20);
  // Beside it, or from the root; `redact.ts` stands with the file beside which it lies.
  const places = [
    ROOT,
    join(ROOT, 'main', 'electron'),
    join(ROOT, 'main', 'adapters'),
    join(ROOT, 'test', 'unit', 'web'),
  ];
  expect(named.filter((file) => !places.some((place) => existsSync(join(place, file))))).toEqual([]);
});

test('Electron is one exact version', () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
});
