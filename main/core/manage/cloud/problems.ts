/** What is wrong in a file of cloud data, collected and counted. Used by the check and by the reading of tables; pure. */

import type { TextPath } from '../text-ports.ts';

/** Errors stand in the way, warnings do not. */
export type Severity = 'error' | 'warning';

export interface CloudProblem {
  readonly severity: Severity;
  /** A sentence that says what is wrong and what to do. */
  readonly message: string;
  /** Keys and indexes of the upload file; null where it is about a line of a table. */
  readonly path: TextPath | null;
  /** Of a table. */
  readonly line: number | null;
  /** Where the other thing stands that this one is at odds with. */
  readonly earlier: TextPath | null;
}

/** Kept of each severity; all are counted. Nobody reads more, and a bad file may have a million. */
const KEPT_AT_MOST = 10_000;

export class Problems {
  readonly #kept: CloudProblem[] = [];
  readonly #counts = { error: 0, warning: 0 };
  readonly #said = new Set<string>();

  get errors(): number {
    return this.#counts.error;
  }

  get warnings(): number {
    return this.#counts.warning;
  }

  get kept(): readonly CloudProblem[] {
    return this.#kept;
  }

  error(path: TextPath, message: string): void {
    this.#add({ severity: 'error', message, path, line: null, earlier: null });
  }

  warning(path: TextPath, message: string, earlier: TextPath | null = null): void {
    this.#add({ severity: 'warning', message, path, line: null, earlier });
  }

  /** A warning that is said once, where it applies first. */
  once(path: TextPath, message: string): void {
    if (!this.#said.has(message)) this.warning(path, message);
    this.#said.add(message);
  }

  atLine(severity: Severity, line: number, message: string): void {
    this.#add({ severity, message, path: null, line, earlier: null });
  }

  #add(problem: CloudProblem): void {
    const count = ++this.#counts[problem.severity];
    if (count <= KEPT_AT_MOST) this.#kept.push(problem);
  }
}
