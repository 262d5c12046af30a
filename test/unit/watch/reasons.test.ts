/** Reasons in words, as the watch page shows them. */

import { expect, it } from 'vitest';
import type { WaitReason } from '../../../main/core/watch/readiness.ts';
import { sayDuration, sayReason } from '../../../main/core/watch/reasons.ts';

it.each<[WaitReason, string]>([
  [{ kind: 'unfinished-name', pattern: '*.part' }, 'its name says that it is still being written (*.part)'],
  [{ kind: 'open', pid: 4121, process: 'ffmpeg' }, 'open by process 4121 (ffmpeg)'],
  [{ kind: 'open', pid: 4121, process: null }, 'open by process 4121'],
  [{ kind: 'open', pid: null, process: 'Recorder' }, 'open by Recorder'],
  [{ kind: 'open', pid: null, process: null }, 'open by another process'],
  [{ kind: 'marker', name: 'cam.mp4.done' }, 'waiting for cam.mp4.done'],
  [{ kind: 'no-manifest', name: '*.csv' }, 'waiting for the list *.csv'],
  [{ kind: 'not-in-manifest', list: 'all.csv' }, 'waiting until all.csv lists it'],
  [
    { kind: 'manifest-size', list: 'manifest.csv', listed: 120, size: 100 },
    'listed with 120 bytes in manifest.csv, has 100',
  ],
  [
    { kind: 'manifest-size', list: 'manifest.csv', listed: 1_200_000, size: 1_000 },
    'listed with 1,200,000 bytes in manifest.csv, has 1,000',
  ],
  [{ kind: 'manifest-hash', list: 'a.md5' }, 'its content has another hash than a.md5 gives'],
  [
    { kind: 'incomplete', missing: 'its moov box is missing, which cameras write last' },
    'not complete yet: its moov box is missing, which cameras write last',
  ],
  [
    { kind: 'quiet', change: 'size', unchangedMs: 3_400, neededMs: 10_000 },
    'size changed 3 s ago, waiting until it is quiet for 10 s',
  ],
  [
    { kind: 'quiet', change: 'time', unchangedMs: 90_000, neededMs: 120_000 },
    'modification time changed 1 min 30 s ago, waiting until it is quiet for 2 min',
  ],
  [
    { kind: 'quiet', change: 'appeared', unchangedMs: 0, neededMs: 500 },
    'appeared 0 s ago, waiting until it is quiet for 0.5 s',
  ],
  [{ kind: 'checking', what: 'open' }, 'checking whether a process has it open'],
  [{ kind: 'checking', what: 'complete' }, 'checking whether it is complete'],
  [{ kind: 'checking', what: 'hash' }, 'comparing its content with the hash in the list'],
])('%o', (reason, words) => expect(sayReason(reason)).toBe(words));

it.each([
  [-5, '0 s'],
  [0, '0 s'],
  [499, '0.4 s'],
  [999, '0.9 s'],
  [1_000, '1 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [61_000, '1 min 1 s'],
  [3_599_999, '59 min 59 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [172_799_999, '47 h 59 min'],
  [172_800_000, '2 days'],
])('%d ms are %s', (ms, words) => expect(sayDuration(ms)).toBe(words));
