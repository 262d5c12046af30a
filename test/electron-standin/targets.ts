/**
 * Which pages Chromium has: those that windows of the program asked for, and none besides. What opens otherwise (a link
 * to a new window, `window.open`) is closed before it loads anything. Used by `page.ts`.
 */

import type { Chromium, Session } from './chromium.ts';

interface TargetInfo {
  readonly targetId: string;
  readonly type: string;
  readonly title: string;
}

/** What is known of the pages of one Chromium. */
class Targets {
  readonly chromium: Chromium;
  /** Sessions of our pages, by target. */
  readonly own = new Map<string, Session>();
  /** Pages that were asked for and are not named yet. */
  readonly asked = new Set<Promise<unknown>>();

  constructor(chromium: Chromium) {
    this.chromium = chromium;
  }

  async watch(): Promise<void> {
    const { browser } = this.chromium;
    browser.on<{ targetInfo: TargetInfo }>('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.type === 'page') void this.judge(targetInfo.targetId);
    });
    browser.on<{ targetInfo: TargetInfo }>('Target.targetInfoChanged', ({ targetInfo }) => {
      this.own.get(targetInfo.targetId)?.hear('Standin.titled', { title: targetInfo.title });
    });
    browser.on<{ targetId: string }>('Target.targetDestroyed', ({ targetId }) => {
      this.own.get(targetId)?.hear('Standin.gone', {});
      this.own.delete(targetId);
    });
    await browser.send('Target.setDiscoverTargets', { discover: true });
  }

  async open(size: { width: number; height: number }): Promise<{ targetId: string; session: Session }> {
    const made = this.chromium.browser
      .send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', newWindow: true, ...size })
      .then(async ({ targetId }) => {
        const session = await this.chromium.attach(targetId);
        this.own.set(targetId, session);
        return { targetId, session };
      });
    this.asked.add(made);
    try {
      return await made;
    } finally {
      this.asked.delete(made);
    }
  }

  async judge(targetId: string): Promise<void> {
    await Promise.allSettled([...this.asked]);
    if (this.own.has(targetId)) return;
    await this.chromium.browser.send('Target.closeTarget', { targetId }).catch(() => {});
  }
}

const known = new WeakMap<Chromium, Promise<Targets>>();

/** An empty page of a size in pixels, attached to. */
export async function openTarget(
  chromium: Chromium,
  size: { width: number; height: number },
): Promise<{ targetId: string; session: Session }> {
  const watching =
    known.get(chromium) ??
    Promise.resolve(new Targets(chromium)).then(async (targets) => {
      await targets.watch();
      return targets;
    });
  known.set(chromium, watching);
  return (await watching).open(size);
}
