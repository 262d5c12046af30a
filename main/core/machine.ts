/**
 * The state machine: two total, pure functions that say what becomes of an item and of a unit when something
 * happens. Nothing else in the program changes a state; the store writes what these return.
 *
 * An event that does not fit the state (a late answer, a second click) changes nothing and says so with the
 * effect `ignored`, so that no order of events can lose or double a unit.
 */

import type { ErrorCode, Failure } from './errors.ts';
import type { FailedStep, FileIdentity, Grant, Intent, ItemState, UnitState } from './model.ts';

export type ItemEvent =
  | { readonly on: 'granted'; readonly grant: Grant }
  /** A resumable upload begins to go to this address, or can no longer go there. */
  | { readonly on: 'session'; readonly session: string | null }
  /** The storage confirmed all bytes. */
  | { readonly on: 'stored'; readonly sha256: string | null }
  /** The URL is no longer good: ask for another. */
  | { readonly on: 'grant-lost'; readonly failure: Failure | null; readonly notBefore: number }
  /** Try again later, with the same grant where there is one. */
  | { readonly on: 'transient'; readonly failure: Failure; readonly notBefore: number }
  /** The file is not what was planned; its new identity was read and the upload starts over. */
  | {
      readonly on: 'replanned';
      readonly identity: FileIdentity;
      readonly failure: Failure;
      readonly notBefore: number;
    }
  | { readonly on: 'failed'; readonly failure: Failure }
  | { readonly on: 'cancel' }
  /** From *Retry*: only what failed starts over. */
  | { readonly on: 'retry' }
  /** From a unit that starts over from its first byte. */
  | { readonly on: 'start-over' };

/** What the unit has to be told. */
export type ItemEffect = 'unit-item-stored' | 'unit-item-failed' | 'unit-item-left-out' | 'ignored';

export interface ItemStep {
  readonly state: ItemState;
  readonly effect: ItemEffect | null;
  /** Set when the file's planned identity has to be replaced. */
  readonly identity?: FileIdentity;
}

const QUEUED: ItemState = { at: 'queued', attempts: 0, notBefore: 0, failure: null };

export function stepItem(state: ItemState, event: ItemEvent): ItemStep {
  const ignored: ItemStep = { state, effect: 'ignored' };
  switch (event.on) {
    case 'granted':
      if (state.at !== 'queued') return ignored;
      return { state: { ...state, at: 'granted', grant: event.grant, session: null }, effect: null };
    case 'session':
      if (state.at !== 'granted') return ignored;
      return { state: { ...state, session: event.session }, effect: null };
    case 'stored':
      if (state.at !== 'granted') return ignored;
      return {
        state: { at: 'stored', grant: state.grant, sha256: event.sha256 },
        effect: 'unit-item-stored',
      };
    case 'grant-lost':
      if (state.at !== 'granted') return ignored;
      return {
        state: {
          at: 'queued',
          attempts: event.failure ? state.attempts + 1 : state.attempts,
          notBefore: event.notBefore,
          failure: event.failure,
        },
        effect: null,
      };
    case 'transient':
      if (state.at !== 'queued' && state.at !== 'granted') return ignored;
      return {
        state: {
          ...state,
          attempts: state.attempts + 1,
          notBefore: event.notBefore,
          failure: event.failure,
        },
        effect: null,
      };
    case 'replanned':
      if (state.at !== 'queued' && state.at !== 'granted') return ignored;
      return {
        state: {
          at: 'queued',
          attempts: state.attempts + 1,
          notBefore: event.notBefore,
          failure: event.failure,
        },
        effect: null,
        identity: event.identity,
      };
    case 'failed':
      if (state.at !== 'queued' && state.at !== 'granted') return ignored;
      return { state: { at: 'failed', failure: event.failure }, effect: 'unit-item-failed' };
    case 'cancel':
      if (state.at === 'cancelled') return ignored;
      return { state: { at: 'cancelled' }, effect: 'unit-item-left-out' };
    case 'retry':
      return state.at === 'failed' ? { state: QUEUED, effect: null } : ignored;
    case 'start-over':
      return state.at === 'cancelled' ? ignored : { state: QUEUED, effect: null };
    default:
      return unreachable(event);
  }
}

