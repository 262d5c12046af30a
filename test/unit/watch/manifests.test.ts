/** Lists that lie beside data: every format that is read, paths, hashes, and lists that are none. */

import { describe, expect, it } from 'vitest';
import { manifestText, parseManifest } from '../../../main/core/watch/manifests.ts';
import { Chance } from '../../crash/random.ts';

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const sha256 = { algorithm: 'sha256', hex: SHA256 };
const sha1 = { algorithm: 'sha1', hex: SHA1 };
const md5 = { algorithm: 'md5', hex: MD5 };

function read(text: string, name = 'list') {
  const { entries, problem } = parseManifest(name, text);
  return { files: Object.fromEntries(entries), problem };
}

describe('lines of hashes', () => {
  it('reads what sha256sum, sha1sum and md5sum write', () => {
    expect(read(`${SHA256}  a b.png\n${SHA1} *c.png\n${MD5.toUpperCase()}  d/e.png\n`)).toEqual({
      files: {
        'a b.png': { size: null, hash: sha256 },
        'c.png': { size: null, hash: sha1 },
        'd/e.png': { size: null, hash: md5 },
      },
      problem: null,
    });
  });

  it('reads quoted names, single blanks and tabs', () => {
    expect(read(`\\${MD5}  a\\nb.png\n${MD5} c.png\n${MD5}\td.png`).files).toEqual({
      'a\nb.png': { size: null, hash: md5 },
      'c.png': { size: null, hash: md5 },
      'd.png': { size: null, hash: md5 },
    });
  });

  it('reads what BSD writes', () => {
    expect(read(`SHA256 (a (1).png) = ${SHA256}\r\nMD5 (b.png) = ${MD5}\r\n`)).toEqual({
      files: { 'a (1).png': { size: null, hash: sha256 }, 'b.png': { size: null, hash: md5 } },
      problem: null,
    });
  });

  it('knows the file, and no hash, by algorithms that are not compared', () => {
    expect(read(`${SHA256}${SHA256}  a.png`).files).toEqual({ 'a.png': { size: null, hash: null } });
  });

  it('keeps the strongest hash of a file, and of equals the last', () => {
    const other = MD5.replace('d', '0');
    const text = `SHA256 (a) = ${SHA256}\nMD5 (a) = ${MD5}\nMD5 (b) = ${other}\nMD5 (b) = ${MD5}\n`;
    expect(read(text).files).toEqual({
      a: { size: null, hash: sha256 },
      b: { size: null, hash: md5 },
    });
  });

  it('says how many lines it could not read, and keeps the others', () => {
    expect(read(`${MD5}  a.png\nhello\n${MD5.slice(3)}`, 'sums.md5')).toEqual({
      files: { 'a.png': { size: null, hash: md5 } },
      problem: '2 lines of sums.md5 could not be read.',
    });
  });
});

describe('tables', () => {
  it.each([
    [',', 'name,size,sha256'],
    ['\t', 'Filename\tBytes\tSHA-256'],
    [';', '"Path";"Size";"Checksum"'],
  ])('reads columns by their headings, separated by %j', (by, heading) => {
    const rows = [
      ['a.png', '12', SHA256],
      ['"b ""1"".png"', '', ''],
    ];
    expect(read([heading, ...rows.map((row) => row.join(by))].join('\r\n'))).toEqual({
      files: { 'a.png': { size: 12, hash: sha256 }, 'b "1".png': { size: null, hash: null } },
      problem: null,
    });
  });

  it('reads quoted cells with separators and line breaks, other columns, and further hashes', () => {
    const text = `#TYPE list\nid,hash,file,md5,size\n1,${SHA1},"a,b\nc.png",${MD5},7\n\n2,,d.png,${MD5},x\n`;
    expect(read(text)).toEqual({
      files: { 'a,b\nc.png': { size: 7, hash: sha1 }, 'd.png': { size: null, hash: md5 } },
      problem: null,
    });
  });

  it('counts rows without a name, and survives a quote that is never closed', () => {
    expect(read('name,size\n,4\na.png,5\n"b.png,6\n', 'all.csv')).toEqual({
      files: { 'a.png': { size: 5, hash: null }, 'b.png,6': { size: null, hash: null } },
      problem: 'One line of all.csv could not be read.',
    });
  });
});

