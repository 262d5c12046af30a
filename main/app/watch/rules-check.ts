/** Whether rules make sense: what is wrong with a glob, a pattern or a template, in words. Used by `watching.ts` and `match.ts`. */

import type { MatchView } from '../../../preload/contract/watch.ts';
import { UploaderError } from '../../core/errors.ts';
import { readPattern } from '../../core/watch/pattern.ts';
import type { WatchRules } from '../../core/watch/rules.ts';
import { asideProblem } from '../../core/watch/selection.ts';
import { METADATA_PLACEHOLDERS, readTemplate, TITLE_PLACEHOLDERS } from '../../core/watch/templates.ts';
import type { AppDeps } from '../deps.ts';

export type RulesProblem = MatchView['problems'][number];

/** Throws `invalid-input` with the first problem. */
export function requireGoodRules(rules: WatchRules, tools: AppDeps['watch']['tools']): void {
  const [problem] = rulesProblems(rules, tools);
  if (problem) throw new UploaderError('invalid-input', problem.text, { details: { field: problem.field } });
}

export function rulesProblems(rules: WatchRules, tools: AppDeps['watch']['tools']): RulesProblem[] {
  const problems: RulesProblem[] = [];
  const note = (field: RulesProblem['field'], text: string | null): void => {
    if (text !== null) problems.push({ field, text });
  };
  for (const glob of rules.include) note('include', tools.problem(glob));
  for (const glob of rules.exclude) note('exclude', tools.problem(glob));
  for (const glob of rules.readiness.unfinishedNames) note('names', tools.problem(glob));
  const { marker, manifest } = rules.readiness;
  if (marker !== null) note('marker', asideProblem(marker));
  if (manifest !== null) note('manifest', asideProblem(manifest) ?? tools.problem(manifest));
  const { close } = rules.groups;
  if (close.kind === 'marker' || close.kind === 'manifest') {
    note('close', asideProblem(close.name) ?? tools.problem(close.name.replaceAll('{folder}', '*')));
  }
  const captures: string[] = [];
  if (rules.becomes.kind === 'pattern') {
    const read = readPattern(rules.becomes.pattern);
    if (read.ok) captures.push(...read.pattern.captures);
    else note('pattern', read.problem);
  }
  if (rules.title !== null) {
    const read = readTemplate(rules.title, [...TITLE_PLACEHOLDERS, ...captures]);
    if (!read.ok) note('title', read.problem);
  }
  for (const [key, text] of Object.entries(rules.metadata)) {
    const read = readTemplate(text, [...METADATA_PLACEHOLDERS, ...captures]);
    if (!read.ok) note('metadata', `${key}: ${read.problem}`);
  }
  return problems;
}
