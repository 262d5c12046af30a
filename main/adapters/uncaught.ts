/**
 * Errors that nobody caught, told before the process does what it does about them; what that is stays as it was. Chosen by
 * the composition roots of the hosts, so that the log holds why a program ended.
 */

/** Tells what was thrown from now on; the result stops it. What is told must not throw. */
export type FollowUncaught = (tell: (thrown: unknown) => void) => () => void;

/** Where a promise that nobody took care of ends the process like an exception does: Node. */
export const followUncaught: FollowUncaught = (tell) => {
  process.on('uncaughtExceptionMonitor', tell);
  return () => void process.off('uncaughtExceptionMonitor', tell);
};

/**
 * Where the process goes on after such a promise: Electron, which warns on standard error. A listener takes the place of
 * that warning; in Node it would also keep the process alive.
 */
export const followUncaughtAndRejected: FollowUncaught = (tell) => {
  const stop = followUncaught(tell);
  const rejected = (reason: unknown): void => {
    console.error(reason);
    tell(reason);
  };
  process.on('unhandledRejection', rejected);
  return () => {
    stop();
    process.off('unhandledRejection', rejected);
  };
};
