/**
 * The machine's sleep: kept away while bytes move, where the person wants that; before it the program lets go of what is
 * on its way, after it the program goes on. Called by `program.ts`.
 */

import type { PowerMonitor, PowerSaveBlocker } from 'electron';
import type { Desk } from './desk.ts';
import { after } from './timer.ts';

/** A machine that is awake so long after it said it would sleep did not go to sleep. */
const NOT_ASLEEP_MS = 2 * 60_000;

export interface Power {
  readonly blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  readonly monitor: Pick<PowerMonitor, 'on' | 'off'>;
  /** The system ends (macOS, Linux), and waits a little until the program has ended by itself. */
  readonly shutDown: () => void;
}

export interface PowerFollower {
  /** Lets go of what is on its way, for two minutes at most: the machine may be about to sleep or to end. */
  hold(): void;
  /** Ends it, and lets the machine sleep. */
  stop(): void;
}

export function followPower(
  desk: Pick<Desk, 'program' | 'glance' | 'settings'>,
  { blocker, monitor, shutDown }: Power,
): PowerFollower {
  let blocking: number | null = null;
  const decide = () => {
    const wanted = (desk.glance.get()?.moving ?? false) && (desk.settings.get()?.desktop.keepAwake ?? false);
    if (wanted && blocking === null) blocking = blocker.start('prevent-app-suspension');
    if (!wanted) release();
  };
  const release = () => {
    if (blocking !== null) blocker.stop(blocking);
    blocking = null;
  };
  let cancel: () => void = () => undefined;
  const wake = () => {
    cancel();
    desk.program.wake();
  };
  const hold = () => {
    cancel();
    cancel = after(NOT_ASLEEP_MS, wake);
    // Nobody could be told now, and what was not written down is found at the next start.
    desk.program.suspend().catch(() => undefined);
  };
  const end = (event?: { preventDefault(): void }) => {
    // The system waits a little for those who ask.
    event?.preventDefault();
    shutDown();
  };
  monitor.on('suspend', hold);
  monitor.on('resume', wake);
  monitor.on('shutdown', end);
  const stops = [desk.glance.follow(decide), desk.settings.follow(decide)];
  decide();
  return {
    hold,
    stop() {
      for (const stop of stops) stop();
      monitor.off('suspend', hold);
      monitor.off('resume', wake);
      // `shutdown` stays: without somebody who listens, Electron tells Linux at once that it need not wait.
      cancel();
      release();
    },
  };
}
