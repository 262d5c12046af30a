/** Texts that people bring: JSON with places, CSV with lines, files strictly as UTF-8. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvText } from '../../../main/adapters/csv-text.ts';
import { jsonText } from '../../../main/adapters/json-text.ts';
import { readTextFile } from '../../../main/adapters/text-file.ts';
import { makeKey } from '../../fixtures/keys.ts';

describe('JSON', () => {
  it('parses with and without a byte order mark', () => {
    const wanted = { ok: true, value: { a: [1, null, 'ä'] }, duplicates: [] };
    expect(jsonText.parse('{"a":[1,null,"ä"]}')).toEqual(wanted);
    expect(jsonText.parse('\uFEFF{"a":[1,null,"ä"]}')).toEqual(wanted);
  });

  it.each([
    ['', 1, 1],
    [' \n ', 1, 1],
    ['{\n  "a": 1,\n}', 3, 1],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', 3, 3],
    ['[1,\n 2,\n oops]', 3, 2],
    ["{'a': 1}", 1, 2],
    ['{"a": 1} {}', 1, 10],
    ['{"a": "x\ny"}', 1, 7],
    ['{"a": "\\q"}', 1, 7],
    ['// hello\n{}', 1, 1],
    ['{"a": [1, 2}', 1, 12],
    ['[01]', 1, 3],
    ['[NaN]', 1, 2],
    ['{"a":', 1, 6],
  ])('says where %j is wrong', (text, line, column) => {
    const reading = jsonText.parse(text);
    expect(reading).toMatchObject({ ok: false, problem: { line, column } });
    expect(reading.ok ? '' : reading.problem.message).toMatch(/^[A-Z].*\.$/);
  });

  it('refuses what is nested without end, valid or not, instead of running out of stack', () => {
    const deep = 50_000;
    expect(jsonText.parse('['.repeat(deep) + ']'.repeat(deep))).toMatchObject({
      ok: false,
      problem: { line: 1, column: 201, message: expect.stringContaining('200 levels') },
    });
    expect(jsonText.parse('['.repeat(deep))).toMatchObject({ ok: false });
    expect(jsonText.parse('['.repeat(200) + ']'.repeat(200))).toMatchObject({ ok: true });
  });

  it('reports keys that an object has twice, and only those', () => {
    const text = '{"a": {"x": 1},\n "b": [{"x": 1}, {"x": 1,\n  "x": 2}],\n "a": 3}';
    expect(jsonText.parse(text)).toEqual({
      ok: true,
      value: { a: 3, b: [{ x: 1 }, { x: 2 }] },
      duplicates: [
        { path: ['b', 1, 'x'], line: 3, column: 3 },
        { path: ['a'], line: 4, column: 2 },
      ],
    });
  });

  it('locates keys, elements and the whole in one go', () => {
    const text =
      '\uFEFF{\n  "videos": [\n    {"objectUrl": "u0"},\n    {"objectUrl": "u1", "title": [[7]]}\n  ],\n  "n": 1\n}';
    expect(
      jsonText.locate(text, [
        ['videos', 1, 'title'],
        [],
        ['videos', 1],
        ['videos', 1, 'title', 0, 0],
        ['videos', 2],
        ['n', 'x'],
        ['n'],
        ['videos', 1],
      ]),
    ).toEqual([
      { line: 4, column: 25 },
      { line: 1, column: 1 },
      { line: 4, column: 5 },
      { line: 4, column: 36 },
      null,
      null,
      { line: 6, column: 3 },
      { line: 4, column: 5 },
    ]);
    expect(jsonText.locate('{"a": 1,\n "a": 2}', [['a']])).toEqual([{ line: 2, column: 2 }]);
    expect(jsonText.locate(' 7', [[]])).toEqual([{ line: 1, column: 2 }]);
  });
});

describe('CSV', () => {
  it.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ])('reads lines divided by a %s, with quotes, line breaks in cells and a byte order mark', (_, sign) => {
    const text = [
      `\uFEFFurl${sign} "my ""title"""`.replace(' ', ''),
      `u0${sign}"a\nb${sign}c"`,
      '',
      `u1${sign}`,
    ].join('\r\n');
    expect(csvText.parse(text)).toEqual({
      headings: ['url', 'my "title"'],
      rows: [
        { line: 2, cells: ['u0', `a\nb${sign}c`] },
        { line: 5, cells: ['u1', ''] },
      ],
      problems: [],
    });
  });

  it('takes JSON in a cell without quotes around it', () => {
    expect(csvText.parse('url;metadata\nu;{"a": "b"}\n').rows).toEqual([
      { line: 2, cells: ['u', '{"a": "b"}'] },
    ]);
  });

  it('names the lines with too few or too many cells, and keeps them', () => {
    const reading = csvText.parse('a,b\n1\n1,2\n1,2,3\n1,2,\n');
    expect(reading.problems.map(({ line }) => line)).toEqual([2, 4]);
    expect(reading.rows.map(({ cells }) => cells)).toEqual([
      ['1', ''],
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('says where a quote begins that never ends', () => {
    const reading = csvText.parse('a,b\n1,2\n3,"4\n5,6\n');
    expect(reading.rows).toEqual([{ line: 2, cells: ['1', '2'] }]);
    expect(reading.problems).toEqual([
      { line: 3, column: null, message: expect.stringContaining('never closed') },
    ]);
  });

  it('finds nothing in nothing', () => {
    for (const text of ['', '\n\n', '\uFEFF', ' , \n']) {
      expect(csvText.parse(text)).toEqual({ headings: [], rows: [], problems: [] });
    }
  });
});

describe('a text file', () => {
  let folder: string;
  const signal = new AbortController().signal;
  const file = (name: string, bytes: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'encord-texts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read whole, characters across pieces too', async () => {
    const text = `x${'ä€😀'.repeat(300_000)}`;
    expect(await readTextFile(file('long.txt', text), 10_000_000, signal)).toBe(text);
    expect(await readTextFile(file('empty.txt', ''), 1, signal)).toBe('');
  });

  it.each([
    'plain',
    'encrypted',
    'PKCS #8',
    'PuTTY',
    'without its armour',
    'PKCS #8 without its armour',
    'PuTTY without its beginning',
  ])('is refused where it is a private key: %s', async (kind) => {
    const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const plain = makeKey('ada').privateKey;
    const keys: Record<string, string> = {
      plain,
      encrypted: makeKey('ada', 'open sesame').privateKey,
      'PKCS #8': pkcs8.toString(),
      PuTTY: 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n',
      'PKCS #8 without its armour': pkcs8.toString().split('\n')[1] ?? '',
      'PuTTY without its beginning': 'Private-Lines: 1\nAAAAIHNlY3JldA==\n',
      'without its armour': plain.split('\n').slice(1, -2).join('\n'),
    };
    const path = file('rows.csv', `title,colour\n${keys[kind]}`);
    await expect(readTextFile(path, 10_000, signal)).rejects.toMatchObject({
      code: 'file-type',
      message: 'The file holds a private key, which is not read here. Choose another.',
    });
  });

  it('is refused in words', async () => {
    const latin1 = file('latin1.csv', Buffer.from('Größe', 'latin1'));
    await expect(readTextFile(latin1, 100, signal)).rejects.toMatchObject({ code: 'file-type' });
    const cut = file('cut.csv', Buffer.from('€').subarray(0, 2));
    await expect(readTextFile(cut, 100, signal)).rejects.toMatchObject({ code: 'file-type' });
    const binary = file('binary.csv', 'HOME=/home/ada\0PATH=/bin\0');
    await expect(readTextFile(binary, 100, signal)).rejects.toMatchObject({ code: 'file-type' });
    const large = file('large.csv', 'x'.repeat(2_000_001));
    await expect(readTextFile(large, 2_000_000, signal)).rejects.toMatchObject({
      code: 'file-too-large',
      message: expect.stringContaining('2 MB'),
    });
    await expect(readTextFile(join(folder, 'no.csv'), 100, signal)).rejects.toMatchObject({
      code: 'file-missing',
    });
    await expect(readTextFile(folder, 100, signal)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(readTextFile(large, 3_000_000, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
