/**
 * Measures how much work single turns of the event loop do: in time of the processor, so that a busy machine does not
 * make turns look longer than they are.
 */

export interface LoopWatch {
  /** Turns that worked for longer than `ms` milliseconds, as a share of all; the longest turn in milliseconds. */
  stop(): { share(ms: number): number; readonly longest: number };
}

export function watchLoop(): LoopWatch {
  const turns: number[] = [];
  let last = workedMs();
  const timer = setInterval(() => {
    const now = workedMs();
    turns.push(now - last);
    last = now;
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return {
        share: (ms) => turns.filter((turn) => turn > ms).length / Math.max(1, turns.length),
        longest: Math.max(0, ...turns),
      };
    },
  };
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
