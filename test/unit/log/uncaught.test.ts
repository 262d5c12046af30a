/** Errors that nobody caught: they are told, and the process does what it would have done anyway. */

import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { followUncaughtAndRejected } from '../../../main/adapters/uncaught.ts';
import type { ProgramOptions } from '../../../main/compose.ts';
import type { DesktopOptions } from '../../../main/electron/program.ts';

const root = vi.hoisted(() => ({
  desktop: null as DesktopOptions | null,
  opened: [] as ProgramOptions[],
}));

vi.mock('../../../main/electron/program.ts', () => ({
  runDesktop: (options: DesktopOptions) => {
    root.desktop = options;
  },
}));
vi.mock('../../../main/electron/utility.ts', () => ({ forkUtility: () => undefined }));
vi.mock('../../../main/compose.ts', () => ({
  openForPages: (options: ProgramOptions) => {
    root.opened.push(options);
  },
}));

const UNCAUGHT = new URL('../../../main/adapters/uncaught.ts', import.meta.url).href;

/** A process that follows by this name and then does that; what it printed, and how it ended. */
function run(name: string, does: string): { code: number | null; told: string[]; errors: string } {
  const script = `import { ${name} as follow } from ${JSON.stringify(UNCAUGHT)};
    const stop = follow((thrown) => console.log('told ' + thrown.message));
    setTimeout(() => console.log('goes on'), 50);
    ${does}`;
  // As Electron runs its main process.
  const like = name === 'followUncaught' ? [] : ['--unhandled-rejections=warn-with-error-code'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...like, '--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return { code: status, told: stdout.split('\n').filter(Boolean), errors: stderr };
}

const THROWS = "setTimeout(() => { throw new Error('planted'); });";
const REJECTS = "void Promise.reject(new Error('planted'));";

describe('errors that nobody caught', () => {
  it.each([
    ['an exception in Node', 'followUncaught', THROWS],
    ['a promise in Node', 'followUncaught', REJECTS],
    ['an exception in Electron', 'followUncaughtAndRejected', THROWS],
  ])('are told, and end the process as ever: %s', (_what, name, does) => {
    const { code, told, errors } = run(name, does);
    expect([code, told]).toEqual([1, ['told planted']]);
    expect(errors).toContain('Error: planted');
  });

  it('are told of a promise in Electron, which goes on and says so', () => {
    const { code, told, errors } = run('followUncaughtAndRejected', REJECTS);
    expect([code, told]).toEqual([0, ['told planted', 'goes on']]);
    expect(errors).toContain('Error: planted');
  });

  it.each([
    ['followUncaught', REJECTS],
    ['followUncaughtAndRejected', THROWS],
  ])('are not told once that has stopped: %s', (name, does) => {
    const { code, told } = run(name, `stop(); ${does}`);
    expect([code, told]).toEqual([1, []]);
  });

  it('are followed by the desktop program', async () => {
    await import('../../../main/index.ts');
    await root.desktop?.open({} as Parameters<DesktopOptions['open']>[0]);
    expect(root.opened.map((options) => options.followUncaught)).toEqual([followUncaughtAndRejected]);
  });
});
