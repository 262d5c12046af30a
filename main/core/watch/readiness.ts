/**
 * Is a file finished? The ladder's facts, verdicts and reasons, and how its rungs are combined. Called by
 * `folder-run.ts`; the rungs themselves are one file each in `rungs/`.
 */

import type { FileIdentity } from '../model.ts';
import type { ReadinessRules } from './rules.ts';

/** Whether a process has a file open for writing. */
export type Openness =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'process'; readonly pid: number | null; readonly name: string | null }
  /** This system does not tell. */
  | { readonly kind: 'unknown' };

/** Whether a container is whole. */
export type Completeness =
  | { readonly kind: 'complete' }
  /** What is missing, as a clause: `its moov box is missing, which cameras write last`. */
  | { readonly kind: 'incomplete'; readonly missing: string }
  /** The format does not say. */
  | { readonly kind: 'unknown' };

/** What a list beside the file says of it. */
export type Listed =
  | { readonly kind: 'no-list' }
  | { readonly kind: 'not-listed'; readonly list: string }
  | {
      readonly kind: 'listed';
      readonly list: string;
      readonly size: number | null;
      /** Lower-case hex, and which hash it is. */
      readonly hash: { readonly algorithm: 'sha256' | 'sha1' | 'md5'; readonly hex: string } | null;
    };

/** Everything that the rungs look at. Durations are milliseconds on a clock that only goes forward. */
export interface FileFacts {
  readonly name: string;
  readonly identity: FileIdentity;
  /** Since size or time were last seen to change, or since the file was first seen. */
  readonly unchangedMs: number;
  /** What changed last. */
  readonly lastChange: 'appeared' | 'size' | 'time';
  /** Since it was first seen. */
  readonly seenMs: number;
  /** What is in the same folder now, itself included; may be empty where no rule asks for a marker. */
  readonly names: ReadonlySet<string>;
  /** It had an unfinished name before, and was renamed. */
  readonly renamedInto: boolean;
  readonly listed: Listed;
  /** Null: not asked yet, because another rung says no anyway. */
  readonly openness: Openness | null;
  readonly completeness: Completeness | null;
  /** Whether the hash that a list gives is that of the file; null: not compared (yet). */
  readonly listedHashFits: boolean | null;
}

/** Why something waits. Pages and command line show `sayReason`. */
export type WaitReason =
  | { readonly kind: 'unfinished-name'; readonly pattern: string }
  | { readonly kind: 'marker'; readonly name: string }
  | { readonly kind: 'no-manifest'; readonly name: string }
  | { readonly kind: 'not-in-manifest'; readonly list: string }
  | { readonly kind: 'manifest-size'; readonly list: string; readonly listed: number; readonly size: number }
  | { readonly kind: 'manifest-hash'; readonly list: string }
  | {
      readonly kind: 'quiet';
      readonly change: FileFacts['lastChange'];
      /** When it changed, and how long it has to be quiet; milliseconds, monotonic. */
      readonly unchangedMs: number;
      readonly neededMs: number;
    }
  | { readonly kind: 'open'; readonly pid: number | null; readonly process: string | null }
  | { readonly kind: 'incomplete'; readonly missing: string }
  | { readonly kind: 'checking'; readonly what: 'open' | 'complete' | 'hash' };

export type Verdict =
  /** The rung is switched off, or cannot tell. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'finished' }
  | {
      readonly kind: 'waiting';
      readonly reason: WaitReason;
      /** When to ask again though nothing happened, milliseconds from now; null: only when something happens. */
      readonly againMs: number | null;
    };

/**
 * - `veto` rungs (unfinished name, open) can only say no: whatever else, such a file is not finished;
 * - `sign` rungs say yes or no.
 */
export interface Rung {
  readonly name: 'unfinished-name' | 'open' | 'marker' | 'manifest' | 'renamed' | 'quiet' | 'complete';
  readonly kind: 'veto' | 'sign';
  readonly judge: (facts: FileFacts, rules: ReadinessRules, tools: RungTools) => Verdict;
}

/** What the rungs need of libraries, handed in: the core has none. */
export interface RungTools {
  /** A glob over base names as a predicate; kept by the implementation, so asking often is cheap. */
  readonly glob: (pattern: string) => (name: string) => boolean;
}
