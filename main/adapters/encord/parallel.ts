/** A bounded number of calls at once, ending at the first failure. Used by the routes. */

import type { Answer } from '../../core/encord-port.ts';

/**
 * Runs `work` for each input, at most `atOnce` at a time; the values in the order of the inputs, or the first
 * failure, after which no further call is begun and the running ones are awaited.
 */
export async function eachOf<I, T>(
  inputs: readonly I[],
  atOnce: number,
  work: (input: I, index: number) => Promise<Answer<T>>,
): Promise<Answer<readonly T[]>> {
  const values: T[] = [];
  let failure: (Answer<T> & { ok: false }) | null = null;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (failure === null && next < inputs.length) {
      const index = next;
      next += 1;
      const input = inputs[index];
      if (input === undefined) return;
      const answer = await work(input, index);
      if (answer.ok) values[index] = answer.value;
      else failure ??= answer;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
  return failure ?? { ok: true, value: values };
}

export function chunksOf<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let from = 0; from < list.length; from += size) chunks.push(list.slice(from, from + size));
  return chunks;
}
