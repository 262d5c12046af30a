/** Watch folders on the pages: rules as fields and back, and the sentences that say a folder's state. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES as CORE_RULES } from '../../../main/core/watch/rules.ts';
import { type WatchFolderView, type WatchRulesView, watchRules } from '../../../preload/contract/watch.ts';
import {
  afterSentence,
  becomesSentence,
  duration,
  finishedSentence,
  folderWord,
} from '../../../renderer/features/watch/words.ts';
import { DEFAULT_RULES, formOf, problemsOf, rulesOf } from '../../../renderer/state/watch-form.ts';
import { heed, nameOfRoot, watchStatus } from '../../../renderer/state/watch-status.ts';

const EVERYTHING: WatchRulesView = {
  becomes: { kind: 'pattern', media: 'image-sequence', pattern: '{plate}_{frame}.tif' },
  include: ['**/*.tif', '*.png'],
  exclude: ['preview/**'],
  title: '{plate}',
  metadata: { host: '{host}', hash: '{sha256}' },
  readiness: {
    combine: 'any',
    unfinishedNames: ['*.writing'],
    marker: '{name}.ok',
    manifest: '*.md5',
    renamed: false,
    quietSeconds: 0,
    quietSecondsPerGB: 3,
    notOpen: false,
    complete: false,
    stuckAfterSeconds: 90,
  },
  groups: {
    close: { kind: 'count', count: 40 },
    missing: { waitSeconds: 0, otherwise: 'take' },
    maxFrames: 500,
  },
  changed: 'ask',
  after: { kind: 'trash', graceSeconds: 86_400 },
  find: { kind: 'poll', seconds: 5 },
};

describe('the rules as fields', () => {
  it('begin as those of the core', () => {
    expect(DEFAULT_RULES).toEqual(CORE_RULES);
  });

  it('come back as they went in, and as the contract takes them', () => {
    for (const rules of [DEFAULT_RULES, EVERYTHING]) {
      expect(rulesOf(formOf(rules))).toEqual(rules);
      expect(watchRules.parse(rulesOf(formOf(rules)))).toEqual(rules);
    }
    for (const becomes of [
      { kind: 'folders', media: 'image-group' },
      { kind: 'gap', media: 'image-sequence', seconds: 12 },
      { kind: 'files', media: 'video' },
    ] as const)
      expect(rulesOf(formOf({ ...EVERYTHING, becomes })).becomes).toEqual(becomes);
    for (const close of [
      { kind: 'quiet', seconds: 7 },
      { kind: 'marker', name: 'done.txt' },
      { kind: 'manifest', name: '*.csv' },
    ] as const) {
      const groups = { ...EVERYTHING.groups, close };
      expect(rulesOf(formOf({ ...EVERYTHING, groups })).groups.close).toEqual(close);
    }
  });

  it('take lists by the line, without blanks and empty lines', () => {
    const form = { ...formOf(DEFAULT_RULES), include: ' *.mp4 \n\n**/a b.mov\n', title: '  ' };
    expect(rulesOf(form)).toMatchObject({ include: ['*.mp4', '**/a b.mov'], title: null });
  });

  it('keep what was typed for a sign that is switched off', () => {
    const form = { ...formOf(EVERYTHING), markerOn: false };
    expect(rulesOf(form).readiness.marker).toBeNull();
    expect(rulesOf({ ...form, markerOn: true }).readiness.marker).toBe('{name}.ok');
  });

  it('say what is missing', () => {
    const form = formOf(DEFAULT_RULES);
    expect(problemsOf(form)).toEqual({});
    expect(problemsOf({ ...form, becomes: 'pattern' })).toHaveProperty('pattern');
    expect(problemsOf({ ...form, markerOn: true, marker: ' ' })).toHaveProperty('marker');
    expect(problemsOf({ ...form, manifestOn: true, manifest: '' })).toHaveProperty('manifest');
    expect(problemsOf({ ...form, close: 'marker', closeMarker: '' })).toEqual({});
    expect(problemsOf({ ...form, becomes: 'gap', close: 'marker', closeMarker: '' })).toHaveProperty('close');
    const line = { id: 0, key: 'host', template: '{host}' };
    expect(problemsOf({ ...form, metadata: [line, { ...line, id: 1 }] }).metadata).toMatch(/same key/);
    expect(problemsOf({ ...form, metadata: [{ ...line, template: '' }] })).toHaveProperty('metadata');
    expect(problemsOf({ ...form, metadata: [{ ...line, key: '', template: '' }] })).toEqual({});
  });
});

