/**
 * The state machine: total over every state and event, and true to the rules that keep units from being lost or
 * registered twice, whatever the order of events.
 */

import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../main/core/errors.ts';
import { type ItemEvent, stepItem, stepUnit, type UnitEvent } from '../../../main/core/machine.ts';
import type { Grant, ItemState, UnitState } from '../../../main/core/model.ts';

const failure: Failure = { code: 'connection-lost', message: 'The line broke.', details: {}, at: 1 };
const grant: Grant = { url: 'secret://1', id: 'g1', objectKey: 'k1', echo: '', grantedAt: 1 };
const intent = { id: 'i1', at: 1 };

const UNIT_STATES: readonly UnitState[] = [
  { at: 'collecting' },
  { at: 'ready', attempts: 0, notBefore: 0, failure: null },
  { at: 'registering', intent, doubt: null, attempts: 0, notBefore: 0 },
  { at: 'registering', intent, doubt: failure, attempts: 0, notBefore: 0 },
  { at: 'processing', intent, job: 'j1', attempts: 0, notBefore: 0 },
  { at: 'linking', itemUuid: 'u1', attempts: 0, notBefore: 0, failure: null },
  { at: 'done', itemUuid: 'u1', dataHash: 'd1', doneAt: 1 },
  { at: 'failed', step: 'upload', failure, itemUuid: null },
  { at: 'failed', step: 'register', failure, itemUuid: null },
  { at: 'failed', step: 'process', failure, itemUuid: null },
  { at: 'failed', step: 'link', failure, itemUuid: 'u1' },
  { at: 'uncertain', intent, failure },
  { at: 'cancelled' },
];

const UNIT_EVENTS: readonly UnitEvent[] = [
  { on: 'item-stored', remaining: 0 },
  { on: 'item-stored', remaining: 3 },
  { on: 'item-left-out', remaining: 0, kept: 2 },
  { on: 'item-left-out', remaining: 0, kept: 0 },
  { on: 'item-failed', failure },
  { on: 'intent', intent },
  { on: 'not-registered', failure: null, notBefore: 0 },
  { on: 'in-doubt', failure, notBefore: 0 },
  { on: 'refused', failure },
  { on: 'job-started', job: 'j2' },
  { on: 'job-failed', failure },
  { on: 'registered', itemUuid: 'u1', dataHash: null, linked: false, at: 2 },
  { on: 'registered', itemUuid: null, dataHash: 'd1', linked: true, at: 2 },
  { on: 'absent', final: false, repeatable: false, failure, notBefore: 9 },
  { on: 'absent', final: true, repeatable: false, failure, notBefore: 9 },
  { on: 'absent', final: true, repeatable: true, failure, notBefore: 9 },
  { on: 'later', failure, notBefore: 9 },
  { on: 'linked', dataHash: 'd1', at: 2 },
  { on: 'link-refused', failure },
  { on: 'cancel' },
  { on: 'retry' },
  { on: 'check-again', failure },
  { on: 'register-anyway' },
];

const ITEM_STATES: readonly ItemState[] = [
  { at: 'queued', attempts: 0, notBefore: 0, failure: null },
  { at: 'granted', grant, session: null, attempts: 0, notBefore: 0, failure: null },
  { at: 'stored', grant, sha256: 'ab' },
  { at: 'failed', failure },
  { at: 'cancelled' },
];

const ITEM_EVENTS: readonly ItemEvent[] = [
  { on: 'granted', grant },
  { on: 'session', session: 's1' },
  { on: 'session', session: null },
  { on: 'stored', sha256: 'ab' },
  { on: 'grant-lost', failure: null, notBefore: 0 },
  { on: 'transient', failure, notBefore: 9 },
  { on: 'replanned', identity: { size: 1, mtimeMs: 1 }, failure, notBefore: 9 },
  { on: 'failed', failure },
  { on: 'cancel' },
  { on: 'retry' },
  { on: 'start-over' },
];

