/** Commands that work on the queue wait for a data folder that cannot be read, and end with any other error. */

import { expect, test } from 'vitest';
import { lookUntil } from '../../../main/cli/look-until.ts';
import { type ErrorCode, UploaderError } from '../../../main/core/errors.ts';

const never = new AbortController().signal;

/** The first look goes well, the second meets the error, the third sees the end. */
function meeting(code: ErrorCode) {
  const looks = { made: 0 };
  const over = lookUntil(1, never, () => {
    looks.made += 1;
    if (looks.made === 2) throw new UploaderError(code, 'It met trouble.');
    return looks.made === 3;
  });
  return { looks, over };
}

test('it goes on looking when the data folder can be read again', async () => {
  const { looks, over } = meeting('data-folder-unusable');
  await over;
  expect(looks.made).toBe(3);
});

test('anything else ends the command, and nobody looks any more', async () => {
  const { looks, over } = meeting('internal');
  await expect(over).rejects.toMatchObject({ code: 'internal' });
  expect(looks.made).toBe(2);
});

test('an interruption ends it, also while nothing can be read', async () => {
  const interruption = new AbortController();
  const over = lookUntil(1, interruption.signal, () => {
    throw new UploaderError('data-folder-unusable', 'It cannot be read.');
  });
  interruption.abort();
  await over;
  await lookUntil(1, interruption.signal, () => expect.unreachable());
});
