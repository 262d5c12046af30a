/** Takes e-mail addresses out of what somebody typed or pasted. Pure; used by the field of Team. */

/** As main checks them. */
const EMAIL = /^[^\s@,;<>]+@[^\s@,;<>]+$/;

/** The most that one invitation takes. */
export const MOST_EMAILS = 500;

export function isEmail(text: string): boolean {
  return text.length <= 320 && EMAIL.test(text);
}

/**
 * The pieces of a text: separated by commas, semicolons, blanks or lines. `Ann Lee <ann@lab.example>`, as mail programs
 * copy it, is its address. What is no address is a piece all the same, so that it can be shown.
 */
export function emailsIn(text: string): string[] {
  return text
    .replace(/[^,;\n<>]*<([^<>\n]*)>/g, ' $1 ')
    .split(/[\s,;]+/)
    .filter((piece) => piece !== '');
}

/** `more` after `before`, each address once in whatever case. */
export function withEmails(before: readonly string[], more: readonly string[]): string[] {
  const known = new Set(before.map((each) => each.toLowerCase()));
  const added: string[] = [];
  for (const each of more) {
    const key = each.toLowerCase();
    if (known.has(key)) continue;
    known.add(key);
    added.push(each);
  }
  return [...before, ...added];
}
