/**
 * Runs in the page of the program, as somebody who got into it would: hostile messages, one after the other, and what
 * became of them. Bundled and put there by `messages.spec.ts`; the generator is that of `test/fuzz`.
 */

import { CALLS } from '../../../preload/contract/calls.ts';
import { failureView } from '../../../preload/contract/errors.ts';
import { CALL_NAMES } from '../../../preload/contract/names.ts';
import { Chance } from '../../crash/random.ts';
import { Pools, validInput } from '../../fuzz/inputs.ts';
import { spoiled } from '../../fuzz/spoil.ts';

export interface Attack {
  readonly messages: number;
  readonly seed: number;
  /** Values for fields of these names. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** What no answer may hold. */
  readonly secrets: readonly string[];
  readonly spared: readonly string[];
}

export interface Outcome {
  readonly answered: number;
  /** What Chromium or the bridge did not even pass on. */
  readonly notSent: number;
  readonly ok: number;
  readonly codes: Readonly<Record<string, number>>;
  /** Calls that succeeded at least once. */
  readonly succeeded: readonly string[];
  /** What should not be, one line each. */
  readonly findings: readonly string[];
}

/** So many wait for their answers at a time: some need a server that is not there. */
const LANES = 100;
const WRONG_NAMES = ['', '__proto__', 'constructor', 'accounts.readKey', 'x'.repeat(101), null, 7, {}, []];
const errorShape = failureView.omit({ at: true }).strict();

/** Sends so many messages and waits for each answer. */
export async function attack({ messages, seed, known, secrets, spared }: Attack): Promise<Outcome> {
  const { encordUploader: bridge } = window;
  if (bridge === undefined) throw new Error('This page has no bridge.');
  const names = CALL_NAMES.filter((name) => !spared.includes(name));
  const pools = new Pools(known);
  const codes: Record<string, number> = {};
  const succeeded = new Set<string>();
  const findings = new Set<string>();
  const sum = { sent: 0, answered: 0, notSent: 0, ok: 0 };

  /** What is wrong with an answer; null where nothing is. */
  const problemOf = (name: unknown, answer: unknown): string | null => {
    if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return 'is no answer';
    if (answer.ok === true && 'value' in answer) {
      const call = names.find((each) => each === name);
      if (call === undefined || !CALLS[call].output.safeParse(answer.value).success)
        return 'has another shape';
      sum.ok += 1;
      succeeded.add(call);
      pools.learn(call, answer.value);
      return null;
    }
    const error = errorShape.safeParse('error' in answer ? answer.error : null);
    if (!error.success) return 'has no error of the contract';
    const { code } = error.data;
    codes[code] = (codes[code] ?? 0) + 1;
    return code === 'internal' ? 'failed inside' : null;
  };
  const judge = (name: unknown, answer: unknown): void => {
    const text = JSON.stringify(answer) ?? 'nothing';
    if (secrets.some((secret) => text.includes(secret)))
      findings.add(`${String(name)} answered with a secret`);
    const problem = problemOf(name, answer);
    if (problem !== null) findings.add(`${String(name)}: its answer ${problem}: ${text.slice(0, 300)}`);
  };

  const one = async (): Promise<void> => {
    const chance = new Chance(seed, 'page', sum.sent++);
    const name = chance.pick(names);
    const valid = validInput(name, chance, pools);
    const input = chance.happens(0.7) ? spoiled(valid, chance) : valid;
    const called: unknown = chance.happens(0.03) ? chance.pick(WRONG_NAMES) : name;
    let answer: unknown;
    if (isTooMuch(input)) {
      sum.notSent += 1;
      return;
    }
    try {
      answer = await Reflect.apply(bridge.call, bridge, [called, input]);
    } catch (reason) {
      // Circles and depths end at the bridge; whatever main itself throws names the channel.
      if (String(reason).includes('remote method'))
        findings.add(`${String(called)} was thrown at: ${String(reason)}`);
      sum.notSent += 1;
      return;
    }
    sum.answered += 1;
    judge(called, answer);
  };

  const lane = async (): Promise<void> => {
    while (sum.sent < messages) await one();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const { answered, notSent, ok } = sum;
  return { answered, notSent, ok, codes, succeeded: [...succeeded], findings: [...findings] };
}

/**
 * What keeps the page itself busy and nobody else: a list that says that it is longer than any memory, a text that takes
 * seconds to be handed over, of which the spec sends some by themselves.
 */
function isTooMuch(value: unknown, seen = new Set<object>()): boolean {
  if (typeof value === 'string') return value.length > 500_000;
  if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value))
    return false;
  seen.add(value);
  if (Array.isArray(value) && value.length > 500_000) return true;
  return Object.values(value).some((inner) => isTooMuch(inner, seen));
}
