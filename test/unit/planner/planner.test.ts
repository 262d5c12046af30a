/** The planner, over real files: what paths become, what is turned away and why, and what review can change. */

import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { noUnits } from '../../../main/core/media/index.ts';
import type { PlanTotals } from '../../../main/core/plan.ts';
import type { Files, WalkEntry } from '../../../main/core/ports.ts';
import { bytes, ftyp, JPEG, MP4, PNG } from './heads.ts';
import { watchLoop } from './loop.ts';
import { countingFiles, folderOf, like, planOf } from './workplace.ts';

const ALL = 1_000_000;

async function scan(request: Parameters<typeof planOf>[0]) {
  const plan = planOf(request);
  await plan.scanned;
  return plan;
}

const titlesOf = (plan: ReturnType<typeof planOf>): string[] => plan.units(0, ALL).map((unit) => unit.title);

describe('auto', () => {
  it('makes every file a unit, by content, in natural order', async () => {
    const root = folderOf({
      'b10.png': PNG,
      'b9.png': PNG,
      'clip.dat': MP4,
      'sub/scan.jpg': JPEG,
      'sub/映像🎬.mp4': MP4,
      'line\nbreak.png': PNG,
    });
    const plan = await scan({ paths: [root] });
    expect(titlesOf(plan)).toEqual([
      'b9.png',
      'b10.png',
      'clip.dat',
      'line\nbreak.png',
      'scan.jpg',
      '映像🎬.mp4',
    ]);
    expect(plan.totals()).toMatchObject({
      files: 6,
      bytes: 3 * PNG.length + 2 * MP4.length + JPEG.length,
      units: { video: 2, image: 4, 'image-group': 0, 'image-sequence': 0 },
      listed: 6,
      met: 6,
      refused: 0,
      skipped: 0,
      scanning: false,
    });
    expect(plan.units(2, 1)).toMatchObject([
      {
        media: 'video',
        path: join(root, 'clip.dat'),
        files: 1,
        bytes: MP4.length,
        mime: 'video/mp4',
        twin: null,
      },
    ]);
  });

  it('refuses each bad file with its code and a sentence', async () => {
    const root = folderOf({
      'empty.mp4': '',
      'fake.mp4': 'this is text',
      'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'photo.heic': ftyp('heic', 'mif1'),
      'noise.bin': Uint8Array.from([1, 2, 3, 250, 0, 9]),
      'good.png': PNG,
      'big.png': like(PNG, 'x'.repeat(100)),
    });
    const plan = await scan({ paths: [root, join(root, 'gone.mp4')], sizeLimitBytes: 100 });
    const away = new Map(plan.turnedAway(0, ALL).map((one) => [one.title, one]));
    expect([...away.keys()]).toHaveLength(7);
    expect(titlesOf(plan)).toEqual(['good.png']);
    const said = (name: string) => [away.get(name)?.failure.code, away.get(name)?.failure.message];
    expect(said('empty.mp4')).toEqual(['file-empty', expect.stringContaining('The file is empty')]);
    expect(said('fake.mp4')).toEqual([
      'file-type',
      'Its name promises a video, but it is plain text. Check that it opens, and export it again as one of MP4, MOV, WebM and MKV videos.',
    ]);
    expect(said('drawing.svg')).toEqual([
      'file-type',
      'It is an SVG drawing, which this version does not upload. It takes MP4, MOV, WebM and MKV videos; JPEG, PNG, WebP, AVIF, BMP and TIFF images; MP3, WAV and FLAC audio; DICOM files; NIfTI volumes (.nii and .nii.gz); PDF documents; and text files (TXT, HTML, JSON, XML, CSV and the like).',
    ]);
    expect(said('photo.heic')).toEqual(['file-type', expect.stringContaining('an HEIC image')]);
    expect(said('noise.bin')).toEqual([
      'file-type',
      expect.stringContaining('no kind that this program knows'),
    ]);
    expect(said('big.png')).toEqual([
      'file-too-large',
      expect.stringMatching(/116 bytes.*limit of 100 bytes.*Settings/),
    ]);
    expect(said('gone.mp4')).toEqual(['file-missing', expect.stringContaining('no such file')]);
    expect(away.get('big.png')).toMatchObject({
      kind: 'refused',
      path: join(root, 'big.png'),
      size: 116,
      dataHash: null,
    });
  });

  it('takes a file of exactly the limit', async () => {
    const root = folderOf({ 'a.png': PNG });
    const plan = await scan({ paths: [root], sizeLimitBytes: PNG.length });
    expect(plan.totals()).toMatchObject({ files: 1, refused: 0 });
  });

  it('refuses names that are too long or no text', async () => {
    const entries: WalkEntry[] = ['x'.repeat(300), 'x'.repeat(301), '🎬'.repeat(300), 'bad\uD800'].map(
      (name) => ({
        kind: 'file',
        path: `/data/${name}`,
        name,
        identity: { size: PNG.length, mtimeMs: 1 },
      }),
    );
    const plan = planOf({ paths: ['/data'] }, { files: filesOf(entries) });
    await plan.scanned;
    expect(plan.turnedAway(0, ALL).map((one) => [one.failure.code, one.title])).toEqual([
      ['file-name', 'x'.repeat(301)],
      ['file-name', 'bad\uD800'],
    ]);
    expect(plan.turnedAway(0, 1)[0]?.failure.message).toContain('301 characters');
    expect(plan.totals().files).toBe(2);
  });

  it('works on the paths of Windows', async () => {
    const entries: WalkEntry[] = ['C:\\data\\run\\f2.png', 'C:\\data\\run\\f10.png'].map((path) => ({
      kind: 'file',
      path,
      name: path.slice('C:\\data\\run\\'.length),
      identity: { size: PNG.length, mtimeMs: 1 },
    }));
    const plan = planOf({ paths: ['C:\\data'], as: 'image-group' }, { files: filesOf(entries) });
    await plan.scanned;
    expect(plan.units(0, ALL)).toMatchObject([{ title: 'run', path: 'C:\\data\\run', files: 2 }]);
  });
});

