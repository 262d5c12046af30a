/** Answers a call of the contract: looks at its name and input, has it done, and turns a failure into words. Used by `program.ts`. */

import { CALLS } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { CALL_NAMES } from '../../preload/contract/names.ts';
import { asUploaderError, toLogFields, UploaderError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Handlers } from './handlers.ts';

const NAMES: ReadonlySet<string> = new Set(CALL_NAMES);

/** @param name, input whatever a page sent; never throws */
export async function answerCall(
  handlers: Handlers,
  log: Log,
  name: string,
  input: unknown,
): Promise<Answer<unknown>> {
  try {
    if (!isCall(name))
      throw new UploaderError('invalid-input', `There is no call ${JSON.stringify(name.slice(0, 80))}.`);
    // The schema of the same name produced what it gets; the map's type ties the two together.
    const handler = handlers[name] as (input: unknown) => unknown;
    return { ok: true, value: await handler(inputOf(name, input)) };
  } catch (reason) {
    const error = asUploaderError(reason);
    if (error.code === 'internal') {
      log.error('A call failed in a way that was not foreseen.', { name, ...toLogFields(error) });
    }
    return {
      ok: false,
      error: { code: error.code, message: error.message, details: { ...error.details } },
    };
  }
}

/** The input as the schema of the call takes it; throws `invalid-input`. */
function inputOf(name: CallName, input: unknown): unknown {
  let issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined;
  try {
    const parsed = CALLS[name].input.safeParse(input);
    if (parsed.success) return parsed.data;
    issue = parsed.error.issues[0];
  } catch {
    // The schemas look at the `length` of whatever stands in a text's place, and it may be anything.
  }
  const where = issue?.path.join('.') || 'its input';
  throw new UploaderError(
    'invalid-input',
    `The call ${name} was not understood: ${where}: ${issue?.message ?? 'it is of no use'}`,
  );
}

function isCall(name: string): name is CallName {
  return NAMES.has(name);
}
