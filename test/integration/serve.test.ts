/**
 * Browser mode as a process of its own: a page signs nothing in, drops files by their bytes, uploads them, watches the
 * events; the copies vanish; a kill in the middle of an upload loses nothing.
 */

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { socketProtocols, type WireMessage } from '../../preload/contract/wire.ts';
import { eventually } from '../fixtures/eventually.ts';
import { type CliRun, Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { padMp4 } from '../fixtures/sample.ts';
import { tracesUnder } from '../fixtures/traces.ts';

const VIDEO = join(import.meta.dirname, '..', 'fixtures', 'media', 'video.mp4');

let lab: Lab;

beforeEach(async () => {
  lab = await Lab.open();
});

afterEach(() => lab?.close());

interface Serving {
  readonly child: ChildProcess;
  readonly ended: Promise<CliRun>;
  readonly origin: string;
  readonly token: string;
  readonly output: () => string;
}

/** Starts `serve` and waits for the address that it prints. */
async function serve(options: readonly string[] = ['--no-open'], env = {}): Promise<Serving> {
  const { child, ended } = lab.start(['serve', ...options], env);
  let output = '';
  child.stdout?.on('data', (text: string) => {
    output += text;
  });
  const address = await eventually(() => {
    const found = /http:\/\/\S+/.exec(output)?.[0];
    if (!found) throw new Error(`No address yet: ${output}`);
    return new URL(found);
  });
  return {
    child,
    ended,
    origin: address.origin,
    token: address.hash.replace('#token=', ''),
    output: () => output,
  };
}

/** What a page is to the server. */
class Page {
  readonly #socket: WebSocket;
  readonly #at: Serving;
  readonly messages: WireMessage[] = [];
  #next = 0;

  private constructor(at: Serving, socket: WebSocket) {
    this.#at = at;
    this.#socket = socket;
    socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
    socket.on('error', () => undefined);
  }

  static async open(at: Serving): Promise<Page> {
    const socket = new WebSocket(`${at.origin.replace('http', 'ws')}/socket`, socketProtocols(at.token), {
      headers: { origin: at.origin },
    });
    const page = new Page(at, socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return page;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, call: name, input }));
    const message = await eventually(() => {
      const found = this.messages.find((each) => 'id' in each && each.id === id);
      if (!found || !('answer' in found)) throw new Error(`${name} is not answered yet.`);
      return found;
    });
    if (!message.answer.ok) throw new Error(`${name}: ${message.answer.error.message}`);
    // The contract's test holds every answer against its schema.
    return message.answer.value as CallOutput<N>;
  }

  async send(uploadPath: string, path: string, bytes: Uint8Array): Promise<Answer<null>> {
    const query = new URLSearchParams({ path, size: String(bytes.length), mtime: '1700000000000' });
    const response = await fetch(`${this.#at.origin}${uploadPath}?${query}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#at.token}`, origin: this.#at.origin },
      body: new Uint8Array(bytes),
    });
    const answer: Answer<null> = await response.json();
    return answer;
  }

  events(name: string): unknown[] {
    return this.messages.flatMap((each) => ('event' in each && each.event === name ? [each.payload] : []));
  }

  /** Plans and commits what a drop holds; folders named in `groups` become image groups. */
  async upload(dropId: string, datasetId: string, groups: readonly string[] = []): Promise<number> {
    const { planId } = await this.call('plan.start', { source: { kind: 'drop', dropId }, datasetId: null });
    await this.call('plan.setDataset', { planId, datasetId, folderId: null });
    await eventually(async () => expect((await this.call('plan.get', { planId })).phase).toBe('ready'));
    const folders = await this.call('plan.folders', { planId, offset: 0, limit: 100 });
    for (const { name, path } of folders.rows.filter((row) => groups.includes(row.name)))
      expect(await this.call('plan.setFolder', { planId, path, as: 'group' }), name).toBeTruthy();
    const { batchId } = await this.call('plan.commit', { planId });
    if (batchId === null) throw new Error('Nothing was queued.');
    return batchId;
  }
}

const drops = (): string[] =>
  existsSync(join(lab.home, 'drops')) ? readdirSync(join(lab.home, 'drops')) : [];

function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return new RegExp(`^\\d+ \\(.*\\) \\S ${pid} `, 's').test(readFileSync(`/proc/${name}/stat`, 'utf8'));
    } catch {
      return false;
    }
  });
}

