// PLACEHOLDER
/** Decides what is worth a notification. */
import type { NewsView } from '../../../preload/contract/desktop.ts';
import type { Program } from '../program.ts';

export class News {
  /** `tell` is called with each piece of news that the settings allow now. */
  constructor(_program: Program, _tell: (news: NewsView) => void) {}
  /** Something of the program may have changed: cheap, and called often. */
  look(): void {}
  close(): void {}
}
