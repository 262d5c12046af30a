/**
 * `repair`: says whether the database of the queue is damaged, and keeps a damaged one aside when it is told to.
 */

import { EXIT } from './exit.ts';
import type { CliHost } from './index.ts';
import type { Terminal } from './terminal.ts';

const WHAT_IT_MEANS =
  'Run `repair --yes` to keep the damaged file aside (it is renamed, not deleted) and start with an empty queue. What is in Encord stays there; but this program will not know it any more, so files that you add again are uploaded again.';

/** Throws where the data folder cannot be looked at: another program uses it, say. */
export function repair(
  host: Pick<CliHost, 'examine' | 'keepAside'>,
  terminal: Terminal,
  yes: boolean,
): number {
  const { folder, damage } = host.examine();
  if (!damage) {
    terminal.line(`The database in ${folder} is sound. Nothing needs to be done.`);
    terminal.object({ repair: { folder, damaged: false, kept: null } });
    return EXIT.ok;
  }
  if (!yes) {
    terminal.note(damage.message);
    terminal.note(WHAT_IT_MEANS);
    terminal.object({ repair: { folder, damaged: true, kept: null } });
    return EXIT.failed;
  }
  const kept = host.keepAside();
  terminal.line(`The damaged database is kept at ${kept}. The queue is empty now.`);
  terminal.object({ repair: { folder, damaged: true, kept } });
  return EXIT.ok;
}