describe('a type that was asked for', () => {
  it('refuses what is of another', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.mp4': MP4 });
    const videos = await scan({ paths: [root], as: 'video' });
    expect(titlesOf(videos)).toEqual(['b.mp4']);
    expect(videos.turnedAway(0, ALL)[0]?.failure).toMatchObject({
      code: 'file-type',
      message: 'It is a PNG image, and only videos were asked for. Upload it separately, as what it is.',
    });
    const images = await scan({ paths: [root], as: 'image' });
    expect(titlesOf(images)).toEqual(['a.png']);
    expect(images.totals().refused).toBe(1);
  });
});

describe('image groups', () => {
  it('are one for each folder that holds images itself', async () => {
    const root = folderOf({
      'top/readme.txt': 'no image',
      'top/one/frame2.png': PNG,
      'top/one/frame10.png': PNG,
      'top/one/frame1.png': PNG,
      'top/two/frame1.png': PNG,
      'top/two/deep/x.jpg': JPEG,
      'top/two/clip.mp4': MP4,
    });
    const plan = planOf({ paths: [join(root, 'top')], as: 'image-group', datasetId: 'd' });
    expect(await plan.settle('d')).toBe(true);
    expect(titlesOf(plan)).toEqual(['one', 'two', 'deep']);
    const units = [...plan.result().units];
    expect(units[0]?.items.map((item) => item.name)).toEqual(['frame1.png', 'frame2.png', 'frame10.png']);
    expect(units[0]).toMatchObject({
      media: 'image-group',
      items: [{ mime: 'image/png', sha256: null }, {}, {}],
    });
    const away = plan.turnedAway(0, ALL).map((one) => [one.title, one.failure.message]);
    expect(away).toEqual([
      ['readme.txt', expect.stringContaining('plain text')],
      ['clip.mp4', expect.stringContaining('only images can be frames')],
    ]);
  });

  it('are one for a list of files, in natural order of paths, equal names and all', async () => {
    const root = folderOf({ 'y/f1.png': PNG, 'x/f10.png': PNG, 'x/f2.png': JPEG, 'x/f1.png': PNG });
    const paths = ['y/f1.png', 'x/f10.png', 'x/f2.png', 'x/f1.png'].map((path) => join(root, path));
    const plan = planOf({ paths, as: 'image-group', datasetId: 'd' });
    await plan.settle('d');
    const [unit, ...more] = [...plan.result().units];
    expect(more).toEqual([]);
    expect(unit?.items.map((item) => item.path.slice(root.length + 1))).toEqual([
      'x/f1.png',
      'x/f2.png',
      'x/f10.png',
      'y/f1.png',
    ]);
    expect(unit?.title).toBe(basename(root));
  });

  it('take the title that was given, and the name of the only folder of a list else', async () => {
    const root = folderOf({ 'run/f1.png': PNG, 'run/f2.png': PNG, 'other/f1.png': PNG });
    const list = [join(root, 'run/f1.png'), join(root, 'run/f2.png')];
    expect(titlesOf(await scan({ paths: list, as: 'image-group' }))).toEqual(['run']);
    expect(titlesOf(await scan({ paths: list, as: 'image-group', title: 'Crossing' }))).toEqual(['Crossing']);
    expect(titlesOf(await scan({ paths: [join(root, 'run')], as: 'image-group', title: 'One' }))).toEqual([
      'One',
    ]);
    expect(titlesOf(await scan({ paths: [root], as: 'image-group', title: 'Not two' }))).toEqual([
      'other',
      'run',
    ]);
    const mixed = await scan({ paths: [join(root, 'other'), ...list], as: 'image-group', title: 'List' });
    expect(titlesOf(mixed).sort()).toEqual(['List', 'other']);
  });

  it('count a named file that lies in a named folder to the folder', async () => {
    const root = folderOf({ 'run/f1.png': PNG, 'run/f2.png': PNG });
    const plan = await scan({ paths: [join(root, 'run/f2.png'), join(root, 'run')], as: 'image-group' });
    expect(plan.units(0, ALL)).toMatchObject([{ title: 'run', files: 2 }]);
  });
});

