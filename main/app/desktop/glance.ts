/**
 * What tray, taskbar and quitting need to know of the program: one state, one line that is true. Asked several times a
 * second, so it reads counters and never a list of units. Used by `Program`.
 */

import type { GlanceState, GlanceView } from '../../../preload/contract/desktop.ts';
import type { UnfinishedWork } from '../../adapters/sqlite/index.ts';
import { isOpen, openUnits, pastReturn, summed } from './counts.ts';
import {
  batchLine,
  folderLine,
  folderState,
  type Needs,
  needLine,
  offlineLine,
  readNeeds,
} from './glance-lines.ts';
import type { GlanceSource } from './source.ts';
import { count, firstSentence, lastPart, needYou, oneLine, plural, speedText, timeText } from './words.ts';

const BATCHES_SHOWN = 5;

/** The numbers of the work that the line is about. */
interface Work {
  /** What goes on by itself, or would if it could. */
  readonly goesOn: number;
  /** Everything that is not finished, whatever keeps it back. */
  readonly open: number;
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
  /** Of those, what is there or on its way. */
  readonly sent: number;
  /** Files of it wait to be sent, or are being sent. */
  readonly collecting: number;
}

export class Glance {
  readonly #program: GlanceSource;

  constructor(program: GlanceSource) {
    this.#program = program;
  }

  view(): GlanceView {
    const { deps, engine, watch } = this.#program;
    const { store } = deps;
    const paused = store.isPaused();
    const unfinished = store.unfinishedWork();
    const needs = readNeeds(this.#program, unfinished);
    const work = this.#workOf(unfinished, needs, paused);
    const connection = this.#program.connection();
    const offline = connection.kind === 'offline';
    const stuck = connection.kind === 'stuck';
    const reachable = !offline && !stuck;
    const held = stuck || (offline && connection.waitsFor !== 'network' && work.goesOn > 0);
    const moving = engine.transfers().length > 0 || (work.goesOn > 0 && reachable);
    return {
      state: stateOf(work, needs, { paused, moving, held }),
      line: this.#line(work, needs, paused),
      fraction: work.open === 0 || work.bytes === 0 ? null : Math.min(1, Math.max(0, work.sent / work.bytes)),
      moving,
      unfinished: work.goesOn,
      paused,
      attention: needs.attention,
      batches: store.batches(0, BATCHES_SHOWN).map((batch) => ({
        id: batch.id,
        name: oneLine(batch.name),
        line: batchLine(batch),
      })),
      folders: watch.brief().map((folder) => ({
        id: folder.id,
        name: lastPart(folder.root),
        state: folderState(folder, store.account(folder.accountId)),
        line: folderLine(folder, store.account(folder.accountId)),
      })),
    };
  }

  /** Numbers are those of what goes on; where nothing does, of all that is not finished. */
  #workOf(unfinished: readonly UnfinishedWork[], needs: Needs, paused: boolean): Work {
    const free = unfinished.filter(
      ({ hindrance, accountId }) => hindrance === 'none' && !needs.locked.has(accountId),
    );
    const held = unfinished.filter((each) => !free.includes(each));
    // What is past the point of return goes on through any pause; for its last calls the account is needed.
    const goesOnPaused = (group: UnfinishedWork): number =>
      group.hindrance === 'paused' && !needs.locked.has(group.accountId) ? pastReturn(group.totals) : 0;
    const started = free.reduce(
      (sum, { totals }) => sum + (paused ? pastReturn(totals) : openUnits(totals)),
      0,
    );
    const goesOn = started + held.reduce((sum, group) => sum + goesOnPaused(group), 0);
    const about = summed((free.some(isOpen) ? free : unfinished).map(({ totals }) => totals));
    const sent = this.#program.engine.transfers().reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    const open = openUnits(about);
    return {
      goesOn,
      open: unfinished.reduce((sum, { totals }) => sum + openUnits(totals), 0),
      done: about.units.done,
      total: open + about.units.done + about.units.failed + about.units.uncertain,
      bytes: about.bytes,
      sent: about.storedBytes + sent,
      collecting: about.units.collecting,
    };
  }

  #line(work: Work, needs: Needs, paused: boolean): string {
    const connection = this.#program.connection();
    const more = needs.files > 0 ? ` · ${needYou(needs.files)}` : '';
    if (paused) return `${work.open > 0 ? `Paused · ${count(work.open)} left` : 'Paused'}${more}`;
    if (connection.kind === 'stuck') return firstSentence(connection.failure.message);
    if (work.goesOn > 0) {
      if (connection.kind === 'offline') return `${offlineLine(connection.waitsFor, work.goesOn)}${more}`;
      const of = `${count(work.done)} of ${count(work.total)}`;
      if (connection.kind === 'waiting') return `${of} · Encord asks to wait${more}`;
      return `${of}${this.#pace(work)}${more}`;
    }
    return needLine(needs) ?? (work.open > 0 ? `Paused · ${count(work.open)} left` : this.#allDone());
  }

  #pace({ bytes, sent, collecting }: Work): string {
    const { speed } = this.#program;
    if (collecting === 0) return ' · Encord is processing';
    if (speed < 1) return '';
    return ` · ${speedText(speed)} · ${timeText(Math.max(0, bytes - sent) / speed)}`;
  }

  #allDone(): string {
    const { store } = this.#program.deps;
    const { done, cancelled } = store.totals({ kind: 'all' }).units;
    if (done === 0) return 'Nothing to upload';
    const where = oneLine(store.onlyDatasetTitle() ?? 'Encord');
    if (done === 1) return `1 file is in ${where}`;
    return `${cancelled > 0 ? '' : 'All '}${plural(done, 'file')} are in ${where}`;
  }
}

/** What a person did themselves is said first; then what moves; then what needs them. */
function stateOf(
  work: Work,
  needs: Needs,
  now: {
    readonly paused: boolean;
    readonly moving: boolean;
    /** By what goes away only where a person does something, or the disk has room again. */
    readonly held: boolean;
  },
): GlanceState {
  if (now.paused) return 'paused';
  if (now.moving) return 'uploading';
  if (now.held || needLine(needs) !== null) return 'attention';
  if (work.goesOn > 0) return 'uploading';
  return work.open > 0 ? 'paused' : 'idle';
}
