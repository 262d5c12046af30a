/** How long a gate stays closed, and for whom it opens. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type Failure, toFailure, UploaderError } from '../../../main/core/errors.ts';
import { Gate } from '../../../main/core/gate.ts';

const MINUTE_MS = 60_000;
const failure: Failure = toFailure(new UploaderError('server-error', 'It has trouble.'), 0);

let gate: Gate;

beforeEach(() => {
  gate = new Gate({ uuid: () => '', fraction: () => 1 }, { baseMs: 1_000, capMs: MINUTE_MS });
});

describe('a server with trouble', () => {
  it('that says nothing more is left alone at the third time only', () => {
    gate.failed(failure, 0, null, false);
    gate.failed(failure, 0, null, false);
    expect(gate.allowance(0)).toBe('any');
    gate.failed(failure, 0, null, false);
    expect(gate.allowance(0)).toBe('none');
  });

  it('that says when it will be back is left alone until then, and asked by one', () => {
    gate.failed(failure, 0, 30_000, false);
    expect(gate.state).toMatchObject({ kind: 'waiting', until: 30_000 });
    expect(gate.allowance(29_999)).toBe('none');
    expect(gate.allowance(30_000)).toBe('one');
    gate.probe();
    expect(gate.allowance(30_000)).toBe('none');
    gate.succeeded();
    expect(gate.allowance(30_000)).toBe('any');
  });

  it('is not believed for longer than ten minutes, unless it is the rate that it limits', () => {
    gate.failed(failure, 0, 60 * MINUTE_MS, false);
    expect(gate.allowance(10 * MINUTE_MS - 1)).toBe('none');
    expect(gate.allowance(10 * MINUTE_MS)).toBe('one');
    gate.toldToWait(failure, 0, 60 * MINUTE_MS);
    expect(gate.allowance(60 * MINUTE_MS - 1)).toBe('none');
  });

  it('is not asked again at once, whatever it says', () => {
    gate.failed(failure, 0, 0, false);
    expect(gate.allowance(999)).toBe('none');
    expect(gate.allowance(1_000)).toBe('one');
  });
});

describe('a network that is down', () => {
  it('is left alone at the first time, for longer each time', () => {
    gate.failed(failure, 0, null, true);
    expect(gate.state).toMatchObject({ kind: 'offline', until: 1_000 });
    gate.probe();
    gate.failed(failure, 1_000, null, true);
    expect(gate.state).toMatchObject({ kind: 'offline', until: 3_000 });
    gate.tryNow(1_500);
    expect(gate.allowance(1_500)).toBe('one');
  });
});