export type UnitEvent =
  /** An item was stored, or left out; `remaining` counts the items that are neither stored nor cancelled. */
  | { readonly on: 'item-stored'; readonly remaining: number }
  | { readonly on: 'item-left-out'; readonly remaining: number; readonly kept: number }
  | { readonly on: 'item-failed'; readonly failure: Failure }
  /** The intent to register is committed; the socket opens afterwards. */
  | { readonly on: 'intent'; readonly intent: Intent }
  /** It is proved that the server never acted on the call. */
  | { readonly on: 'not-registered'; readonly failure: Failure | null; readonly notBefore: number }
  /** The server may have acted: only a lookup can tell. Also said of every open intent at start. */
  | { readonly on: 'in-doubt'; readonly failure: Failure; readonly notBefore: number }
  /** The server said no, to the registration or to what has to come before it. */
  | { readonly on: 'refused'; readonly failure: Failure }
  /** The call was taken as a job. */
  | { readonly on: 'job-started'; readonly job: string }
  | { readonly on: 'job-failed'; readonly failure: Failure }
  /** The unit exists on the server; `linked` where nothing remains to be done. */
  | {
      readonly on: 'registered';
      readonly itemUuid: string | null;
      readonly dataHash: string | null;
      readonly linked: boolean;
      readonly at: number;
    }
  /** A lookup found nothing; `final` when the settle time has passed since the intent. */
  | {
      readonly on: 'absent';
      readonly final: boolean;
      /** True for singles: registering again under the same identity makes no second one. */
      readonly repeatable: boolean;
      readonly failure: Failure;
      readonly notBefore: number;
    }
  /** A poll, a lookup or a link did not get through. */
  | { readonly on: 'later'; readonly failure: Failure; readonly notBefore: number }
  | { readonly on: 'linked'; readonly dataHash: string | null; readonly at: number }
  | { readonly on: 'link-refused'; readonly failure: Failure }
  | { readonly on: 'cancel' }
  | { readonly on: 'retry' }
  | { readonly on: 'check-again'; readonly failure: Failure }
  | { readonly on: 'register-anyway' };

/** What the store does in the same transaction as the new state. */
export type UnitEffect =
  | 'ignored'
  /** Overwrite the URLs and echoes of all items. */
  | 'forget-grants'
  /** Remember the content as uploaded. */
  | 'record-in-ledger'
  | 'cancel-items'
  /** Send the event `retry` to the items. */
  | 'retry-failed-items'
  /** Send the event `start-over` to the items. */
  | 'start-items-over';

export interface UnitStep {
  readonly state: UnitState;
  readonly effects: readonly UnitEffect[];
}

/** Failures at registration after which the stored objects are no longer worth anything to the server. */
const NEEDS_NEW_UPLOAD: ReadonlySet<ErrorCode> = new Set([
  'not-found',
  'bad-request',
  'media-refused',
  'job-cancelled',
]);

const READY = { at: 'ready', attempts: 0, notBefore: 0, failure: null } as const satisfies UnitState;

