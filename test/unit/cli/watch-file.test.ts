/** The file of `watch apply`: what it means, and that every problem is said where it stands. */

import { expect, it } from 'vitest';
import { nearest, readWatchFile, type WantedFolder } from '../../../main/cli/watch-file.ts';
import { DEFAULT_RULES } from '../../../main/core/watch/rules.ts';

const PLACE = { base: '/etc/lab', home: '/home/lab', env: { HOSTNAME: 'rig-1', EMPTY: '' } };

function folders(source: string): readonly WantedFolder[] {
  const reading = readWatchFile(source, PLACE);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.folders;
}

/** Each problem as `line:column sentence`. */
function problems(source: string): readonly string[] {
  const reading = readWatchFile(source, PLACE);
  return reading.ok
    ? []
    : reading.problems.map(({ line, column, problem }) => `${line}:${column} ${problem}`);
}

it('reads folders, with the usual for what is not said', () => {
  expect(folders('version: 1\nfolders:\n  - root: scans\n    dataset: D\n')).toEqual([
    {
      root: '/etc/lab/scans',
      dataset: 'D',
      create: false,
      account: null,
      folder: null,
      on: true,
      existing: 'all',
      rules: DEFAULT_RULES,
    },
  ]);
});

it.each([
  ['/data/a/', '/data/a'],
  ['../b', '/etc/b'],
  ['~/scans', '/home/lab/scans'],
  ['"~"', '/home/lab'],
  ['~other', '/etc/lab/~other'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: so it stands in the file.
  ['/data/${HOSTNAME}/in', '/data/rig-1/in'],
])('root %s is %s', (root, expected) => {
  expect(
    folders(
      `version: 1\nfolders: [{ root: ${root.includes('{') ? JSON.stringify(root) : root}, dataset: D }]`,
    )[0]?.root,
  ).toBe(expected);
});

it('puts the words of a folder over the defaults, and takes one back with null', () => {
  const [a, b] = folders(`
version: 1
defaults:
  dataset: "\${HOSTNAME} scans"
  as: image-group
  close: count:40
  include: ["*.tif"]
  metadata: { host: "{host}", lab: north }
folders:
  - root: a
    include: ["*.png"]
    metadata: { lab: south }
  - root: b
    as: null
    close: ~
    on: false
`);
  expect(a).toMatchObject({ dataset: 'rig-1 scans', on: true });
  expect(a?.rules).toMatchObject({
    becomes: { kind: 'folders', media: 'image-group' },
    groups: { close: { kind: 'count', count: 40 } },
    include: ['*.png'],
    metadata: { host: '{host}', lab: 'south' },
  });
  expect(b).toMatchObject({ on: false, rules: { becomes: DEFAULT_RULES.becomes, include: ['*.tif'] } });
});

it('follows anchors', () => {
  const read = folders(
    'version: 1\nfolders:\n  - { root: a, dataset: &d D }\n  - { root: b, dataset: *d }\n',
  );
  expect(read.map((each) => each.dataset)).toEqual(['D', 'D']);
});

it.each([
  ['', ['1:1 The file is a map with `version`, `defaults`, `folders`.']],
  ['folders: []', ['1:1 Write `version: 1`; this program knows no other.']],
  ['version: 2\nfolders: []', ['1:10 Write `version: 1`; this program knows no other.']],
  ['version: 1', ['1:1 `folders` is a list, each with at least `root` and `dataset`.']],
  ['version: 1\nfolders: {}', ['2:10 `folders` is a list, each with at least `root` and `dataset`.']],
  ['version: 1\nfolders:\n  - scans\n', ['3:5 It is a map of words, such as `root: ~/scans`.']],
  ['version: 1\nfolders:\n  - root: a\n', ['3:5 `dataset` is missing.']],
  [
    'version: 1\nfolders:\n  - root: ~\n    dataset: D\n',
    ['3:11 It is empty. A home folder is written `~/`, or "~" in quotes.'],
  ],
  ['version: 1\nfolders: []\nfolder: []', ['3:1 `folder` is not known here. Do you mean `folders`?']],
])('%j: %j', (source, expected) => {
  expect(problems(source)).toEqual(expected);
});

it('says everything that is wrong, in the order of the lines', () => {
  expect(
    problems(`version: 1
defaults:
  quiet: soon
  root: /x
folders:
  - root: a
    dataset: D
    pattren: "{frame}.tif"
    include: [ok, 3]
    after: shred
    metadata:
      source: 7
    title: ""
`),
  ).toEqual([
    '3:10 It is a number of seconds from 0 to 31,536,000.',
    '4:3 `root` is not known here. `watch apply --help` tells of them.',
    '8:5 `pattren` is not known here. Do you mean `pattern`?',
    '9:19 It is a text of 1 to 1,000 characters.',
    '10:12 It is one of keep, move, delete.',
    '12:15 It is a text of 1 to 2,000 characters.',
    '13:12 It is a text of 1 to 2,000 characters.',
  ]);
});

it('says where words clash, also where one is a default, and says it once', () => {
  expect(
    problems(`version: 1
defaults:
  dataset: "\${NOWHERE} and \${EMPTY}"
  close: count:3
folders:
  - { root: a }
  - { root: b }
  - root: c
    dataset: D
    as: image-group
    grace: 3
`),
  ).toEqual([
    '3:12 The environment has no variable NOWHERE.',
    '3:12 The environment has no variable EMPTY.',
    '11:12 `grace` needs `after` delete.',
  ]);
  expect(
    problems(
      'version: 1\ndefaults:\n  dataset: D\n  close: count:3\nfolders:\n  - { root: a }\n  - { root: b }\n',
    ),
  ).toEqual(['4:10 `close` is about groups: it needs `as` image-group, image-sequence or dicom.']);
});

it('refuses roots that are there twice or lie in one another', () => {
  const source = ['/d/a', '/d/ab', '/d/a/', '/d/a/x', '/d'].map(
    (root) => `  - { root: ${root}, dataset: D }`,
  );
  expect(problems(`version: 1\nfolders:\n${source.join('\n')}\n`)).toEqual([
    '5:13 /d/a is there twice.',
    '6:13 /d/a/x and /d/a lie in one another: watch one of them.',
    '7:13 /d and /d/a lie in one another: watch one of them.',
  ]);
});

it.each([
  ['version: 1\nfolders:\n  - root: "a\n', /^\d:\d+ /],
  ['version: 1\nversion: 1\nfolders: []\n', /^2:1 .*unique/],
  ['version: 1\nfolders: [*gone]\n', /^2:11 .*gone/],
])('says where the YAML itself is broken: %j', (source, expected) => {
  expect(problems(source)[0]).toMatch(expected);
});

it('does not follow aliases without end', () => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const refs = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
    return `a${level}: &a${level} [${refs.join(', ')}]`;
  });
  expect(problems(`${levels.join('\n')}\n`)[0]).toMatch(/aliases/i);
});

it.each([
  ['pattren', 'pattern'],
  ['Group-By', 'group_by'],
  ['exlude', 'exclude'],
  ['roto', 'root'],
  ['colour', null],
])('the word nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['root', 'pattern', 'group_by', 'exclude', 'include'])).toBe(expected);
});
