/**
 * One large file: this program's sender against `curl -T`, to the same receiver, over plain HTTP and over TLS, and
 * with SHA-256 against the hash's own speed on one thread; interleaved pairs. What it costs in processor time and
 * memory.
 */

import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SenderOrder, SenderReport, SenderSetup } from './sender.ts';
import {
  type BenchOptions,
  endsWithUs,
  hasProgram,
  type Listening,
  listen,
  type Measurement,
  makeFolder,
  median,
  removeFolder,
  round,
  stop,
  timeCommand,
} from './tools.ts';

const HASHED_BYTES = 512 * 1024 ** 2;
const CURL = 'curl -T';
const HASH = "the hash's own speed on one thread";

export async function* large({ largeBytes, runs }: BenchOptions): AsyncGenerator<Measurement | string> {
  if (!hasProgram('curl')) {
    yield 'large: left out, since curl is not installed.';
    return;
  }
  const folder = makeFolder();
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const path = join(folder, 'large.bin');
    await writeRandom(path, largeBytes);
    const receive = async (args: readonly string[]): Promise<Listening> => {
      const receiver = await listen(join(import.meta.dirname, 'receiver.ts'), args);
      closing.push(() => stop(receiver));
      return receiver;
    };
    const send = (hash: boolean, extraCa: readonly string[]): Sending => {
      const sending = new Sending({ hash, extraCa });
      closing.push(() => sending.close());
      return sending;
    };
    const bytes = largeBytes;

    const plain = await receive([]);
    yield* againstCurl(
      { name: 'plain HTTP', aim: 0.97, url: plain.url, path, bytes, runs, curlArgs: [] },
      send(false, []),
    );
    yield* againstHash({ url: plain.url, path, bytes, runs }, send(true, []));

    if (!hasProgram('openssl')) {
      yield 'large over TLS: left out, since openssl, which makes the certificate, is not installed.';
      return;
    }
    const { key, cert } = makeCertificate(folder);
    const secure = await receive(['--key', key, '--cert', cert]);
    const curlArgs = ['--cacert', cert, '--http1.1'];
    const sending = send(false, [readFileSync(cert, 'utf8')]);
    yield* againstCurl({ name: 'TLS', aim: 0.8, url: secure.url, path, bytes, runs, curlArgs }, sending);
  } finally {
    for (const close of closing) await close();
    removeFolder(folder);
  }
}

interface Case {
  readonly url: string;
  readonly path: string;
  readonly bytes: number;
  readonly runs: number;
}

async function* againstCurl(
  {
    name,
    aim,
    url,
    path,
    bytes,
    runs,
    curlArgs,
  }: Case & { name: string; aim: number; curlArgs: readonly string[] },
  sending: Sending,
): AsyncGenerator<Measurement> {
  const ours: SenderReport[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  const put = (): Promise<SenderReport> => sending.do({ put: { url: `${url}/ours`, path } });
  await put();
  for (let run = 0; run < runs; run += 1) {
    const curl = await timeCommand('curl', ['-sS', ...curlArgs, '-T', path, `${url}/curl`]);
    const mine = await put();
    ours.push(mine);
    ratios.push(curl.seconds / mine.seconds);
    if (curl.cpuSeconds !== null) theirs.push(curl.cpuSeconds);
  }
  const what = `${sizeName(bytes)} over ${name}, hashing off`;
  yield {
    name: what,
    value: round(bytes / 1e6 / median(ours.map(({ seconds }) => seconds)), 0),
    unit: 'MB/s',
    against: CURL,
    ratio: round(median(ratios)),
    aim: `${aim} of curl`,
  };
  yield* costs(what, ours, bytes, theirs);
}

async function* againstHash({ url, path, bytes, runs }: Case, sending: Sending): AsyncGenerator<Measurement> {
  const ours: SenderReport[] = [];
  const ratios: number[] = [];
  const put = (): Promise<SenderReport> => sending.do({ put: { url: `${url}/ours`, path } });
  await put();
  for (let run = 0; run < runs; run += 1) {
    const alone = await sending.do({ sha256: { bytes: HASHED_BYTES } });
    const mine = await put();
    ours.push(mine);
    ratios.push(bytes / mine.seconds / (HASHED_BYTES / alone.seconds));
  }
  const what = `${sizeName(bytes)} over plain HTTP, with SHA-256`;
  yield {
    name: what,
    value: round(bytes / 1e6 / median(ours.map(({ seconds }) => seconds)), 0),
    unit: 'MB/s',
    against: HASH,
    ratio: round(median(ratios)),
    aim: '0.9 of the hash',
  };
  yield* costs(what, ours, bytes, []);
}

function* costs(
  what: string,
  ours: readonly SenderReport[],
  bytes: number,
  curlCpu: readonly number[],
): Generator<Measurement> {
  const cost = (name: string, seconds: readonly number[]): Measurement => ({
    name,
    value: round(median(seconds) / (bytes / 1024 ** 3)),
    unit: 's/GiB',
  });
  const mine = ours.map(({ cpuSeconds }) => cpuSeconds);
  yield cost(`${what}: processor time`, mine);
  if (curlCpu.length > 0) yield cost(`${what}: processor time of curl`, curlCpu);
  const peak = Math.max(...ours.map(({ peakBytes }) => peakBytes));
  yield { name: `${what}: peak memory`, value: round(peak / 1024 ** 2, 0), unit: 'MiB' };
}

/** `sender.ts` as a child. */
class Sending {
  private readonly child: ChildProcess;

  constructor(setup: SenderSetup) {
    this.child = endsWithUs(fork(join(import.meta.dirname, 'sender.ts'), [JSON.stringify(setup)]));
  }

  do(order: SenderOrder): Promise<SenderReport> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`The sender ended with ${code}.`));
      this.child.once('exit', onExit);
      this.child.once('message', (report: SenderReport) => {
        this.child.off('exit', onExit);
        resolve(report);
      });
      this.child.send(order);
    });
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await ended;
  }
}

/** A certificate for the loopback address that nobody else knows of. */
function makeCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=receiver', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
}

/** Bytes that do not compress, written once; the page cache serves all readers alike. */
async function writeRandom(path: string, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(16 * 1024 * 1024);
  for (let at = 0; at < chunk.length; at += 65_536) crypto.getRandomValues(chunk.subarray(at, at + 65_536));
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < bytes; written += chunk.length) {
      chunk.writeUInt32LE(written >>> 0, 0);
      await file.write(chunk, 0, Math.min(chunk.length, bytes - written));
    }
  } finally {
    await file.close();
  }
}

function sizeName(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return mib >= 1024 ? `${round(mib / 1024, 1)} GiB` : `${round(mib, 0)} MiB`;
}
