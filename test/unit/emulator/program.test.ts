/** The emulator as a program: its ready line, its refusals, and that it outlives SIGKILL with all that it answered. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  Client,
  dataItems,
  grantsPage,
  http,
  Key,
  png,
  put,
  SEED_A,
  SEED_B,
  started,
  temporaryFolder,
} from './support.ts';

const PROGRAM = fileURLToPath(new URL('../../emulator/index.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
  /** The address of the ready line. */
  readonly url: Promise<string>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  const url = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.startsWith('{') && stdout.endsWith('\n'))
        resolve(z.object({ listening: z.string() }).parse(JSON.parse(stdout)).listening);
    });
    child.once('exit', () => reject(new Error(`it ended: ${stderr}`)));
  });
  url.catch(() => undefined);
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, url };
}

describe('the program', () => {
  it('prints one line of JSON, serves, and ends cleanly on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const key = new Key(SEED_A);
      const emulator = run('--port', '0', '--data', temporaryFolder(), '--public-key', key.openSsh);
      const url = await emulator.url;
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const who = await new Client(url, key).v2('GET', 'user/current');
      expect(JSON.parse(who.text)).toMatchObject({ userEmail: 'test@example.org' });
      expect((await new Client(url, new Key(SEED_B)).v2('GET', 'user/current')).status).toBe(401);
      emulator.child.kill(signal);
      const { code, stdout, stderr } = await emulator.ended;
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toBe(`${JSON.stringify({ listening: url })}\n`);
    }
  });

  it('says in a sentence what is wrong with its arguments, its port, its folder or a key, and exits 2', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => void taken.close());
    const port = String((taken.address() as AddressInfo).port);
    const dataDir = temporaryFolder();
    await started({ dataDir });
    const wrong = [
      [['--data', temporaryFolder()], '--port is required'],
      [['--port', '0'], '--data is required'],
      [['--port', '99999', '--data', temporaryFolder()], '--port must be a whole number'],
      [['--port', '0', '--data', temporaryFolder(), '--nonsense'], '--nonsense'],
      [['--port', port, '--data', temporaryFolder()], `port ${port} is in use`],
      [['--port', '0', '--data', dataDir], 'in use by another emulator'],
      [['--port', '0', '--data', temporaryFolder(), '--public-key', 'ssh-rsa AAAA'], 'ssh-ed25519'],
    ] as const;
    const runs = await Promise.all(wrong.map(([args]) => run(...args).ended));
    for (const [i, { code, stderr, stdout }] of runs.entries()) {
      const words = wrong[i]?.[1] ?? '';
      expect(stderr).toContain(words);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
    const help = await run('--help').ended;
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--trust-new-keys') });
  });

  it('keeps what it answered over SIGKILL, goes on with pending jobs, and honours URLs from before', async () => {
    const dataDir = temporaryFolder();
    const first = run('--port', '0', '--data', dataDir, '--trust-new-keys', '--job-delay-ms', '600000');
    const key = new Key(SEED_A);
    const before = new Client(await first.url, key);
    const { dataset, folder } = await before.dataset('D', true);
    const path = `storage/folders/${folder}/upload-signed-urls`;
    const { results } = await before.okV2(grantsPage, 'POST', path, { itemType: 'image', count: 2 });
    const [stored, later] = results;
    if (!stored || !later) throw new Error('grants are missing');
    expect((await put(stored.signedUrl, png())).status).toBe(200);
    const element = {
      objectUrl: stored.objectKey,
      title: 'a.png',
      clientMetadata: {},
      externalFileType: 'IMAGE',
      placeholderItemUuid: stored.itemUuid,
    };
    const job = await before.okV2(z.string(), 'POST', `storage/folders/${folder}/data-upload-jobs`, {
      dataItems: dataItems({ images: [element] }),
      ignoreErrors: false,
    });
    first.child.kill('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });

    const port = new URL(before.url).port;
    const second = run('--port', port, '--data', dataDir, '--job-delay-ms', '5');
    const after = new Client(await second.url, key);
    const done = await after.okV2(
      z.looseObject({}),
      'GET',
      `storage/folders/${folder}/data-upload-jobs/${job}?timeoutSeconds=20`,
    );
    expect(done).toMatchObject({
      status: 'DONE',
      itemsWithNames: [{ itemUuid: stored.itemUuid, name: 'a.png' }],
    });
    expect((await put(later.signedUrl, png())).status).toBe(200);
    expect(await after.state()).toMatchObject({
      datasets: [{ dataset_hash: dataset, rows: [{ title: 'a.png' }] }],
      objects: 2,
      puts: 2,
      registrations: 1,
    });
  });
});

describe('seeding', () => {
  it('makes users, roles, keys, datasets and many rows, or nothing at all', async () => {
    const emulator = await started({ trustNewKeys: false });
    const admin = new Client(emulator.url, new Key(SEED_A));
    const seeded = await admin.control('POST', 'seed', {
      users: [
        { email: 'admin@example.org', publicKey: new Key(SEED_A).openSsh, organisationRole: 'admin' },
        { email: 'viewer@example.org', publicKey: new Key(SEED_B).openSsh },
      ],
      integrations: [{ title: 'bucket' }],
      datasets: [
        {
          title: 'Many',
          owner: 'viewer@example.org',
          apiKeys: [{ key: 'given-key', scopes: ['dataset.read'] }],
          rows: [
            { count: 20_000, title: 'row', itemType: 'image' },
            { title: 'film.mp4', itemType: 'video' },
          ],
        },
        { title: 'Few', mirrored: true, type: 2, count: 3 },
      ],
    });
    expect(seeded).toMatchObject({
      datasets: [
        { title: 'Many', rows: 20_001, backingFolderUuid: null },
        { title: 'Few 1' },
        { title: 'Few 2' },
        { title: 'Few 3' },
      ],
    });
    const many = z.object({ datasets: z.array(z.object({ datasetHash: z.string() })) }).parse(seeded)
      .datasets[0];
    const byKey = new Client(emulator.url, 'given-key');
    const rows = await byKey.v1('datarows', 'GET', null, { data_types: ['VIDEO'] }, many?.datasetHash);
    expect(rows.response).toMatchObject([{ data_title: 'film.mp4' }]);
    const list = async (client: Client, query: string) =>
      (
        await client.okV2(
          z.object({ result: z.array(z.object({ title: z.string(), userRole: z.string().nullable() })) }),
          'GET',
          `datasets/list?${query}`,
        )
      ).result;
    expect(await list(admin, 'includeOrgAccess=False&titleLike=Few%25')).toHaveLength(3);
    expect(await list(admin, 'includeOrgAccess=True&titleEq=Many')).toEqual([
      { title: 'Many', userRole: null },
    ]);
    const viewer = new Client(emulator.url, new Key(SEED_B));
    expect(await list(viewer, 'includeOrgAccess=True')).toEqual([{ title: 'Many', userRole: 'admin' }]);
    const integrations = await admin.okV2(
      z.object({ result: z.array(z.looseObject({})) }),
      'GET',
      'cloud-integrations',
    );
    expect(integrations.result).toMatchObject([{ title: 'bucket' }]);

    const broken = { datasets: [{ title: 'Lost' }, { title: 'X', apiKeys: [{ key: 'given-key' }] }] };
    await expect(admin.control('POST', 'seed', broken)).rejects.toThrow('exists already');
    expect(await list(admin, 'includeOrgAccess=True&titleEq=Lost')).toEqual([]);
    expect((await http('POST', `${emulator.url}/__emulator/seed`, {}, '{"nonsense":1}')).status).toBe(422);
  });
});
