// PLACEHOLDER
/** What tray, taskbar and quitting need to know. */
import type { GlanceView } from '../../../preload/contract/desktop.ts';
import type { Program } from '../program.ts';

export class Glance {
  readonly #program: Program;
  constructor(program: Program) {
    this.#program = program;
  }
  view(): GlanceView {
    const paused = this.#program.deps.store.isPaused();
    return {
      state: 'idle',
      line: '',
      fraction: null,
      moving: false,
      unfinished: 0,
      paused,
      attention: 0,
      batches: [],
      folders: [],
    };
  }
}