describe('units', () => {
  it('answer every event in every state, and an ignored one changes nothing', () => {
    for (const state of UNIT_STATES) {
      for (const event of UNIT_EVENTS) {
        const step = stepUnit(state, event);
        if (step.effects.includes('ignored')) expect(step).toEqual({ state, effects: ['ignored'] });
      }
    }
  });

  it('are never left once they are done', () => {
    for (const state of UNIT_STATES.filter((each) => each.at === 'done')) {
      for (const event of UNIT_EVENTS) expect(stepUnit(state, event).state).toBe(state);
    }
  });

  it('become done only from a confirmed registration or link', () => {
    for (const state of UNIT_STATES) {
      for (const event of UNIT_EVENTS) {
        if (state.at === 'done' || stepUnit(state, event).state.at !== 'done') continue;
        expect(['registered', 'linked']).toContain(event.on);
        expect(stepUnit(state, event).effects).toEqual(['record-in-ledger', 'forget-grants']);
      }
    }
  });

  it('return to ready from an open intent only by proof, by a repeatable absence, or by a person', () => {
    for (const state of UNIT_STATES.filter((each) =>
      ['registering', 'processing', 'uncertain'].includes(each.at),
    )) {
      for (const event of UNIT_EVENTS) {
        if (stepUnit(state, event).state.at !== 'ready') continue;
        const allowed =
          event.on === 'not-registered' ||
          event.on === 'register-anyway' ||
          (event.on === 'absent' && event.final && event.repeatable);
        expect(allowed, `${state.at} + ${event.on}`).toBe(true);
      }
    }
  });

  it('keep the time of the first intent through every doubt, so that the settle time runs from it', () => {
    let state: UnitState = { at: 'registering', intent, doubt: null, attempts: 0, notBefore: 0 };
    for (const event of UNIT_EVENTS.filter((each) => each.on === 'in-doubt' || each.on === 'later')) {
      state = stepUnit(state, event).state;
    }
    expect(state).toMatchObject({ at: 'registering', intent });
  });

  it('cannot be cancelled once the server may have them', () => {
    for (const state of UNIT_STATES.filter((each) =>
      ['registering', 'processing', 'linking', 'done'].includes(each.at),
    )) {
      expect(stepUnit(state, { on: 'cancel' }).effects).toEqual(['ignored']);
    }
  });

  it.each([
    ['upload', 'connection-lost', 'collecting', 'retry-failed-items'],
    ['register', 'forbidden', 'ready', null],
    ['register', 'not-found', 'collecting', 'start-items-over'],
    ['process', 'media-refused', 'collecting', 'start-items-over'],
    ['link', 'forbidden', 'linking', null],
  ] as const)('failed at %s with %s go on at %s', (step, code, at, effect) => {
    const state: UnitState = {
      at: 'failed',
      step,
      failure: { ...failure, code },
      itemUuid: step === 'link' ? 'u1' : null,
    };
    const after = stepUnit(state, { on: 'retry' });
    expect(after.state.at).toBe(at);
    expect(after.effects).toEqual(effect === null ? [] : [effect]);
  });

  it('survive any order of events: 20,000 random walks never skip the intent', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let walk = 0; walk < 20_000; walk += 1) {
      let state: UnitState = { at: 'collecting' };
      let intended = false;
      for (let step = 0; step < 12; step += 1) {
        const event = UNIT_EVENTS[random(UNIT_EVENTS.length)];
        if (!event) continue;
        const next: UnitState = stepUnit(state, event).state;
        if (event.on === 'intent' && next.at === 'registering') intended = true;
        if (next.at === 'processing' || next.at === 'linking' || next.at === 'done')
          expect(intended).toBe(true);
        state = next;
      }
    }
  });
});

describe('items', () => {
  it('answer every event in every state, and an ignored one changes nothing', () => {
    for (const state of ITEM_STATES) {
      for (const event of ITEM_EVENTS) {
        const step = stepItem(state, event);
        if (step.effect === 'ignored') expect(step.state).toBe(state);
      }
    }
  });

  it('are stored only through a grant, which they keep for the registration', () => {
    for (const state of ITEM_STATES) {
      for (const event of ITEM_EVENTS) {
        const { state: after } = stepItem(state, event);
        if (after.at !== 'stored' || state.at === 'stored') continue;
        expect(state.at).toBe('granted');
        expect(after.grant).toBe(grant);
      }
    }
  });

  it('ignore a late answer after they were cancelled', () => {
    for (const event of ITEM_EVENTS) {
      expect(stepItem({ at: 'cancelled' }, event)).toEqual({ state: { at: 'cancelled' }, effect: 'ignored' });
    }
  });

  it('keep a session through a failure that passes, and no longer than its grant', () => {
    const begun = stepItem(
      { at: 'granted', grant, session: null, attempts: 0, notBefore: 0, failure: null },
      { on: 'session', session: 's1' },
    ).state;
    expect(begun).toMatchObject({ at: 'granted', session: 's1' });
    expect(stepItem(begun, { on: 'transient', failure, notBefore: 9 }).state).toMatchObject({
      session: 's1',
    });
    for (const event of ITEM_EVENTS) {
      const { state } = stepItem(begun, event);
      if (state.at !== 'granted') expect(JSON.stringify(state)).not.toContain('s1');
    }
  });

  it('take the new identity of a changed file and ask for a new grant', () => {
    const step = stepItem(
      { at: 'granted', grant, session: 's1', attempts: 1, notBefore: 0, failure: null },
      { on: 'replanned', identity: { size: 5, mtimeMs: 7 }, failure, notBefore: 9 },
    );
    expect(step).toMatchObject({ state: { at: 'queued', attempts: 2 }, identity: { size: 5, mtimeMs: 7 } });
  });
});
