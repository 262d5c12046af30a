/**
 * Says why a file waits, in words: lower-case clauses without a full stop. Used by the views of pages and by the command
 * line; pure.
 */

import type { FileFacts, WaitReason } from './readiness.ts';

/** The reason as a clause: "size changed 3 s ago, waiting until it is quiet for 10 s". */
export function sayReason(reason: WaitReason): string {
  switch (reason.kind) {
    case 'unfinished-name':
      return `its name says that it is still being written (${reason.pattern})`;
    case 'open':
      return `open by ${sayProcess(reason.pid, reason.process)}`;
    case 'marker':
      return `waiting for ${reason.name}`;
    case 'no-manifest':
      return `waiting for the list ${reason.name}`;
    case 'not-in-manifest':
      return `waiting until ${reason.list} lists it`;
    case 'manifest-size':
      return `listed with ${count(reason.listed)} bytes in ${reason.list}, has ${count(reason.size)}`;
    case 'manifest-hash':
      return `its content has another hash than ${reason.list} gives`;
    case 'incomplete':
      return `not complete yet: ${reason.missing}`;
    case 'quiet':
      return `${CHANGED[reason.change]} ${sayDuration(reason.unchangedMs)} ago, waiting until it is quiet for ${sayDuration(reason.neededMs)}`;
    case 'checking':
      return CHECKING[reason.what];
  }
}

/** A length of time, rounded down: "0.4 s", "3 s", "1 min 30 s", "2 h 5 min", "3 days". */
export function sayDuration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.floor(ms / 100) / 10)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return two(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < 2 * DAY) return two(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return `${count(Math.floor(ms / DAY))} days`;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CHANGED: Readonly<Record<FileFacts['lastChange'], string>> = {
  appeared: 'appeared',
  size: 'size changed',
  time: 'modification time changed',
};

const CHECKING: Readonly<Record<Extract<WaitReason, { kind: 'checking' }>['what'], string>> = {
  open: 'checking whether a process has it open',
  complete: 'checking whether it is complete',
  hash: 'comparing its content with the hash in the list',
};

type Unit = readonly [ms: number, name: string];

function two(ms: number, [large, name]: Unit, [small, rest]: Unit): string {
  const left = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${name}${left === 0 ? '' : ` ${left} ${rest}`}`;
}

function sayProcess(pid: number | null, name: string | null): string {
  if (pid === null) return name ?? 'another process';
  return `process ${pid}${name === null ? '' : ` (${name})`}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
