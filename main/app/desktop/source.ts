/** What glance and news look at: the part of `Program` that they need, so that tests can bring a smaller one. Types only. */

import type { Store } from '../../adapters/sqlite/index.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { LocalTime } from '../../core/watch/templates.ts';
import type { Program } from '../program.ts';
import type { HostServices } from '../types.ts';

export interface GlanceSource extends Pick<Program, 'connection' | 'speed'> {
  readonly deps: {
    readonly store: Pick<
      Store,
      'account' | 'accounts' | 'batches' | 'isPaused' | 'onlyDatasetTitle' | 'totals' | 'unfinishedWork'
    >;
  };
  readonly engine: Pick<Program['engine'], 'sessionTrouble' | 'transfers'>;
  readonly watch: Pick<Program['watch'], 'brief'>;
}

export interface NewsSource extends Pick<Program, 'connection'> {
  readonly deps: {
    readonly store: Pick<
      Store,
      | 'accounts'
      | 'batch'
      | 'batchesAfter'
      | 'batchView'
      | 'isPaused'
      | 'troubledBatches'
      | 'unfinishedBatches'
      | 'unfinishedWork'
    >;
    readonly clock: Clock;
    readonly log: Pick<Log, 'warn'>;
    readonly host: Pick<HostServices, 'host' | 'updates'>;
    readonly watch: { readonly local: (ms: number) => LocalTime };
  };
  readonly engine: Pick<Program['engine'], 'sessionTrouble'>;
  readonly settings: Pick<Program['settings'], 'get'>;
  readonly watch: Pick<Program['watch'], 'brief'>;
}
