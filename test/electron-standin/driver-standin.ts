/** The driver over the stand-in: the program as a Node process, its window as a page of Chromium. Chosen by `choose.ts`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { until, untilEnded, untilGone, Words } from './child.ts';
import type { Desktop, Driver, Ending, LaunchOptions } from './driver.ts';
import { PRETENCE_VARIABLE, type Pretence } from './machine.ts';
import type { Answer, Notice, Order, OrderName, Orders } from './orders.ts';
import { sessionBus } from './session-bus.ts';

const REGISTER = new URL('./register.ts', import.meta.url).href;
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'dist', 'main', 'index.js');
/** The program may be kept busy by what a test does to it. */
const ANSWER_MS = 60_000;

export const standin: Driver = {
  kind: 'stand-in',
  launch: async (options) => desktopOf(new Line(options), options),
};

/** The program's process and the line of orders to it. */
class Line {
  readonly child: ChildProcess;
  readonly words = new Words();
  readonly ended: Promise<Ending>;
  readonly waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
  lastOrder = 0;
  chromium: number | null = null;

  constructor(options: LaunchOptions) {
    this.child = start(options, 'ipc');
    this.words.hear(this.child);
    this.ended = untilEnded(this.child);
    this.child.on('message', (answer: Answer | Notice) => {
      if ('standinChromium' in answer) {
        this.chromium = answer.standinChromium;
        return;
      }
      const promise = this.waiting.get(answer.standinAnswer);
      this.waiting.delete(answer.standinAnswer);
      if (answer.ok) promise?.resolve(answer.value);
      else promise?.reject(new Error(answer.reason));
    });
    void this.ended.then(() => {
      const reason = new Error(`The program has ended. It said:\n${this.words.text}`);
      for (const { reject } of this.waiting.values()) reject(reason);
      this.waiting.clear();
    });
  }

  ask<N extends OrderName>(name: N, ...args: Parameters<Orders[N]>): Promise<ReturnType<Orders[N]>> {
    return new Promise((resolve, reject) => {
      const standinOrder = ++this.lastOrder;
      const fail = (why: string) =>
        reject(new Error(`${name}: ${why} The program said:\n${this.words.text}`));
      if (!this.child.connected) return fail('the program has ended.');
      const timer = setTimeout(() => fail('there was no answer.'), ANSWER_MS);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        then();
      };
      this.waiting.set(standinOrder, {
        resolve: (value) => settle(() => resolve(value as ReturnType<Orders[N]>)),
        reject: (reason) => settle(() => reject(reason)),
      });
      this.child.send({ standinOrder, name, args } satisfies Order, (problem) => {
        if (problem) fail(problem.message);
      });
    });
  }
}

function desktopOf(line: Line, options: LaunchOptions): Desktop {
  let attached: Promise<Browser> | null = null;
  const known = new Set<string>();
  const attach = (address: string) => {
    attached ??= chromium.connectOverCDP(address);
    return attached;
  };
  // For whoever is attached a crashed page stays crashed, also when it is loaded anew.
  const detach = async () => {
    const browser = await attached?.catch(() => null);
    attached = null;
    known.clear();
    await browser?.close().catch(() => {});
  };
  const done = async (order: Promise<null>): Promise<void> => void (await order);

  return {
    kind: 'stand-in',
    async page() {
      const { address, targetId } = await until(
        'the program has a window',
        () => line.ask('page'),
        line.ended,
      );
      const browser = await attach(address);
      const page = await until('its page can be attached to', () => pageOf(browser, targetId), line.ended);
      if (!known.has(targetId)) {
        known.add(targetId);
        page.once('crash', detach);
        await page.emulateMedia({ colorScheme: null });
        await line.ask('colours');
      }
      await page.waitForURL((url) => url.protocol === 'https:');
      return page;
    },
    windows: () => line.ask('windows'),
    window: (does) => done(line.ask('window', does)),
    moveWindow: (bounds) => done(line.ask('moveWindow', bounds)),
    tray: () => line.ask('tray'),
    clickTrayMenu: (path) => done(line.ask('clickTrayMenu', path)),
    clickTray: () => done(line.ask('clickTray')),
    menu: () => line.ask('menu'),
    clickMenu: (path) => done(line.ask('clickMenu', path)),
    notifications: () => line.ask('notifications'),
    clickNotification: (index) => done(line.ask('clickNotification', index)),
    answerNext: (...answers) => done(line.ask('answerNext', answers)),
    dialogs: () => line.ask('dialogs'),
    cause: (event) => done(line.ask('cause', event)),
    machine: () => line.ask('machine'),
    drop: (paths) => done(line.ask('drop', paths)),
    async startAgain(args) {
      const second = start({ ...options, args }, null);
      line.words.hear(second);
      return untilEnded(second);
    },
    output: () => line.words.text,
    ended: line.ended,
    quit: () => done(line.ask('quit')),
    signal: (signal) => void line.child.kill(signal),
    async dispose() {
      const unforeseen = line.child.connected ? await line.ask('unforeseen').catch(() => []) : [];
      await detach();
      line.child.kill('SIGKILL');
      await line.ended;
      // It ends with the program, and until then it writes where the test is about to clean up.
      if (line.chromium !== null) await untilGone(line.chromium);
      if (unforeseen.length > 0) throw new Error(unforeseen.join('\n'));
    },
  };
}

function start(options: LaunchOptions, line: 'ipc' | null): ChildProcess {
  const { home, args = [], env = {}, displays, packaged, pac, tray } = options;
  const pretence: Pretence = {
    ...(displays === undefined ? {} : { displays }),
    ...(packaged === undefined ? {} : { packaged }),
    ...(pac === undefined ? {} : { pac }),
  };
  return spawn(process.execPath, ['--import', REGISTER, PROGRAM, ...args], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      ENCORD_UPLOADER_HOME: home,
      ...env,
      ...sessionBus(env.PATH, tray),
      [PRETENCE_VARIABLE]: JSON.stringify(pretence),
    },
    cwd: ROOT,
    stdio: line === null ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', line],
  });
}

/** The page of a window among those of the browser; null until the browser told of it. */
async function pageOf(browser: Browser, targetId: string): Promise<Page | null> {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) {
      const session = await context.newCDPSession(page).catch(() => null);
      const answer = await session?.send('Target.getTargetInfo').catch(() => null);
      await session?.detach().catch(() => {});
      if (answer?.targetInfo.targetId === targetId) return page;
    }
  }
  return null;
}
