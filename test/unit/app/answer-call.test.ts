/** Calls that fail: what a page is told, and what the log keeps of a failure that was not foreseen. */

import { beforeEach, describe, expect, it } from 'vitest';
import { answerCall } from '../../../main/app/answer-call.ts';
import type { Handlers } from '../../../main/app/handlers.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Log } from '../../../main/core/ports.ts';

let lines: Parameters<Log['error']>[] = [];
beforeEach(() => {
  lines = [];
});

const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (message, fields) => void lines.push([message, fields]),
};

function answer(thrown: unknown) {
  const diagnostics = async () => {
    throw thrown;
  };
  const handlers: Partial<Handlers> = { 'app.diagnostics': diagnostics };
  return answerCall(handlers as Handlers, log, 'app.diagnostics', null);
}

describe('a call that fails', () => {
  it('in a way that was not foreseen is logged with its reason and where it came from', async () => {
    const bug = new TypeError('x is not a function');
    expect(await answer(bug)).toMatchObject({ ok: false, error: { code: 'internal' } });
    const own = new UploaderError('internal', 'A case that it does not know.');
    await answer(own);
    const name = 'app.diagnostics';
    const said = 'A call failed in a way that was not foreseen.';
    expect(lines).toEqual([
      [said, { name, code: 'internal', reason: expect.stringContaining(bug.message), cause: bug }],
      [said, { name, code: 'internal', reason: own.message, cause: own }],
    ]);
    // Of equal errors only the one itself has the right stack.
    expect(lines[0]?.[1]?.cause).toBe(bug);
  });

  it('as it may is the business of the page alone', async () => {
    expect(await answer(new UploaderError('not-found', 'It is gone.'))).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'It is gone.', details: {} },
    });
    expect(lines).toEqual([]);
  });
});
