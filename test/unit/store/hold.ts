/** Run by the tests as a process of its own: opens the data folder, says how that went, and holds it. */

import { openStore } from '../../../main/adapters/sqlite/index.ts';
import { UploaderError } from '../../../main/core/errors.ts';

const folder = process.argv[2] ?? '';
const clock = { now: () => 0, monotonic: () => 0, after: () => () => {} };
try {
  openStore(folder, { clock });
  process.stdout.write(`${JSON.stringify({ opened: true })}\n`);
  setInterval(() => {}, 1000);
} catch (thrown) {
  const error = thrown instanceof UploaderError ? thrown : null;
  process.stdout.write(
    `${JSON.stringify({ opened: false, code: error?.code, message: error?.message, details: error?.details })}\n`,
  );
}
