/** What the line of progress says while the connection keeps everything back. */

import { expect, it } from 'vitest';
import { connectionText } from '../../../main/cli/run.ts';
import { offline } from '../app/desk-program.ts';

it('promises to go on by itself only where no person is needed', () => {
  const said = (waitsFor: 'network' | 'login' | 'person') => connectionText(offline(waitsFor, 'It failed.'));
  expect(said('network')).toBe('Offline, will go on by itself. It failed.');
  expect(said('login')).toBe('Encord cannot be reached. It failed.');
  expect(said('person')).toBe('Encord cannot be reached. It failed.');
  expect(connectionText({ kind: 'online' })).toBeNull();
});