describe('image sequences', () => {
  it('are one for each folder that holds images itself, without what cannot be a frame', async () => {
    const root = folderOf({
      'run/frame10.png': PNG,
      'run/frame9.jpg': JPEG,
      'run/scan.tif': bytes('II*', 0, 8, 0, 0, 0),
      'run/clip.mp4': MP4,
      'run/deep/x.png': PNG,
    });
    const plan = planOf({ paths: [join(root, 'run')], as: 'image-sequence', datasetId: 'd' });
    expect(await plan.settle('d')).toBe(true);
    expect(plan.totals()).toMatchObject({
      units: { video: 0, image: 0, 'image-group': 0, 'image-sequence': 2 },
      listed: 2,
      files: 3,
    });
    const units = [...plan.result().units].map(({ media, title, items }) => [
      media,
      title,
      items.map((item) => item.name),
    ]);
    expect(units).toEqual([
      ['image-sequence', 'run', ['frame9.jpg', 'frame10.png']],
      ['image-sequence', 'deep', ['x.png']],
    ]);
    expect(plan.folders().map((folder) => folder.switchable)).toEqual([false, false]);
    expect(plan.turnedAway(0, ALL).map((one) => [one.title, one.failure.message])).toEqual([
      ['clip.mp4', expect.stringContaining('only images can be frames of an image sequence')],
      [
        'scan.tif',
        'It is a TIFF image, and frames of an image sequence are JPEG, PNG, WebP, AVIF and BMP images. Convert it to one of them, or upload it as a single image or in an image group.',
      ],
    ]);
  });

  it('are one for a list of files', async () => {
    const root = folderOf({ 'x/f10.png': PNG, 'x/f2.png': PNG });
    const paths = ['x/f10.png', 'x/f2.png'].map((path) => join(root, path));
    const plan = await scan({ paths, as: 'image-sequence', title: 'Crossing' });
    expect(plan.units(0, ALL)).toMatchObject([{ media: 'image-sequence', title: 'Crossing', files: 2 }]);
  });
});

