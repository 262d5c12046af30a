/** What the command line writes where: with a terminal, without one, and in JSON mode. */

import { describe, expect, it } from 'vitest';
import { createTerminal, printable, type Terminal } from '../../../main/cli/terminal.ts';
import { bytesText, etaText } from '../../../main/cli/words.ts';

interface Screen {
  readonly terminal: Terminal;
  out: string;
  err: string;
  time: number;
}

function screen(options: { json?: boolean; tty?: boolean; columns?: number } = {}): Screen {
  const at: { out: string; err: string; time: number } = { out: '', err: '', time: 0 };
  const terminal = createTerminal(
    options.json ?? false,
    { write: (text) => (at.out += text) },
    {
      isTTY: options.tty ?? false,
      ...(options.columns === undefined ? {} : { columns: options.columns }),
      write: (text) => (at.err += text),
    },
    () => at.time,
  );
  return Object.assign(at, { terminal });
}

describe('on a terminal', () => {
  it('rewrites one line in place, and only when it changes', () => {
    const at = screen({ tty: true, columns: 60 });
    at.terminal.progress('Uploading 1 of 4 units', 0.25);
    const drawn = at.err;
    expect(drawn).toBe(`\r\x1b[2K${'█'.repeat(6)}${'░'.repeat(18)} Uploading 1 of 4 units`);
    at.terminal.progress('Uploading 1 of 4 units', 0.25);
    expect(at.err).toBe(drawn);
    at.terminal.line('Done.');
    expect([at.err.slice(drawn.length), at.out]).toEqual(['\r\x1b[2K', 'Done.\n']);
  });

  it.each([
    [60, 59],
    [0, 79],
    [undefined, 79],
  ])('never wraps at %s columns', (columns, most) => {
    const at = screen({ tty: true, ...(columns === undefined ? {} : { columns }) });
    at.terminal.progress(`Looking at ${'a'.repeat(200)}`, null);
    const line = at.err.replace('\r\x1b[2K', '');
    expect([...line].length).toBeLessThanOrEqual(most);
    expect(line).toMatch(/^Looking at a+…$/);
  });
});

describe('without a terminal', () => {
  it('says how far it is now and then, and nothing twice', () => {
    const at = screen();
    for (; at.time < 20_000; at.time += 100) at.terminal.progress(at.time < 10_000 ? 'early' : 'late', 0.5);
    expect(at.err).toBe('early\nlate\n');
    expect(at.out).toBe('');
  });

  it('keeps standard output for JSON in JSON mode', () => {
    const at = screen({ json: true });
    at.terminal.progress('early', 0);
    at.terminal.line('for people');
    at.terminal.note('a remark');
    at.terminal.object({ a: 'b\nc' });
    expect([at.out, at.err]).toEqual(['{"a":"b\\nc"}\n', 'a remark\n']);
  });
});

describe('words', () => {
  it('let no file name steer the terminal', () => {
    expect(printable('a\x1b[31m\nb\r\u202egpj.exe')).toBe('a\\u001b[31m⏎b\\u000d\\u202egpj.exe');
    expect(printable('実験 🧪.png')).toBe('実験 🧪.png');
  });

  it('say sizes and times as people do', () => {
    expect([0, 999, 1000, 84_200_000, 4 * 1024 ** 3].map(bytesText)).toEqual([
      '0 bytes',
      '999 bytes',
      '1 kB',
      '84.2 MB',
      '4.3 GB',
    ]);
    expect([1, 31, 70, 600, 20_000].map((seconds) => etaText(seconds * 100, 100))).toEqual([
      'a few seconds left',
      'about 40 seconds left',
      'about a minute left',
      'about 10 minutes left',
      'about 6 hours left',
    ]);
    expect(etaText(100, 0)).toBe('');
  });
});