export function stepUnit(state: UnitState, event: UnitEvent): UnitStep {
  const ignored: UnitStep = { state, effects: ['ignored'] };
  switch (event.on) {
    case 'item-stored':
      if (state.at !== 'collecting') return ignored;
      return to(event.remaining === 0 ? READY : state);
    case 'item-left-out':
      if (state.at !== 'collecting') return ignored;
      if (event.kept === 0) return to({ at: 'cancelled' }, 'forget-grants');
      return to(event.remaining === 0 ? READY : state);
    case 'item-failed':
      if (state.at !== 'collecting') return ignored;
      return to({ at: 'failed', step: 'upload', failure: event.failure, itemUuid: null });
    case 'intent':
      if (state.at !== 'ready') return ignored;
      return to({
        at: 'registering',
        intent: event.intent,
        doubt: null,
        attempts: state.attempts,
        notBefore: 0,
      });
    case 'not-registered':
      if (state.at !== 'registering') return ignored;
      return to({
        at: 'ready',
        attempts: event.failure ? state.attempts + 1 : state.attempts,
        notBefore: event.notBefore,
        failure: event.failure,
      });
    case 'in-doubt':
      if (state.at !== 'registering' && state.at !== 'processing') return ignored;
      return to({
        at: 'registering',
        intent: state.intent,
        doubt: event.failure,
        attempts: state.attempts,
        notBefore: event.notBefore,
      });
    case 'refused':
      if (state.at !== 'registering' && state.at !== 'ready') return ignored;
      return failed('register', event.failure, null);
    case 'job-started':
      if (state.at !== 'registering') return ignored;
      return to({ at: 'processing', intent: state.intent, job: event.job, attempts: 0, notBefore: 0 });
    case 'job-failed':
      if (state.at !== 'processing') return ignored;
      return failed('process', event.failure, null);
    case 'registered':
      if (state.at !== 'registering' && state.at !== 'processing' && state.at !== 'uncertain') return ignored;
      if (event.linked || event.itemUuid === null) return done(event.itemUuid, event.dataHash, event.at);
      return to({ at: 'linking', itemUuid: event.itemUuid, attempts: 0, notBefore: 0, failure: null });
    case 'absent':
      if (state.at !== 'registering' || state.doubt === null) return ignored;
      if (!event.final) return to({ ...state, attempts: state.attempts + 1, notBefore: event.notBefore });
      // The one place where something is registered a second time: a single, under the same identity, after the
      // settle time. That Encord makes no second row of it is inferred, and README says so.
      if (event.repeatable) return to({ ...READY, failure: event.failure });
      return to({ at: 'uncertain', intent: state.intent, failure: event.failure });
    case 'later':
      return later(state, event.failure, event.notBefore) ?? ignored;
    case 'linked':
      if (state.at !== 'linking') return ignored;
      return done(state.itemUuid, event.dataHash, event.at);
    case 'link-refused':
      if (state.at !== 'linking') return ignored;
      return failed('link', event.failure, state.itemUuid);
    case 'cancel':
      return cancel(state) ?? ignored;
    case 'retry':
      return retry(state) ?? ignored;
    case 'check-again':
      if (state.at !== 'uncertain') return ignored;
      return to({
        at: 'registering',
        intent: state.intent,
        doubt: event.failure,
        attempts: 0,
        notBefore: 0,
      });
    case 'register-anyway':
      return state.at === 'uncertain' ? to(READY) : ignored;
    default:
      return unreachable(event);
  }
}

function later(state: UnitState, failure: Failure, notBefore: number): UnitStep | null {
  switch (state.at) {
    case 'ready':
    case 'linking':
      return to({ ...state, attempts: state.attempts + 1, notBefore, failure });
    case 'registering':
      return state.doubt === null
        ? null
        : to({ ...state, attempts: state.attempts + 1, notBefore, doubt: failure });
    case 'processing':
      return to({ ...state, attempts: state.attempts + 1, notBefore });
    case 'collecting':
    case 'done':
    case 'failed':
    case 'uncertain':
    case 'cancelled':
      return null;
    default:
      return unreachable(state);
  }
}

/** Once the intent is committed the server may have the unit, so it can no longer be taken back. */
function cancel(state: UnitState): UnitStep | null {
  switch (state.at) {
    case 'collecting':
    case 'ready':
    case 'failed':
    case 'uncertain':
      return to({ at: 'cancelled' }, 'cancel-items', 'forget-grants');
    case 'registering':
    case 'processing':
    case 'linking':
    case 'done':
    case 'cancelled':
      return null;
    default:
      return unreachable(state);
  }
}

function retry(state: UnitState): UnitStep | null {
  if (state.at === 'cancelled') return to({ at: 'collecting' }, 'start-items-over');
  if (state.at !== 'failed') return null;
  switch (state.step) {
    case 'upload':
      return to({ at: 'collecting' }, 'retry-failed-items');
    case 'register':
      if (NEEDS_NEW_UPLOAD.has(state.failure.code)) return to({ at: 'collecting' }, 'start-items-over');
      return to(READY);
    case 'process':
      return to({ at: 'collecting' }, 'start-items-over');
    case 'link':
      // A failure at linking always carries the storage item; without one there is nothing to link.
      if (state.itemUuid === null) return to({ at: 'collecting' }, 'start-items-over');
      return to({ at: 'linking', itemUuid: state.itemUuid, attempts: 0, notBefore: 0, failure: null });
    default:
      return unreachable(state.step);
  }
}

function done(itemUuid: string | null, dataHash: string | null, doneAt: number): UnitStep {
  return to({ at: 'done', itemUuid, dataHash, doneAt }, 'record-in-ledger', 'forget-grants');
}

function failed(step: FailedStep, failure: Failure, itemUuid: string | null): UnitStep {
  return to({ at: 'failed', step, failure, itemUuid });
}

function to(state: UnitState, ...effects: UnitEffect[]): UnitStep {
  return { state, effects };
}

function unreachable(value: never): never {
  throw new Error(`Not a state or event: ${JSON.stringify(value)}`);
}
