/** A program that ends by an error that nobody caught leaves the reason in its log, without the secrets in it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOG_FILE } from '../../main/adapters/log.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';

/** Of the secret: the source of what goes wrong is named by the stack, and is not to hold it. */
const PART = 'S1GN4TURE';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
});

afterAll(() => lab?.close());

test.each([
  ['an exception', 'throw bug;'],
  ['a promise', 'void Promise.reject(bug);'],
])('%s', async (what, does) => {
  const home = join(lab.folder, what);
  // Loaded before the program: it goes wrong when it is told to.
  const preload = `process.on('SIGUSR2', function planted() {
    const bug = new RangeError('Authorization: Bearer ' + '${PART}'.repeat(9), { cause: new Error('the cause of it') });
    ${does}
  });`;
  const { child, ended } = lab.start(['serve', '--no-open'], {
    ENCORD_UPLOADER_HOME: home,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
  });
  let output = '';
  child.stdout?.on('data', (text: string) => {
    output += text;
  });
  await eventually(() => expect(output).toContain('http://'));
  child.kill('SIGUSR2');
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('RangeError')]);
  const text = readFileSync(join(home, 'logs', LOG_FILE), 'utf8');
  const last: unknown = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({
    level: 'error',
    message: 'The program met an error that nobody caught.',
    cause: {
      name: 'RangeError',
      message: 'Authorization: [redacted]',
      stack: expect.stringContaining('planted'),
      cause: { message: 'the cause of it' },
    },
  });
  expect(text).not.toContain(PART.repeat(2));
});
