/** Sleep, taskbar, quitting and closing, and what is kept between runs. */

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Electron from 'electron';
import { expect, onTestFinished, test, vi } from 'vitest';
import { closingDoes, tellAboutTray } from '../../../main/electron/closing.ts';
import { createKept } from '../../../main/electron/kept.ts';
import { followPower } from '../../../main/electron/power.ts';
import { mustAsk, quitAnswer, quitQuestion, quitWhenDone } from '../../../main/electron/quitting.ts';
import { badgePixels, followTaskbar, progressOf } from '../../../main/electron/taskbar.ts';
import { Asked } from '../../../main/electron/watched.ts';
import { glanceView } from '../../../preload/contract/desktop.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeApp } from '../web/fake-app.ts';
import { aGlance, FakeDesk, FakeKept, someSettings } from './fake-desk.ts';
import { FakeEvent, fake, partOf, reset } from './fake-electron.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'encord-life-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// ---------------------------------------------------------------------------------------------- kept

test('what is kept is there in the next run, readable by its owner alone', () => {
  const path = join(folder(), 'profile', 'desktop.json');
  createKept(path).write('one', { a: 1 });
  const next = createKept(path);
  next.write('two', true);
  const kept = createKept(path);
  expect([kept.read('one'), kept.read('two'), kept.read('three')]).toEqual([{ a: 1 }, true, undefined]);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['desktop.json']);
});

