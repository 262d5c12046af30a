/**
 * An emulator that is reached over TLS as `encord.lab`, its storage as `storage.lab`; only the lab's proxies know these
 * names. And programs that upload to it. Used by the tests of the network.
 */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../../main/app/program.ts';
import type { ProgramOptions } from '../../../main/compose.ts';
import { CALLS, type CallInput, type CallOutput } from '../../../preload/contract/calls.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { makeCertificates } from '../../fixtures/certificates.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab, sha256 } from '../../fixtures/lab.ts';
import { type Names, openFront } from '../../fixtures/lab-proxies.ts';
import { makePng } from '../../fixtures/png.ts';

export const API = 'encord.lab';
export const STORAGE = 'storage.lab';

/** No proxy of the machine that the tests run on. */
export const NO_PROXIES: NodeJS.ProcessEnv = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
    [name, ''],
    [name.toUpperCase(), ''],
  ]),
);

export class NetworkRig {
  readonly lab: Lab;
  /** Where the names lead: to the server itself. */
  readonly names: Names;
  /** Where they lead through somebody who reads the traffic. */
  readonly intercepted: Names;
  /** A file with the authority of the server itself. */
  readonly caFile: string;
  /** A file with the authority of whoever reads the traffic. */
  readonly interceptorCaFile: string;
  readonly #close: () => Promise<void>;
  #serial = 0;

  private constructor(
    lab: Lab,
    parts: Pick<NetworkRig, 'names' | 'intercepted' | 'caFile' | 'interceptorCaFile'>,
    close: () => Promise<void>,
  ) {
    this.lab = lab;
    this.names = parts.names;
    this.intercepted = parts.intercepted;
    this.caFile = parts.caFile;
    this.interceptorCaFile = parts.interceptorCaFile;
    this.#close = close;
  }

  static async open(): Promise<NetworkRig> {
    const lab = await Lab.open({ publicUrl: `https://${STORAGE}`, jobDelayMs: 1 });
    const own = makeCertificates('Lab Server CA', [API, STORAGE]);
    const foreign = makeCertificates('Lab Proxy CA', [API, STORAGE]);
    const target = (): number => Number(new URL(lab.emulator.url).port);
    const front = await openFront(own.pair, target);
    const interceptor = await openFront(foreign.pair, target);
    const file = (name: string, text: string): string => {
      const path = join(lab.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const parts = {
      names: { [API]: front.port, [STORAGE]: front.port },
      intercepted: { [API]: interceptor.port, [STORAGE]: interceptor.port },
      caFile: file('server-ca.pem', own.ca),
      interceptorCaFile: file('proxy-ca.pem', foreign.ca),
    };
    return new NetworkRig(lab, parts, async () => {
      await front.close();
      await interceptor.close();
      await lab.close();
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A started program with a data folder of its own. Close it before the rig. */
  async program(env: NodeJS.ProcessEnv, more: Partial<ProgramOptions> = {}): Promise<Program> {
    this.#serial += 1;
    const program = await this.lab.program(
      { ...NO_PROXIES, ENCORD_DOMAIN: `https://${API}`, ENCORD_CA_FILE: this.caFile, ...env },
      { dataFolder: join(this.lab.folder, `home-${this.#serial}`), ...more },
    );
    await program.start();
    return program;
  }

  /** Uploads two files of different sizes, to the end. */
  async upload(program: Program): Promise<void> {
    const { commit, done } = await this.plan(program);
    await commit();
    await done();
  }

  /**
   * Plans such an upload. `commit` queues it; `done` waits until both files are rows whose stored bytes are the files',
   * and nothing failed.
   */
  async plan(program: Program): Promise<{ commit(): Promise<void>; done(): Promise<void> }> {
    this.#serial += 1;
    const title = `Dataset ${this.#serial}`;
    const datasetId = await this.lab.dataset(title);
    const folder = join(this.lab.folder, `files-${this.#serial}`);
    mkdirSync(folder);
    const paths = [900, 700_000].map((bytes, index) => {
      const path = join(folder, `image-${index}.png`);
      writeFileSync(path, makePng({ seed: this.#serial * 10 + index, bytes }));
      return path;
    });
    const source = { kind: 'paths', paths } as const;
    const { planId } = await call(program, 'plan.start', { source, datasetId });
    await eventually(async () => assert.equal((await call(program, 'plan.get', { planId })).phase, 'ready'));
    return {
      commit: async () => void (await call(program, 'plan.commit', { planId })),
      done: async () => {
        const wanted = paths.map(sha256).sort();
        await eventually(async () =>
          assert.deepEqual((await this.lab.rows(title)).map((row) => row.sha256).sort(), wanted),
        );
        assert.equal(program.deps.store.totals({ kind: 'all' }).units.failed, 0);
      },
    };
  }
}

/** As a page calls it; throws the sentence where it is refused. */
export async function call<N extends CallName>(
  program: Program,
  name: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  // Its own schema says what the call answers; the union of all of them is too wide for the compiler.
  return CALLS[name].output.parse(answer.value) as CallOutput<N>;
}
