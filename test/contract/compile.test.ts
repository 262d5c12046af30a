/**
 * The contract is held by the compiler: a call or event without schema, a call without handler, and a handler that
 * answers something else do not compile. Each is planted in a copy of the sources, which compiles without it.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const NAMES = 'preload/contract/names.ts';
const CALLS = 'preload/contract/calls.ts';
const HANDLERS = 'main/app/handlers.ts';
const EVENTS = 'preload/contract/events.ts';
const ERRORS = 'preload/contract/errors.ts';

let copy = '';

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'encord-contract-'));
  for (const part of [
    'package.json',
    'tsconfig.json',
    'preload/contract',
    'main/app',
    'main/core',
    'main/adapters',
  ])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  writeFileSync(
    join(copy, 'contract.json'),
    JSON.stringify({
      extends: './tsconfig.json',
      compilerOptions: { incremental: true, tsBuildInfoFile: './build-info' },
      include: ['main/app', 'preload/contract'],
      exclude: [],
    }),
  );
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The errors of the compiler, a line each. */
function compile(): string[] {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', join(copy, 'contract.json'), '--pretty', 'false'], {
      cwd: copy,
      encoding: 'utf8',
    });
    return [];
  } catch (reason) {
    if (!(reason instanceof Error) || !('stdout' in reason)) throw reason;
    return String(reason.stdout)
      .split('\n')
      .filter((line) => line.includes(': error TS'));
  }
}

/** Changes a source of the copy, compiles, and puts it back. A text that is not there is an error of this test. */
function compileWith(changes: readonly (readonly [file: string, from: string, to: string])[]): string[] {
  const before = changes.map(([file]) => [file, readFileSync(join(copy, file), 'utf8')] as const);
  try {
    for (const [file, from, to] of changes) {
      const source = readFileSync(join(copy, file), 'utf8');
      if (!source.includes(from)) throw new Error(`${file} does not hold ${from}`);
      writeFileSync(join(copy, file), source.replace(from, to));
    }
    return compile();
  } finally {
    for (const [file, source] of before) writeFileSync(join(copy, file), source);
  }
}

describe('the compiler', () => {
  it('takes the contract as it is', () => {
    expect(compile()).toEqual([]);
  }, 60_000);

  it.each([
    {
      what: 'a call without schema and handler',
      changes: [[NAMES, "'app.openFolder',", "'app.openFolder', 'app.planted',"]],
      found: [CALLS, HANDLERS],
      says: 'app.planted',
    },
    {
      what: 'a call with a schema and without handler',
      changes: [
        [NAMES, "'app.openFolder',", "'app.openFolder', 'app.planted',"],
        [
          CALLS,
          "  'app.snapshot':",
          "  'app.planted': { input: nothing, output: nothing },\n  'app.snapshot':",
        ],
      ],
      found: [HANDLERS],
      says: 'app.planted',
    },
    {
      what: 'a call whose handler was taken away',
      changes: [[HANDLERS, "    'drops.open': () => drops.open(),\n", '']],
      found: [HANDLERS],
      says: 'drops.open',
    },
    {
      what: 'a handler that answers something else',
      changes: [[HANDLERS, "'drops.open': () => drops.open(),", "'drops.open': () => null,"]],
      found: [HANDLERS],
      says: 'dropId',
    },
    {
      what: 'an event without schema',
      changes: [[NAMES, "['changed',", "['planted', 'changed',"]],
      found: [EVENTS],
      says: 'planted',
    },
    {
      what: 'an error code that only the contract knows',
      changes: [[ERRORS, "  'offline',", "  'planted',\n  'offline',"]],
      found: ['main/app/code-lists.ts'],
      says: 'never',
    },
  ] as const)('refuses $what', ({ changes, found, says }) => {
    const errors = compileWith(changes);
    for (const file of found) expect(errors.filter((line) => line.startsWith(`${file}(`))).not.toEqual([]);
    // What was planted is named, so that the failure is about it and nothing else.
    expect(errors.join('\n')).toContain(says);
  });
});