describe('review', () => {
  const numbered = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`frames/f_${i + 1}.png`, like(PNG, `${i}`)]),
  );

  it('suggests a group for numbered frames and applies nothing by itself', async () => {
    const root = folderOf({ ...numbered, 'photos/cat.png': PNG, 'photos/dog.png': PNG });
    const plan = await scan({ paths: [root] });
    const folders = plan
      .folders()
      .map(({ name, suggestion, mode, images }) => ({ name, suggestion, mode, images }));
    expect(folders).toEqual([
      { name: 'frames', suggestion: 'group', mode: 'single', images: 30 },
      { name: 'photos', suggestion: null, mode: 'single', images: 2 },
    ]);
    expect(plan.totals().units).toEqual({ ...noUnits(), image: 32 });
  });

  it('switches a folder to a group and back, its videos staying single', async () => {
    const root = folderOf({ ...numbered, 'frames/clip.mp4': MP4 });
    const plan = await scan({ paths: [root] });
    const before = plan.totals();
    plan.setFolder(join(root, 'frames'), 'group');
    expect(plan.totals()).toMatchObject({
      units: { video: 1, image: 0, 'image-group': 1 },
      files: before.files,
      bytes: before.bytes,
      listed: 2,
    });
    expect(plan.units(0, ALL)).toMatchObject([
      { media: 'image-group', title: 'frames', files: 30, path: join(root, 'frames') },
      { media: 'video', title: 'clip.mp4' },
    ]);
    plan.setFolder(join(root, 'frames'), 'single');
    expect(plan.totals()).toEqual(before);
  });

  it('refuses switches that make no sense', async () => {
    const root = folderOf(numbered);
    const plan = await scan({ paths: [root] });
    expect(() => plan.setFolder('/elsewhere', 'group')).toThrow(UploaderError);
    const fixed = await scan({ paths: [root], as: 'image-group' });
    expect(() => fixed.setFolder(join(root, 'frames'), 'single')).toThrow(/cannot be switched/);
  });

  it('renames units, and takes the first title back', async () => {
    const root = folderOf({ 'a.png': PNG, 'b.png': PNG });
    const plan = await scan({ paths: [root] });
    const key = plan.units(0, 1)[0]?.key ?? '';
    plan.setTitle(key, '  Cat  ');
    expect(titlesOf(plan)).toEqual(['Cat', 'b.png']);
    plan.setTitle(key, '');
    expect(titlesOf(plan)).toEqual(['a.png', 'b.png']);
    expect(() => plan.setTitle(key, 'x'.repeat(301))).toThrow(/301 characters/);
    expect(() => plan.setTitle('f99', 'x')).toThrow(/no such unit/);
    expect(() => plan.setTitle('', 'x')).toThrow(/no such unit/);
  });

  it('shows windows that together are everything, across folders', async () => {
    const root = folderOf({ ...numbered, 'a/1.png': PNG, 'a/2.txt': 'x', 'z/clip.mp4': MP4, 'z/3.txt': 'y' });
    const plan = await scan({ paths: [root] });
    plan.setFolder(join(root, 'frames'), 'group');
    const whole = plan.units(0, ALL);
    const pieces = Array.from({ length: 6 }, (_, i) => plan.units(i, 1)).flat();
    expect(pieces).toEqual(whole);
    expect(whole).toHaveLength(3);
    expect(plan.units(3, 10)).toEqual([]);
    expect(plan.units(0, 0)).toEqual([]);
    expect([...plan.turnedAway(0, 1), ...plan.turnedAway(1, 5)]).toEqual(plan.turnedAway(0, ALL));
    expect(plan.turnedAway(0, ALL)).toHaveLength(2);
  });
});

