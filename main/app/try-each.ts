/** Work on several things of which none is to stand in the way of the others. Used by what tidies the keychain. */

/** Does it for each, one after another, also for those after one that fails. Throws what the first failure threw. */
export async function tryEach<T>(things: Iterable<T>, work: (thing: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const thing of things) await work(thing).catch((reason: unknown) => failures.push(reason));
  if (failures.length > 0) throw failures[0];
}