describe('serve', () => {
  it('takes a drop of any name, makes rows of it, and removes the copies', async () => {
    const datasetId = await lab.dataset('Dropped');
    const at = await serve();
    const page = await Page.open(at);
    const snapshot = await page.call('app.snapshot', null);
    expect(snapshot.accounts.map((account) => account.secretIn)).toEqual(['environment']);

    const deep = Array.from({ length: 20 }, (_, level) => `level ${level}`).join('/');
    const singles = ['実験 🧪.png', 'two\nlines.png', `${deep}/bottom.png`, 'per%20cent & #hash?.png'];
    const frames = [10, 2, 1].map((number) => `turn/frame${number}.png`);
    const names = [...singles, ...frames];
    const drop = await page.call('drops.open', { files: names.length, bytes: 1000 });
    for (const [index, name] of names.entries())
      expect(await page.send(drop.uploadPath, name, makePng({ seed: index }))).toEqual({
        ok: true,
        value: null,
      });
    const away = await page.send(drop.uploadPath, '../outside.png', makePng({ seed: 99 }));
    expect(away.ok).toBe(false);
    expect(drops()).toEqual([drop.dropId]);

    const batchId = await page.upload(drop.dropId, datasetId, ['turn']);
    await eventually(async () => {
      const totals = await page.call('queue.totals', { scope: { kind: 'batch', id: batchId } });
      expect(totals.units.done).toBe(singles.length + 1);
    });
    const rows = await lab.rows('Dropped');
    const titles = singles.map((name) => name.split('/').at(-1) ?? name);
    expect(rows.map((row) => row.title).toSorted()).toEqual([...titles, 'turn'].toSorted());
    expect(rows.find((row) => row.title === 'turn')?.images?.map((image) => image.title)).toEqual(
      frames.map((name) => name.slice(5)).toReversed(),
    );
    const queue = await page.call('queue.rows', {
      ...{ filter: 'all', search: '', expandedBatches: [batchId], expandedUnits: [], offset: 0, limit: 50 },
    });
    expect(queue.rows.filter((row) => row.kind === 'unit')).toHaveLength(singles.length + 1);
    expect(page.events('changed').length).toBeGreaterThan(0);
    expect(page.events('plan').length).toBeGreaterThan(0);
    await eventually(() => expect(drops()).toEqual([]));

    // The machine's own files can be chosen instead.
    mkdirSync(join(lab.folder, 'here', 'below'), { recursive: true });
    writeFileSync(join(lab.folder, 'here', 'a.png'), makePng({ seed: 1 }));
    const path = join(lab.folder, 'here');
    const browsed = await page.call('files.browse', { path, offset: 0, limit: 10 });
    expect(browsed).toMatchObject({ path, parent: lab.folder, total: 2 });
    expect(browsed.entries.map((entry) => [entry.name, entry.kind])).toEqual([
      ['below', 'folder'],
      ['a.png', 'file'],
    ]);

    const { pid } = at.child;
    at.child.kill('SIGTERM');
    const run = await at.ended;
    expect([run.code, run.stderr]).toEqual([0, '']);
    // The token stands in the printed address, and in nothing that stays.
    expect(run.stdout.split(at.token)).toHaveLength(2);
    expect(tracesUnder(lab.home, new Map([['token', at.token]]))).toEqual([]);
    if (process.platform === 'linux' && pid) expect(childrenOf(pid)).toEqual([]);
  }, 60_000);

  it('goes on with the copies after a kill in the middle of an upload', async () => {
    const datasetId = await lab.dataset('Killed');
    const padded = join(lab.folder, 'padded.mp4');
    await padMp4(VIDEO, padded, 8_000_000);
    const video = new Uint8Array(readFileSync(padded));
    const first = await serve();
    const page = await Page.open(first);
    const drop = await page.call('drops.open', { files: 3, bytes: 1000 });
    await page.send(drop.uploadPath, 'one.png', makePng({ seed: 1 }));
    await page.send(drop.uploadPath, 'films/video.mp4', video);
    await page.send(drop.uploadPath, 'two.png', makePng({ seed: 2 }));
    await lab.fault({ kind: 'put' }, { stallMs: 60_000 }, 100);
    await page.upload(drop.dropId, datasetId);
    await eventually(() => expect(page.events('progress').at(-1)).toMatchObject({ transfers: [{}, {}, {}] }));
    // A second drop that was never reviewed is nobody's after the kill.
    const forgotten = await page.call('drops.open', { files: 1, bytes: 10 });
    await page.send(forgotten.uploadPath, 'forgotten.png', makePng({ seed: 3 }));
    first.child.kill('SIGKILL');
    await first.ended;
    expect(drops().toSorted()).toEqual([drop.dropId, forgotten.dropId].toSorted());

    await lab.control('DELETE', 'faults');
    const second = await serve();
    await eventually(async () => expect(await lab.rows('Killed')).toHaveLength(3));
    expect((await lab.rows('Killed')).map((row) => row.title).toSorted()).toEqual([
      'one.png',
      'two.png',
      'video.mp4',
    ]);
    expect((await lab.state()).items).toHaveLength(3);
    await eventually(() => expect(drops()).toEqual([]));
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  }, 60_000);

  it.skipIf(process.platform === 'win32')('opens the browser without telling others the token', async () => {
    const bin = join(lab.folder, 'bin');
    const opened = join(lab.folder, 'opened');
    mkdirSync(bin);
    const script = '#!/bin/sh\n{ printf "%s\\n" "$@"; env; } > "$OPENED.part"\nmv "$OPENED.part" "$OPENED"\n';
    for (const command of ['open', 'xdg-open']) writeFileSync(join(bin, command), script, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, DISPLAY: ':9', OPENED: opened };
    const at = await serve([], env);
    const told = await eventually(() => readFileSync(opened, 'utf8'));
    const ours = () => readdirSync(lab.folder).filter((name) => name.startsWith('encord-uploader-'));
    const [name = ''] = ours();
    const path = join(lab.folder, name);
    expect(told.split('\n')[0]).toBe(path);
    expect(told).toContain(`OPENED=${opened}`);
    expect(told).not.toContain(at.token);
    expect(told).not.toMatch(/PRIVATE KEY|ENCORD_/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain(`url=${at.origin}/#token=${at.token}"`);
    at.child.kill('SIGTERM');
    expect((await at.ended).code).toBe(0);
    expect(ours()).toEqual([]);
  });

  it('says why it cannot listen, and leaves the data folder to the next', async () => {
    const port = new URL(lab.emulator.url).port;
    const run = await lab.run(['serve', '--no-open', '--port', port]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(port);
    expect((await lab.run(['status'])).code).toBe(0);
  });
});
