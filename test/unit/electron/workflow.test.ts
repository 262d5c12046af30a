/** The workflow that tests and packages on three systems: it can be read, and names what there is. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const text = readFileSync(join(ROOT, '.github/workflows/build.yml'), 'utf8');

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
const job = z.object({
  'runs-on': z.string(),
  needs: z.string().optional(),
  if: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  strategy: z.object({ matrix: z.object({ include: z.array(z.record(z.string(), z.string())) }) }).optional(),
  steps: z.array(step),
});
const { jobs, permissions } = z
  .object({
    permissions: z.record(z.string(), z.string()),
    jobs: z.object({ build: job, release: job }),
  })
  .parse(parse(text));
const steps = [...jobs.build.steps, ...jobs.release.steps];

test('the three systems are there, and a release comes of tags alone, after all of them', () => {
  const systems = jobs.build.strategy?.matrix.include.map(({ os }) => os?.split('-')[0]);
  expect(systems).toEqual(['ubuntu', 'macos', 'windows']);
  expect(jobs.release.needs).toBe('build');
  expect(jobs.release.if).toBe("startsWith(github.ref, 'refs/tags/v')");
});

test('every script and file that a step runs exists', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const lines = steps.flatMap(({ run }) => run?.split('\n') ?? []);
  const called = lines.flatMap((line) =>
    [...line.matchAll(/\bnpm (?:run )?([a-z]+)/g)].map(([, name = '']) => name),
  );
  expect(called).toEqual(expect.arrayContaining(['ci', 'test', 'package']));
  const ofNpm = ['ci', 'audit'];
  expect(called.filter((name) => !ofNpm.includes(name) && !(name in scripts))).toEqual([]);
  const files = lines.flatMap((line) =>
    [...line.matchAll(/\bnode ([\w./-]+\.[a-z]+)/g)].map(([, path = '']) => path),
  );
  expect(files).toEqual(['.setup/run.mjs', 'test/packaging/smoke.ts']);
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('advisories on dependencies are asked for once, on Linux, before anything is tested or packed', () => {
  const { steps: inOrder } = jobs.build;
  const asking = steps.filter(({ run }) => run?.includes('npm audit'));
  expect(asking.map(({ run, if: condition }) => [run, condition])).toEqual([
    ['npm audit --omit=dev --audit-level=high', "runner.os == 'Linux'"],
  ]);
  const at = inOrder.findIndex(({ run }) => run?.includes('npm audit'));
  const tests = inOrder.findIndex(({ run }) => run?.includes('npm test'));
  expect([at > inOrder.findIndex(({ run }) => run === 'npm ci'), at < tests]).toEqual([true, true]);
});

test('actions are pinned to a version, rights are as few as can be', () => {
  const used = steps.flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(3);
  for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@v\d+\.\d+\.\d+$/);
  expect(permissions).toEqual({ contents: 'read' });
  expect([jobs.build.permissions, jobs.release.permissions]).toEqual([undefined, { contents: 'write' }]);
});

test('secrets come by the environment of the steps that make a release, and by nothing else', () => {
  const holding = steps.filter((one) => JSON.stringify(one).includes('secrets.'));
  expect(holding.length).toBe(2);
  for (const { env, if: condition, run } of holding) {
    expect(condition).toContain("startsWith(github.ref, 'refs/tags/v')");
    expect(JSON.stringify(env)).toContain('secrets.');
    expect(run).not.toContain('secrets.');
  }
  // What others can name (branches, titles) is never put into a script.
  for (const { run } of steps) expect(run ?? '').not.toContain('${{');
});
