/** Types of `decide.mjs`, for the tests. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: { name: string; why: string }[];
}
export type Environment = Record<string, string | undefined>;
export const NAMES: readonly string[];
export const NODE_MAJOR: number;
export const RETRY: string;
export function needsOf(
  name: string,
  args: string[],
): { keychain: boolean; pages: boolean; electron: boolean; tests: boolean };
export function packagesMissing(
  lock: { packages?: Record<string, { version?: string; optional?: boolean; link?: boolean }> },
  installed: { packages?: Record<string, { version?: string }> },
): string[];
export function majorOf(version: string): number;
export function packageInstaller(on: {
  platform: string;
  apt: boolean;
  uid: number;
  sudo: boolean;
}): { command: string[]; refused?: undefined } | { refused: string; command?: undefined };
export function systemPackages(on: {
  platform: string;
  keychain: boolean;
  libsecret: boolean;
  compile: boolean;
  toolchain: boolean;
  python: boolean;
  tests: boolean;
  chromium: boolean;
  keyring: boolean;
  dbus: boolean;
}): { name: string; why: string }[];
export function chromiumCandidates(platform: string, env: Environment): string[];
export function noWindowReason(on: { platform: string; uid: number; env: Environment }): string | null;
export function nodeHeaders(on: { configured: string; prefixes: string[] }): string | null;
export function installCommand(platform: string, running: string, root: string): string[];
export function chooseTests(args: string[]): {
  typecheck: boolean;
  lint: boolean;
  vitest: string[] | null;
  e2e: string[] | null;
};
export function countPlaywright(report: object): Counts;
export function countVitest(report: {
  tests: { name: string; state: string; note?: string }[];
  errors: number;
}): Counts;
export function sumCounts(all: Counts[]): Counts;
export function testVerdict(counts: Counts): { lines: string[]; code: number };
export function exitCodeOf(
  code: number | null,
  signal: string | null,
  numbers: Record<string, number>,
): number;
