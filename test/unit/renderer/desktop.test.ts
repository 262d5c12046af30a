/** What pages decide around the desktop without being drawn: places, quiet hours, updates. */
import { describe, expect, it } from 'vitest';
import type { PlaceView, UpdateView } from '../../../preload/contract/desktop.ts';
import { quietSentence } from '../../../renderer/features/settings/quiet-hours.ts';
import { updateWords } from '../../../renderer/features/settings/update-words.ts';
import { pathsIn, tidy, when } from '../../../renderer/state/place-order.ts';

const uploads: PlaceView = { kind: 'uploads', batchId: 7 };
const settings: PlaceView = { kind: 'settings', section: 'network' };
const dataset: PlaceView = { kind: 'dataset', datasetId: '0c9a2f4e-0000-4000-8000-000000000001' };
const keys: PlaceView = { kind: 'command', command: 'keys' };
const files = (...paths: string[]): PlaceView => ({ kind: 'files', paths });

describe('places that were asked for', () => {
  it('are the last page, the commands, and all files as one review', () => {
    expect(tidy([uploads, files('/a'), keys, settings, files('/b', '/a')], true)).toEqual([
      settings,
      keys,
      files('/a', '/b'),
    ]);
    expect(tidy([dataset, settings], true)).toEqual([settings]);
  });

  it('keep what waits for an account beside what does not', () => {
    expect(tidy([dataset, settings, uploads], false)).toEqual([dataset, uploads]);
  });

  it('come in as many reviews as main takes paths for', () => {
    const many = Array.from({ length: 100_001 }, (_, index) => `/frames/${index}`);
    const sorted = tidy([files(...many.slice(0, 60_000)), files(...many.slice(60_000))], true);
    expect(sorted.map((place) => pathsIn([place]))).toEqual([100_000, 1]);
  });

  it.each<[PlaceView, boolean, boolean, string]>([
    [files('/a'), true, false, 'now'],
    [files('/a'), true, true, 'later'],
    [files('/a'), false, false, 'later'],
    [dataset, false, false, 'later'],
    [settings, false, false, 'now'],
    [settings, true, true, 'later'],
    [keys, true, true, 'never'],
  ])('%j with an account %s under a dialog %s: %s', (place, hasAccount, floating, expected) => {
    expect(when(place, { hasAccount, floating })).toBe(expected);
  });
});

describe('quiet hours', () => {
  it.each([
    ['12:00', '13:30', 'from 12:00 to 13:30.'],
    ['22:00', '07:00', 'from 22:00 to 07:00 the next morning.'],
    ['18:00', '14:00', 'from 18:00 to 14:00 the next day.'],
    ['07:00', '07:00', 'no quiet hours'],
  ])('from %s to %s', (from, to, said) => {
    expect(quietSentence({ from, to }, (time) => time)).toContain(said);
  });

  it('are said as the fields beside them show them', () => {
    expect(quietSentence({ from: '22:00', to: '07:00' }, (time) => `${time} o’clock`)).toContain(
      'from 22:00 o’clock to 07:00 o’clock the next morning.',
    );
  });
});

describe('updates', () => {
  it.each<[UpdateView, string, string | null]>([
    [{ kind: 'off', reason: 'This machine is looked after.', managed: true }, 'Version 1.0.0', null],
    [{ kind: 'current', checkedAt: null }, 'Version 1.0.0', 'Check now'],
    [{ kind: 'current', checkedAt: 5 }, 'Version 1.0.0 is the newest', 'Check now'],
    [{ kind: 'checking' }, 'Version 1.0.0', 'Check now'],
    [{ kind: 'available', version: '1.1.0' }, 'Version 1.1.0 is available', 'Download'],
    [{ kind: 'downloading', version: '1.1.0', fraction: 0.5 }, 'Version 1.1.0 is being downloaded', null],
    [{ kind: 'ready', version: '1.1.0' }, 'Version 1.1.0 is ready', 'Restart and install'],
    [{ kind: 'failed', sentence: 'No answer.', at: 5 }, 'The update did not work', 'Check now'],
  ])('%j', (view, title, label) => {
    const words = updateWords(view, '1.0.0', 10);
    expect([words.title, words.action?.label ?? null]).toEqual([title, label]);
    expect(words.hint).not.toBe('');
  });

  it('promise nothing that files on their way keep from being done', () => {
    const hintOf = (view: UpdateView) => updateWords(view, '1.0.0', 10).hint;
    expect(hintOf({ kind: 'available', version: '1.1.0' })).toContain('when no files are on their way');
    expect(hintOf({ kind: 'ready', version: '1.1.0' })).toContain('or now if nothing is on its way');
  });
});
