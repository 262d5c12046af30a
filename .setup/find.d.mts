/** Types of what `find.mjs` gives to the configuration of the browser tests. */
export const ROOT: string;
export function findChromium(env?: Record<string, string | undefined>): string | null;
export function findElectronForTests(env?: Record<string, string | undefined>): string | null;
