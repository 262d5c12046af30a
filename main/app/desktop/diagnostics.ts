// PLACEHOLDER
/** What a maintainer needs to know, as text. */
import type { Program } from '../program.ts';

export async function diagnosticsText(_program: Program): Promise<string> {
  return '';
}
