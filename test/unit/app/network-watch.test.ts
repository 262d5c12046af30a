/** That the network came back is noticed by this machine's own addresses, and they are looked at only while it is away. */

import { expect, test } from 'vitest';
import { ownAddresses } from '../../../main/adapters/addresses.ts';
import { NetworkWatch } from '../../../main/app/network-watch.ts';
import { HandClock } from '../put/support.ts';

function machine() {
  const clock = new HandClock();
  const state = { offline: true, addresses: '', looks: 0, backs: 0, trouble: false };
  const watch = new NetworkWatch({
    clock,
    offline: () => state.offline,
    addresses: () => {
      state.looks += 1;
      return state.addresses;
    },
    back: () => {
      if (state.trouble) throw new Error('It cannot be tried.');
      state.backs += 1;
    },
  });
  return { clock, state, watch };
}

test('a cable that is plugged in again is noticed, and so is another network', () => {
  const { clock, state, watch } = machine();
  watch.look();
  clock.pass(10_000);
  expect(state.backs).toBe(0);
  state.addresses = 'eth0 10.0.0.7';
  clock.pass(2_000);
  clock.pass(2_000);
  expect(state.backs).toBe(1);
  state.addresses = 'wlan0 192.168.1.4';
  clock.pass(2_000);
  expect(state.backs).toBe(2);
  // The last address went: there is nothing to try.
  state.addresses = '';
  clock.pass(2_000);
  expect(state.backs).toBe(2);
});

test('while work gets through nobody looks, and after it did nobody looks any more', () => {
  const { clock, state, watch } = machine();
  state.offline = false;
  watch.look();
  expect([state.looks, clock.waiting]).toEqual([0, 0]);
  state.offline = true;
  watch.look();
  watch.look();
  expect(clock.waiting).toBe(1);
  state.offline = false;
  clock.pass(2_000);
  expect([state.looks, clock.waiting]).toEqual([1, 0]);
});

test('whatever those meet who are told of it, the next look comes', () => {
  const { clock, state, watch } = machine();
  watch.look();
  state.trouble = true;
  state.addresses = 'eth0 10.0.0.7';
  expect(() => clock.pass(2_000)).toThrow();
  state.trouble = false;
  state.addresses = 'wlan0 192.168.1.4';
  clock.pass(2_000);
  expect(state.backs).toBe(1);
});

test('it ends with the program', () => {
  const { clock, state, watch } = machine();
  watch.look();
  watch.close();
  expect(clock.waiting).toBe(0);
  watch.look();
  expect([state.looks, clock.waiting]).toEqual([1, 0]);
});

test('this machine’s addresses are the same as long as nothing changes, and none is its own to itself', () => {
  expect(ownAddresses()).toBe(ownAddresses());
  expect(ownAddresses()).not.toMatch(/ (127\.|::1$)/m);
});
