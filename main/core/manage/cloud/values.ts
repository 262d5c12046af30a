/** Small questions to parsed JSON and to URLs. Used by the check of cloud data and its neighbours; pure. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, for a sentence. */
export function nameOfType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    default:
      return 'a number';
  }
}

/** Whether objects and lists stand in each other deeper than this; never goes deeper itself. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((part) => isDeeperThan(part, levels - 1));
}

/** Bytes of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Characters as people count them; only long texts are looked through. */
export function isLongerThan(text: string, characters: number): boolean {
  return text.length > characters && Array.from(text).length > characters;
}

/** Names of other people's keys and files, short enough for a sentence. */
export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `“${short.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')}”`;
}
