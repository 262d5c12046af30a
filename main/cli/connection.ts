/** `check-connection`. */

import type { CheckStepView } from '../../preload/contract/desktop.ts';
import type { Program } from '../app/program.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

const NAMES: Readonly<Record<CheckStepView['id'], string>> = {
  proxy: 'Proxy',
  dns: 'DNS',
  tls: 'TLS',
  api: 'API',
  clock: 'Clock',
  storage: 'Storage',
};

const MARKS: Readonly<Record<CheckStepView['state'], string>> = {
  waiting: '',
  running: '',
  ok: 'ok',
  failed: 'failed',
  skipped: 'left out',
};

/** Prints each step when it has ended. Exit code 1 where one failed. */
export async function checkConnection(
  program: Program,
  terminal: Terminal,
  account: string | null,
  interrupted: AbortSignal,
): Promise<number> {
  const accountId = account === null ? null : program.accounts.find(account).id;
  const printed = new Set<string>();
  const print = (steps: readonly CheckStepView[]): void => {
    for (const step of steps) {
      if (MARKS[step.state] === '' || printed.has(step.id)) continue;
      printed.add(step.id);
      terminal.line(`${NAMES[step.id].padEnd(8)} ${MARKS[step.state].padEnd(9)} ${step.sentence}`);
      if (step.tell !== null) terminal.line(`${' '.repeat(19)}Tell IT: ${step.tell}`);
      terminal.object({ step });
    }
  };
  const stop = (): void => program.network.close();
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    const check = await program.network.runCheck(accountId, () =>
      print(program.network.view().check?.steps ?? []),
    );
    if (interrupted.aborted) return EXIT.interrupted;
    const failed = check.steps.some(({ state }) => state === 'failed');
    terminal.line(
      failed ? `${check.domain} cannot be used from here as it is.` : `All is well with ${check.domain}.`,
    );
    terminal.object({ check });
    return failed ? EXIT.failed : EXIT.ok;
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}
