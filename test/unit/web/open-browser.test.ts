/** The way of the address to the browser: a private file that is not left lying about, and takes no other with it. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBrowser } from '../../../main/web/open-browser.ts';
import { eventually } from '../../fixtures/eventually.ts';

const TOKEN = 'a-token-that-nobody-may-read-in-a-list';
const URL_WITH_TOKEN = `http://127.0.0.1:4321/#token=${TOKEN}`;

let folder: string;
let home: string;
let opened: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'encord-open-'));
  home = join(folder, 'home');
  opened = join(folder, 'opened');
  mkdirSync(home);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const command of ['open', 'xdg-open']) {
    const script = '#!/bin/sh\nprintf "%s\\n" "$@" > "$OPENED.part"\nmv "$OPENED.part" "$OPENED"\n';
    writeFileSync(join(bin, command), script, { mode: 0o755 });
  }
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  vi.stubEnv('DISPLAY', ':9');
  vi.stubEnv('OPENED', opened);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What the command was started with, once it was. */
const argumentsOf = (): Promise<string[]> =>
  eventually(() => readFileSync(opened, 'utf8').trimEnd().split('\n'));

describe.skipIf(process.platform === 'win32')('opening the browser', () => {
  it('hands on a private file that leads to the address, and removes it after two minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    openBrowser(URL_WITH_TOKEN, home);
    const [path = '', ...more] = await argumentsOf();
    expect(more).toEqual([]);
    expect(readdirSync(home).map((name) => join(home, name))).toEqual([path]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const page = readFileSync(path, 'utf8');
    expect(page).toContain(`<meta http-equiv="refresh" content="0; url=${URL_WITH_TOKEN}">`);
    expect(page).toContain('<meta name="referrer" content="no-referrer">');
    vi.advanceTimersByTime(119_000);
    expect(existsSync(path)).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(readdirSync(home)).toEqual([]);
  });

  it('removes what a killed program has left, and nothing else', async () => {
    openBrowser(URL_WITH_TOKEN, home);
    const [path = ''] = await argumentsOf();
    const page = readFileSync(path, 'utf8');
    const name = (digit: string) => `encord-uploader-${digit.repeat(32)}.html`;
    const minutesOld = (file: string, minutes: number, text = page) => {
      writeFileSync(join(home, file), text);
      const at = Date.now() / 1000 - minutes * 60;
      utimesSync(join(home, file), at, at);
    };
    rmSync(path);
    minutesOld(name('a'), 11);
    minutesOld(name('b'), 5);
    minutesOld(name('c'), 60, '<!doctype html>\n<p>Notes on my uploads</p>\n');
    minutesOld('encord-uploader-notes.html', 60);
    mkdirSync(join(home, name('d')));
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    openBrowser(URL_WITH_TOKEN, home);
    const left = [name('b'), name('c'), name('d'), 'encord-uploader-notes.html'];
    // Without a display Linux opens nothing; a Mac always has one.
    if (process.platform === 'linux') expect(readdirSync(home).toSorted()).toEqual(left.toSorted());
    else expect(readdirSync(home)).toEqual(expect.arrayContaining(left));
    expect(readdirSync(home)).not.toContain(name('a'));
  });

  it('leaves nothing where there is no command, and starts none where nothing can be written', async () => {
    openBrowser(URL_WITH_TOKEN, join(folder, 'missing'));
    vi.stubEnv('PATH', join(folder, 'nothing'));
    openBrowser(URL_WITH_TOKEN, home);
    await eventually(() => expect(readdirSync(home)).toEqual([]));
    expect(existsSync(opened)).toBe(false);
  });
});
