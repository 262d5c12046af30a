/** `diagnostics`: what a maintainer needs to know, to be handed on. Called by `index.ts`. */

import type { Program } from '../app/program.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Prints the text, line by line as it is. */
export async function diagnostics(program: Program, terminal: Terminal): Promise<number> {
  const text = await program.diagnostics();
  for (const line of text.trimEnd().split('\n')) terminal.line(line);
  terminal.object({ diagnostics: text });
  return EXIT.ok;
}
