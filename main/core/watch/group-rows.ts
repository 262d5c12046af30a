/** Groups that wait as people see them: which, since when, and why. Pure; used by `group-book.ts` alone. */

import { compareNatural } from '../natural.ts';
import type { Waiting } from './dealing.ts';
import type { OpenGroup } from './open-group.ts';
import type { Pending } from './pending.ts';
import { sayDuration } from './reasons.ts';
import type { GroupRules } from './rules.ts';

export interface RowFacts {
  /** What a group without a name is called. */
  readonly rootName: string;
  readonly stuckAfterSeconds: number;
  readonly rules: GroupRules;
  /** Milliseconds. */
  readonly monotonic: number;
}

export function groupRow(group: OpenGroup, facts: RowFacts): Waiting {
  const { late, verdict, decision } = group;
  const tooLarge = verdict?.kind === 'too-large';
  const asks =
    decision === null && !tooLarge && (late === 'late' || late === 'changed' || verdict?.kind === 'ask');
  const waitedMs = facts.monotonic - Math.max(group.firstSeenAt, group.changedAt);
  const stuck = !asks && (tooLarge || (decision === null && waitedMs > facts.stuckAfterSeconds * 1000));
  let size = 0;
  for (const file of group.members.values()) size += file.seen.identity.size;
  return {
    key: group.key,
    kind: 'group',
    name: group.name || facts.rootName,
    size,
    frames: group.members.size,
    reason: groupReason(group, facts),
    tone: asks ? 'ask' : stuck ? 'stuck' : 'waiting',
    choices: tooLarge ? ['ignore'] : asks || stuck ? ['upload', 'ignore', 'wait'] : [],
    since: group.since,
  };
}

/** A finished file that belongs to no group. */
export function strayRow(file: Pending, why: string): Waiting {
  return {
    key: file.path,
    kind: 'file',
    name: file.path,
    size: file.seen.identity.size,
    frames: 1,
    reason: why,
    tone: 'ask',
    choices: ['ignore'],
    since: file.since,
  };
}

export function groupReason(group: OpenGroup, facts: Pick<RowFacts, 'rules' | 'monotonic'>): string {
  const { verdict } = group;
  if (group.taking) return 'being added to the queue';
  if (group.trouble !== null) return group.trouble;
  if (verdict?.kind === 'too-large') return verdict.reason;
  switch (group.late) {
    case 'late':
      return `${sayFrames(group)} came after the group was taken`;
    case 'changed':
      return `${sayFrames(group)} changed after the group was taken`;
    case 'again':
      return `${sayFrames(group)} changed after the group was taken, which is taken again when all of it is finished`;
    case 'under way':
      return `${sayFrames(group)} changed while the group is uploaded`;
    case null:
      break;
  }
  if (verdict === null || verdict.kind === 'complete') return 'about to be looked at';
  if (verdict.kind !== 'open') return verdict.reason;
  if (verdict.againMs === null || verdict.missing || facts.rules.close.kind !== 'quiet')
    return verdict.reason;
  // With the time that has passed since.
  const quiet = sayDuration(facts.monotonic - group.changedAt);
  return verdict.reason.replace(/came or changed .*? ago/, `came or changed ${quiet} ago`);
}

function sayFrames({ members }: OpenGroup): string {
  let first = '';
  for (const { name } of members.values()) if (first === '' || compareNatural(name, first) < 0) first = name;
  const more = members.size > 1 ? ` and ${(members.size - 1).toLocaleString('en')} more` : '';
  return `${first}${more}`;
}
