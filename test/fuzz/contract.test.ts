/** Ten thousand hostile messages through each of the two hosts' doors together; `npm run fuzz` sends as many as are wanted. */

import { expect, test } from 'vitest';
import { CALL_NAMES } from '../../preload/contract/names.ts';
import { fuzz } from './contract.ts';

const MIB = 1024 * 1024;

test.each(['electron', 'browser'] as const)(
  'hostile messages through the %s host',
  async (host) => {
    const report = await fuzz({ host, messages: 5_000, seed: 1 });
    expect(report.findings).toEqual([]);
    expect(report.messages).toBe(5_000);
    // They get somewhere: else nothing was tried but the door.
    expect(report.ok).toBeGreaterThan(300);
    expect(report.succeeded.size).toBeGreaterThan(CALL_NAMES.length / 2);
    expect(report.codes.get('invalid-input')).toBeGreaterThan(1_000);
    expect(report.heapBytes).toBeLessThan(150 * MIB);
  },
  120_000,
);