test.each(['', '{"one":', '[1]', 'null'])('a file that says %j is as if there were none', (text) => {
  const path = join(folder(), 'desktop.json');
  writeFileSync(path, text);
  const kept = createKept(path);
  expect([kept.read('one'), kept.read('length'), kept.read('constructor')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  kept.write('one', 1);
  expect(createKept(path).read('one')).toBe(1);
});

test('a folder that cannot be written keeps it for this run', () => {
  const path = join(folder(), 'desktop.json');
  writeFileSync(path, '{}');
  const kept = createKept(join(path, 'below', 'a', 'file'));
  kept.write('one', 1);
  expect(kept.read('one')).toBe(1);
});

// ---------------------------------------------------------------------------------------------- watched

test('the program is asked when something changed, few times for many changes, and the last one counts', async () => {
  const app = new FakeApp();
  let line = 'first';
  app.answer = async () => aGlance({ line });
  const asked = new Asked(app, 'app.glance', glanceView, (name) => name === 'changed');
  const heard: string[] = [];
  asked.follow((glance) => heard.push(glance.line));
  await asked.ask();
  for (let change = 0; change < 100; change += 1) {
    line = `change ${change}`;
    app.emit('changed', {});
    app.emit('progress', {});
  }
  await eventually(() => expect(asked.get()?.line).toBe('change 99'));
  expect(heard).toEqual(['first', 'change 99']);
  asked.close();
  expect(app.listeners.size).toBe(0);
});

test('a change while it is asked is asked for again', async () => {
  const app = new FakeApp();
  let answer = (_line: string): void => {};
  app.answer = () =>
    new Promise((resolve) => {
      answer = (line) => resolve(aGlance({ line }));
    });
  const asked = new Asked(app, 'app.glance', glanceView, () => true);
  const first = asked.ask();
  app.emit('changed', {});
  answer('old');
  await first;
  await eventually(() => expect(app.calls).toHaveLength(2));
  answer('new');
  await eventually(() => expect(asked.get()?.line).toBe('new'));
  asked.close();
});

test('a program that cannot answer leaves it as it was', async () => {
  const app = new FakeApp();
  app.answer = async () => ({ state: 'neon' });
  const asked = new Asked(app, 'app.glance', glanceView, () => true);
  await asked.ask();
  expect(asked.get()).toBeNull();
  app.handle = async () => ({
    ok: false,
    error: { code: 'data-folder-unusable', message: 'Damaged.', details: {} },
  });
  await asked.ask();
  expect(asked.get()).toBeNull();
  asked.close();
});

// ---------------------------------------------------------------------------------------------- power

function power() {
  reset();
  const desk = new FakeDesk();
  const slept: string[] = [];
  desk.program.suspend = async () => void slept.push('suspend');
  desk.program.wake = () => void slept.push('wake');
  const monitor: unknown = fake.powerMonitor;
  let ends = 0;
  const { hold, stop } = followPower(desk, {
    blocker: fake.powerSaveBlocker,
    // The double of an emitter: its events are strings as the system's are.
    monitor: monitor as Electron.PowerMonitor,
    shutDown: () => {
      ends += 1;
    },
  });
  return { desk, slept, hold, stop, ends: () => ends, blockers: () => fake.powerSaveBlocker.on.size };
}

test('the machine stays awake while bytes move, where the person wants that', () => {
  const { desk, stop, blockers } = power();
  expect(blockers()).toBe(0);
  desk.glance.set(aGlance({ moving: true }));
  desk.glance.set(aGlance({ moving: true, line: 'more' }));
  expect(blockers()).toBe(1);
  desk.settings.set(someSettings({ desktop: { startAtLogin: false, closeToTray: true, keepAwake: false } }));
  expect(blockers()).toBe(0);
  desk.settings.set(someSettings());
  expect(blockers()).toBe(1);
  desk.glance.set(aGlance());
  expect(blockers()).toBe(0);
  desk.glance.set(aGlance({ moving: true }));
  stop();
  expect([blockers(), fake.powerMonitor.eventNames()]).toEqual([0, ['shutdown']]);
});

test('sleep holds the program and waking goes on; a shutdown ends it, which the system waits for', () => {
  const { slept, ends, stop } = power();
  fake.powerMonitor.emit('suspend');
  fake.powerMonitor.emit('resume');
  expect(slept).toEqual(['suspend', 'wake']);
  const event = new FakeEvent();
  fake.powerMonitor.emit('shutdown', event);
  expect([event.prevented, ends()]).toEqual([true, 1]);
  // Linux waits only as long as somebody listens: until the process ends.
  stop();
  fake.powerMonitor.emit('shutdown', new FakeEvent());
  expect(ends()).toBe(2);
});

test('a machine that did not fall asleep after all, or did not end, goes on by itself', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { slept, hold, stop } = power();
  fake.powerMonitor.emit('suspend');
  vi.advanceTimersByTime(3 * 60_000);
  expect(slept).toEqual(['suspend', 'wake']);
  hold();
  vi.advanceTimersByTime(3 * 60_000);
  expect(slept).toEqual(['suspend', 'wake', 'suspend', 'wake']);
  stop();
});

// ---------------------------------------------------------------------------------------------- taskbar

test('the bar shows how far the work is, and stands still in colour on Windows alone', () => {
  const half = { fraction: 0.5, state: 'uploading' } as const;
  expect(progressOf(null, 'linux')).toEqual({ value: -1, mode: 'none' });
  expect(progressOf(aGlance(), 'win32')).toEqual({ value: -1, mode: 'none' });
  expect(progressOf(aGlance(half), 'linux')).toEqual({ value: 0.5, mode: 'normal' });
  expect(progressOf(aGlance({ ...half, paused: true, attention: 2 }), 'win32').mode).toBe('paused');
  expect(progressOf(aGlance({ ...half, attention: 2 }), 'win32').mode).toBe('error');
  const stands = aGlance({ state: 'attention', attention: 2 });
  expect(progressOf(stands, 'win32')).toEqual({ value: 1, mode: 'error' });
  expect(progressOf(stands, 'darwin')).toEqual({ value: -1, mode: 'none' });
});

test.each(['linux', 'win32'] as const)(
  'failures are on the badge (%s), also of a window that is made later',
  (platform) => {
    const { app } = reset();
    const desk = new FakeDesk();
    const shown: unknown[] = [];
    let open = false;
    const window = {
      setProgressBar: (value: number, options?: Electron.ProgressBarOptions) =>
        void shown.push([value, options?.mode]),
      setOverlayIcon: (_icon: unknown, text: string) => void shown.push(text),
    };
    const bar = followTaskbar(desk, {
      app,
      window: () => (open ? window : null),
      badge: () => partOf<Electron.NativeImage>('NativeImage', {}),
      platform,
    });
    desk.glance.set(aGlance({ fraction: 0.25, attention: 3 }));
    expect([app.badge, shown]).toEqual([platform === 'win32' ? 0 : 3, []]);
    open = true;
    bar.refresh();
    const mode = [0.25, 'error'];
    expect(shown).toEqual(platform === 'win32' ? [mode, '3 uploads need attention'] : [mode]);
    bar.stop();
    expect(app.badge).toBe(0);
    desk.glance.set(aGlance({ attention: 4 }));
    expect(app.badge).toBe(0);
  },
);

test('on Windows the badge is drawn when it changes, and again for a window that was hidden', () => {
  const desk = new FakeDesk();
  const drawn: string[] = [];
  const bar = followTaskbar(desk, {
    app: reset().app,
    window: () => ({
      setProgressBar: () => undefined,
      setOverlayIcon: (_icon: unknown, text: string) => void drawn.push(text),
    }),
    badge: () => partOf<Electron.NativeImage>('NativeImage', {}),
    platform: 'win32',
  });
  for (const fraction of [0.1, 0.2, 0.3]) desk.glance.set(aGlance({ fraction, attention: 1 }));
  expect(drawn).toEqual(['1 upload needs attention']);
  bar.refresh();
  expect(drawn).toEqual(['1 upload needs attention', '1 upload needs attention']);
  desk.glance.set(aGlance());
  expect(drawn.at(-1)).toBe('');
  bar.stop();
});

test('the badge’s picture is a red dot', () => {
  const { buffer, width } = badgePixels();
  const pixel = (x: number, y: number) => [...buffer.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  expect([pixel(0, 0), pixel(8, 8)]).toEqual([
    [0, 0, 0, 0],
    [0x26, 0x26, 0xdc, 255],
  ]);
});

// ---------------------------------------------------------------------------------------------- quitting

test('a person is asked where work would go on by itself, and only then', () => {
  expect(mustAsk(null)).toBe(false);
  expect(mustAsk(aGlance({ attention: 3 }))).toBe(false);
  expect(mustAsk(aGlance({ unfinished: 3, paused: true }))).toBe(false);
  expect(mustAsk(aGlance({ unfinished: 3 }))).toBe(true);
});

test('the question says what is under way and that nothing is lost', () => {
  const question = quitQuestion({ line: '312 of 1,204 · 84 MB/s · 6 min', unfinished: 892 });
  expect(question).toMatchObject({
    message: 'Uploads are under way. Quit all the same?',
    detail:
      '312 of 1,204 · 84 MB/s · 6 min.\n\nNothing is lost: what is not finished goes on at the next start.',
    buttons: ['Quit when done', 'Quit now', 'Cancel'],
    cancelId: 2,
  });
  expect([0, 1, 2, 7].map(quitAnswer)).toEqual(['when-done', 'now', 'stay', 'stay']);
});

test('it quits when the last unit is done, failed ones aside, unless that was taken back', () => {
  const desk = new FakeDesk();
  let quits = 0;
  desk.glance.set(aGlance({ unfinished: 2 }));
  const stop = quitWhenDone(desk, () => {
    quits += 1;
  });
  desk.quitWhenDone.set(true);
  desk.quitWhenDone.set(false);
  desk.glance.set(aGlance());
  expect(quits).toBe(0);
  desk.glance.set(aGlance({ unfinished: 1 }));
  desk.quitWhenDone.set(true);
  expect(quits).toBe(0);
  // Of what is paused nothing goes on by itself, and all the same it is not done.
  desk.glance.set(aGlance({ paused: true, fraction: 0.4 }));
  expect(quits).toBe(0);
  desk.glance.set(aGlance({ attention: 5 }));
  expect(quits).toBe(1);
  stop();
  desk.glance.set(aGlance({ attention: 6 }));
  expect(quits).toBe(1);
});

// ---------------------------------------------------------------------------------------------- closing

test('closing hides where there is a tray and the person wants that', () => {
  expect(closingDoes('linux', { closeToTray: true, hasTray: true })).toBe('hide');
  expect(closingDoes('darwin', { closeToTray: true, hasTray: true })).toBe('hide');
  expect(closingDoes('linux', { closeToTray: true, hasTray: false })).toBe('quit');
  expect(closingDoes('win32', { closeToTray: false, hasTray: true })).toBe('quit');
  // There the program goes on either way.
  expect(closingDoes('darwin', { closeToTray: false, hasTray: true })).toBe('hide');
});

test('that it goes on in the tray is said once ever', () => {
  const kept = new FakeKept();
  const said: string[] = [];
  for (const _time of [1, 2]) tellAboutTray(kept, 'linux', ({ body }) => said.push(body));
  expect(said).toEqual([
    'The window is closed and uploads go on. Open the program from the tray, or quit it there.',
  ]);
});