describe('while it goes on', () => {
  it('tells counts on the way and stops when cancelled', async () => {
    const entries: WalkEntry[] = Array.from({ length: 5_000 }, (_, i) => ({
      kind: 'file',
      path: `/data/f${i}.png`,
      name: `f${i}.png`,
      identity: { size: 10, mtimeMs: 1 },
    }));
    const seen: PlanTotals[] = [];
    const plan = planOf({ paths: ['/data'] }, { files: filesOf(entries, 100, 20) }, (totals) => {
      seen.push(totals);
      if (totals.met > 500) plan.cancel();
    });
    await expect(plan.scanned).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen[0]).toMatchObject({ scanning: true, currentFolder: '/data' });
    expect(plan.totals().met).toBeLessThan(5_000);
    expect(plan.totals().scanning).toBe(false);
  });

  it('says why the walk failed', async () => {
    const files = filesOf([]);
    const plan = planOf(
      { paths: ['/data'] },
      {
        files: {
          ...files,
          walk: async function* () {
            yield [];
            throw new UploaderError('file-unreadable', 'The drive went away.');
          },
        },
      },
    );
    await expect(plan.scanned).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(plan.settle('d')).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('refuses what vanishes between the walk and the look', async () => {
    const root = folderOf({ 'a.png': PNG });
    const entries: WalkEntry[] = ['a.png', 'gone.png'].map((name) => ({
      kind: 'file',
      path: join(root, name),
      name,
      identity: { size: PNG.length, mtimeMs: 1 },
    }));
    const { files } = countingFiles();
    const plan = planOf({ paths: [root] }, { files: { ...files, walk: filesOf(entries).walk } });
    await plan.scanned;
    expect(plan.turnedAway(0, 9)).toMatchObject([{ title: 'gone.png', failure: { code: 'file-missing' } }]);
  });

  it('takes 200,000 files in modest memory without holding up the event loop', async () => {
    const count = 200_000;
    const entries = function* (): Generator<WalkEntry> {
      for (let i = 0; i < count; i++) {
        const name = `frame_${(i * 7919) % count}.png`;
        yield { kind: 'file', path: `/data/${name}`, name, identity: { size: 1000 + i, mtimeMs: i + 0.5 } };
      }
    };
    const loop = watchLoop();
    const plan = planOf({ paths: ['/data'], datasetId: 'd' }, { files: filesOf(entries(), 256) });
    expect(await plan.settle('d')).toBe(true);
    const stalls = loop.stop();
    expect(plan.totals()).toMatchObject({ files: count, settledFor: 'd' });
    expect(plan.folders()).toMatchObject([{ suggestion: 'group' }]);
    expect(plan.units(count - 1, 5)).toMatchObject([{ title: `frame_${count - 1}.png` }]);
    // Slices are of five milliseconds; a collection of garbage lengthens the odd one.
    expect(stalls.share(10)).toBeLessThan(0.01);
  }, 60_000);
});

/** Files that exist in the telling only: each is a PNG. */
function filesOf(entries: Iterable<WalkEntry>, chunk = 256, delayMs = 0): Files {
  return {
    async *walk(_paths, signal) {
      let list: WalkEntry[] = [];
      for (const entry of entries) {
        list.push(entry);
        if (list.length < chunk) continue;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (signal.aborted) return;
        yield list;
        list = [];
      }
      yield list;
    },
    identify: async () => ({ size: PNG.length, mtimeMs: 1 }),
    head: async () => PNG,
    sha256: async () => '0'.repeat(64),
  };
}