const FOLDER: WatchFolderView = {
  id: 1,
  root: '/data/north',
  accountId: 'lab',
  accountName: 'Imaging lab',
  datasetId: 'd',
  datasetTitle: 'Traffic Data',
  folderId: null,
  rules: DEFAULT_RULES,
  existing: 'all',
  on: true,
  state: { kind: 'watching', how: 'chokidar' },
  notices: [],
  today: { files: 0, bytes: 0 },
  waiting: 0,
  attention: 0,
  held: 0,
  uploaded: 0,
  skipped: 0,
  queued: 0,
  lastScanAt: null,
  nextScanAt: null,
};
const AWAY: WatchFolderView = {
  ...FOLDER,
  state: {
    kind: 'suspended',
    failure: { code: 'file-missing', message: 'It is not mounted.', details: {}, at: 0 },
  },
};
const ASKS: WatchFolderView = { ...FOLDER, attention: 2, held: 1_240 };
const OFF: WatchFolderView = { ...ASKS, on: false, state: { kind: 'off' } };

describe('the sentence of all watch folders', () => {
  it('says nothing where none is on', () => {
    expect(watchStatus([])).toBeNull();
    expect(watchStatus([OFF])).toBeNull();
  });

  it('is quiet where all is well', () => {
    expect(watchStatus([FOLDER, FOLDER, OFF])).toMatchObject({ text: 'Watching 2 folders', urgent: false });
  });

  it('names the one that cannot be seen, and says that it goes on by itself', () => {
    expect(watchStatus([FOLDER, AWAY])).toMatchObject({
      text: 'The watch folder “north” cannot be seen: goes on by itself',
      urgent: true,
    });
    expect(watchStatus([AWAY, AWAY])?.text).toBe('2 watch folders cannot be seen: goes on by itself');
  });

  it('says first what needs a person', () => {
    expect(watchStatus([AWAY, ASKS])?.text).toBe('1 watch folder needs you · 1 folder cannot be seen');
    expect(watchStatus([{ ...FOLDER, accountName: null }, ASKS])?.text).toBe('2 watch folders need you');
    expect(heed([FOLDER, AWAY, ASKS, OFF])).toBe(2);
  });

  it('names a folder by the end of its path, on every system', () => {
    expect([nameOfRoot('/data/north/'), nameOfRoot('D:\\scope\\out'), nameOfRoot('/')]).toEqual([
      'north',
      'out',
      '/',
    ]);
  });
});

describe('the words of one folder', () => {
  it('say the state, and why', () => {
    expect(folderWord(FOLDER)).toMatchObject({ word: 'Watching', why: null });
    expect(folderWord(AWAY)).toMatchObject({ word: 'Suspended', why: 'It is not mounted.' });
    expect(folderWord(ASKS)).toMatchObject({ word: 'Needs you', why: '2 to decide, 1,240 to review' });
    expect(folderWord(OFF).word).toBe('Off');
    expect(folderWord({ ...FOLDER, accountName: null }).why).toBe('Its account was removed');
    const polling = { kind: 'polling', everySeconds: 90, why: 'It is a network share.' } as const;
    expect(folderWord({ ...FOLDER, state: polling })).toMatchObject({
      word: 'Looks every 2 min',
      why: 'It is a network share.',
    });
  });

  it('say the rules in sentences', () => {
    expect(becomesSentence(DEFAULT_RULES)).toBe('Each file becomes a data row');
    expect(becomesSentence(EVERYTHING)).toBe('Files that share {plate}_{frame}.tif become an image sequence');
    expect(finishedSentence(DEFAULT_RULES)).toBe(
      'Finished when nothing changed for 10 s, no program is writing it and its end is there',
    );
    expect(finishedSentence(EVERYTHING)).toBe('Finished when {name}.ok is there or *.md5 lists it');
    expect(afterSentence(DEFAULT_RULES)).toBe('Files stay where they are');
    expect(afterSentence(EVERYTHING)).toBe('Uploaded files go to the trash after a day');
  });

  it('say durations as a person would', () => {
    expect([0.5, 10, 90, 3_600, 86_400, 604_800].map(duration)).toEqual([
      '0.5 s',
      '10 s',
      '2 min',
      '1 h',
      'a day',
      '7 days',
    ]);
  });
});
