/**
 * The rung of markers: a file beside the data that says that it is finished. Called by `ladder.ts`, and by the run, which
 * takes no marker for data.
 *
 * A marker's template names the data file by `{name}`, `{stem}` (without the last extension) and `{ext}`; `*` and `?`
 * stand for what nobody knows beforehand, as in `MARKER_is_finished_*`. Other signs of globs are plain characters here:
 * braces are the template's, and brackets are common in the names that it is filled with.
 */

import type { Rung } from '../readiness.ts';
import type { ReadinessRules } from '../rules.ts';
import { matchParts, type Part } from '../wildcards.ts';

const PARTS = /\{(?:name|stem|ext)\}|[*?]/g;

/** The marker of a file: its name, with `*` and `?` where the template has them. */
export function markerOf(name: string, template: string): string {
  const parts = placeholders(name);
  return template.replaceAll(PARTS, (part) => parts[part] ?? part);
}

/** All names that markers of this folder can have, as a pattern with `*` and `?`; null where none is wanted. */
export function markerNames(rules: ReadinessRules): string | null {
  return rules.marker?.replaceAll(/\{(?:name|stem|ext)\}/g, '*') ?? null;
}

/** Whether a base name is that of a marker. */
export function isMarker(name: string, rules: ReadinessRules): boolean {
  return rules.marker !== null && matchParts(partsOf(rules.marker, null), name) !== null;
}

export const marker: Rung = {
  name: 'marker',
  kind: 'sign',
  judge({ name, names }, rules) {
    if (rules.marker === null) return { kind: 'silent' };
    if (isThere(name, names, rules.marker)) return { kind: 'finished' };
    return {
      kind: 'waiting',
      reason: { kind: 'marker', name: markerOf(name, rules.marker) },
      againMs: null,
    };
  },
};

function isThere(name: string, names: ReadonlySet<string>, template: string): boolean {
  if (!/[*?]/.test(template)) {
    const wanted = markerOf(name, template);
    return wanted !== name && names.has(wanted);
  }
  const parts = partsOf(template, name);
  for (const other of names) if (other !== name && matchParts(parts, other)) return true;
  return false;
}

function placeholders(name: string): Readonly<Record<string, string>> {
  const dot = name.lastIndexOf('.');
  const whole = dot > 0;
  return {
    '{name}': name,
    '{stem}': whole ? name.slice(0, dot) : name,
    '{ext}': whole ? name.slice(dot + 1) : '',
  };
}

/**
 * The template of one file's marker, or of that of any file. Wildcards are those of the template alone: in a name that it
 * is filled with they are plain characters.
 */
function partsOf(template: string, name: string | null): readonly Part[] {
  const filled = name === null ? null : placeholders(name);
  const parts: Part[] = [];
  const add = (text: string | undefined) => {
    if (text) parts.push({ kind: 'text', text });
  };
  let from = 0;
  for (const { 0: sign, index } of template.matchAll(PARTS)) {
    add(template.slice(from, index));
    if (sign === '?') parts.push({ kind: 'one' });
    else if (sign === '*' || filled === null) parts.push({ kind: 'run', of: 'name', least: 0 });
    else add(filled[sign]);
    from = index + sign.length;
  }
  add(template.slice(from));
  return parts;
}
