/**
 * A Vitest reporter that writes each test's name, outcome and reason for skipping to the file that
 * `ENCORD_UPLOADER_TEST_REPORT` names. Vitest's own JSON report leaves the reasons out. Used by `test.mjs`.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class Report {
  /** Called by Vitest once, after the last test. */
  onTestRunEnd(modules, unhandledErrors) {
    const tests = [];
    let errors = unhandledErrors.length;
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      // Errors of the file or of a suite's hooks belong to no test.
      errors += module.errors().length;
      for (const suite of module.children.allSuites()) errors += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        tests.push({ name: `${file} › ${test.fullName}`, state, note });
      }
    }
    writeFileSync(process.env.ENCORD_UPLOADER_TEST_REPORT, JSON.stringify({ tests, errors }));
  }
}
