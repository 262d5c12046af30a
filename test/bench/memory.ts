/**
 * A valid video of 4 GiB through the whole program: how far the resident memory grows while it is sent and hashed.
 */

import { join } from 'node:path';
import { openProgram } from '../../main/compose.ts';
import { makeKey } from '../fixtures/keys.ts';
import { padMp4 } from '../fixtures/sample.ts';
import { listen, type Measurement, makeFolder, removeFolder, round, stop } from './tools.ts';

const BYTES = 4 * 1024 ** 3;
const ROOT = join(import.meta.dirname, '..', '..');

export async function* memory(): AsyncGenerator<Measurement> {
  const folder = makeFolder();
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(folder, 'emulator')],
    ...['--public-key', key.publicKey, '--fast'],
  ]);
  try {
    const video = join(folder, 'large.mp4');
    await padMp4(join(ROOT, 'test', 'fixtures', 'media', 'video.mp4'), video, BYTES);
    const growth = await uploadWatched(video, {
      ...process.env,
      ENCORD_SSH_KEY: key.privateKey,
      ENCORD_DOMAIN: emulator.url,
      ENCORD_UPLOADER_HOME: join(folder, 'home'),
    });
    yield {
      name: 'growth of resident memory over a video of 4 GiB',
      value: round(growth / 1024 ** 2, 1),
      unit: 'MiB',
    };
  } finally {
    await stop(emulator);
    removeFolder(folder);
  }
}

/** The highest resident memory while it uploads, over that of the idle program. */
async function uploadWatched(video: string, env: NodeJS.ProcessEnv): Promise<number> {
  const host = {
    host: 'browser',
    chooseFiles: null,
    openFolder: null,
    dropsArePaths: false,
    serverChooser: true,
    chooseSavePath: null,
  } as const;
  const program = await openProgram({ dataFolder: null, host, env, defaults: { sizeLimitBytes: 2 * BYTES } });
  try {
    const account = program.accounts.active();
    const dataset = await program.datasets.create(account.id, {
      title: 'Large',
      description: '',
      mirrored: true,
    });
    const before = process.memoryUsage().rss;
    const review = program.reviews.start({ paths: [video], as: 'auto', account, dropId: null });
    await program.reviews.setDataset(review, dataset.id, null);
    const { batchId } = await program.reviews.commit(review);
    if (batchId === null) throw new Error('The video was not taken.');
    await program.start();
    let highest = before;
    for (;;) {
      highest = Math.max(highest, process.memoryUsage().rss);
      const { units } = program.deps.store.totals({ kind: 'batch', id: batchId });
      if (units.done === 1) return highest - before;
      if (units.failed + units.uncertain > 0) throw new Error('The video was not uploaded.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await program.close();
  }
}
