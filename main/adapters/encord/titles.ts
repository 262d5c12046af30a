/** Comparing titles that a server may have tidied. Used by the lookups of groups. */

/**
 * True where two titles differ in nothing but white space and Unicode form. Only narrows the search: what a group is,
 * its frames decide.
 */
export function sameTitle(one: string, other: string): boolean {
  return tidy(one) === tidy(other);
}

function tidy(title: string): string {
  return title.normalize('NFC').replace(/\s+/g, ' ').trim();
}