describe('JSON', () => {
  it.each([
    ['an array of objects', [{ name: 'a', size: 1, md5: MD5 }, { path: 'b', bytes: '2' }, 'c']],
    ['files', { version: 3, files: [{ filename: 'a', size: 1, hash: MD5 }, { file: 'b', bytes: 2 }, 'c'] }],
    ['files by name', { files: { a: { size: 1, checksum: `md5:${MD5}` }, b: 2, c: null } }],
    ['names', { a: { size: 1, md5: MD5 }, b: 2, c: 'no hash' }],
  ])('reads %s', (_, value) => {
    expect(read(JSON.stringify(value))).toEqual({
      files: {
        a: { size: 1, hash: md5 },
        b: { size: 2, hash: null },
        c: { size: null, hash: null },
      },
      problem: null,
    });
  });

  it('reads one object that is one file, and names that objects have themselves', () => {
    expect(read(`{"name":"a.png","size":5}`).files).toEqual({ 'a.png': { size: 5, hash: null } });
    const { entries } = parseManifest('list', `{"__proto__":"${MD5}","toString":1.5}`);
    expect([...entries]).toEqual([
      ['__proto__', { size: null, hash: md5 }],
      ['toString', { size: null, hash: null }],
    ]);
  });

  it('says when it is not whole yet', () => {
    expect(read(`{"files":[{"name":"a.png"`, 'm.json')).toEqual({
      files: {},
      problem: 'm.json is not whole, or not JSON. It is read again when it changes.',
    });
    expect(read('['.repeat(200_000)).files).toEqual({});
  });
});

describe('names', () => {
  it('reads a plain list, with comments and empty lines', () => {
    expect(read('﻿# all of them\r\na.png\r\n\r\n[1] b.png\r\n').files).toEqual({
      'a.png': { size: null, hash: null },
      '[1] b.png': { size: null, hash: null },
    });
    expect(read('[1] b.png\nc.png').files).toHaveProperty('c.png');
  });

  it('takes paths below its folder, with either slash, and no others', () => {
    expect(
      read('./a.png\nb\\c.png\nd//e.png\n../f.png\n/g.png\nC:\\h.png\ni/../../j.png\n', 'l.txt'),
    ).toEqual({
      files: {
        'a.png': { size: null, hash: null },
        'b/c.png': { size: null, hash: null },
        'd/e.png': { size: null, hash: null },
      },
      problem: '4 lines of l.txt named no file below its folder. Write paths that begin there.',
    });
  });
});

describe('what is no list', () => {
  it('says so', () => {
    expect(read('', 'l.txt')).toEqual({ files: {}, problem: 'l.txt lists nothing.' });
    expect(read('{}', 'l.json').problem).toBe('l.json lists nothing.');
    expect(read('a\0b', 'l.txt').problem).toContain('l.txt is not a text.');
    expect(read('a'.repeat(16 * 1024 * 1024 + 1), 'l.txt').problem).toContain('too long');
  });

  it('is read from UTF-8 and UTF-16', () => {
    const text = 'name,size\r\nä.png,3\r\n';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`),
      utf16,
      Buffer.from(utf16).swap16(),
    ]) {
      expect(read(manifestText(bytes)).files).toEqual({ 'ä.png': { size: 3, hash: null } });
    }
  });

  it('is survived whatever it is', () => {
    const chance = new Chance('lists');
    const pieces = [
      SHA256,
      MD5,
      '  ',
      ' *',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r\n',
      '{',
      '}',
      '[',
      ']',
      ':',
    ];
    pieces.push(
      'name',
      'size',
      'a.png',
      '../',
      '\\',
      '/',
      'MD5 (',
      ') = ',
      '\ud800',
      '#',
      '12',
      '-1',
      'null',
    );
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: chance.between(0, 40) }, () => chance.pick(pieces)).join('');
      for (const [path, { size }] of parseManifest('list', text).entries) {
        expect(path.split('/')).not.toContain('..');
        expect(size === null || Number.isSafeInteger(size)).toBe(true);
      }
    }
  });
});
