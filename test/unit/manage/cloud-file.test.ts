/** Files of cloud data: what the check finds, and what is made of the entries. */

import { describe, expect, it } from 'vitest';
import { checkCloudFile } from '../../../main/core/manage/cloud/check.ts';
import {
  countEntries,
  entryPaths,
  listEntries,
  skipsDuplicates,
  takeEntries,
  withSkipDuplicates,
} from '../../../main/core/manage/cloud/entries.ts';

const BUCKET = 'https://b.s3.eu-west-2.amazonaws.com';
const VIDEO_METADATA = {
  fps: 25.5,
  duration: 12.5,
  width: 1920,
  height: 1080,
  file_size: 12345678,
  mime_type: 'video/mp4',
};

/** The documented example, in full. */
const EXAMPLE = {
  videos: [
    { objectUrl: `${BUCKET}/v/a.mp4` },
    {
      objectUrl: `${BUCKET}/v/b.mp4`,
      title: 'b.mp4',
      clientMetadata: { site: 'x' },
      videoMetadata: VIDEO_METADATA,
    },
  ],
  images: [{ objectUrl: 'https://storage.cloud.google.com/b/i/1.png', title: '1.png' }],
  audio: [{ objectUrl: `${BUCKET}/s/1.wav` }],
  image_groups: [
    { title: 'group 1', objectUrl_0: `${BUCKET}/g/1.png`, objectUrl_1: `${BUCKET}/g/2.png` },
    {
      title: 'sequence 1',
      createVideo: true,
      objectUrl_1: `${BUCKET}/q/2.png`,
      objectUrl_0: `${BUCKET}/q/1.png`,
    },
  ],
  dicom_series: [{ title: 'series 1', objectUrl_0: `${BUCKET}/d/1.dcm`, objectUrl_1: `${BUCKET}/d/2.dcm` }],
  skip_duplicate_urls: true,
};

function errorsOf(value: unknown, bytes = 1_000): { path: string; message: string }[] {
  return checkCloudFile(value, bytes)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ path, message }) => ({ path: (path ?? []).join('.'), message }));
}

function warningsOf(value: unknown, bytes = 1_000): { path: string; message: string }[] {
  return checkCloudFile(value, bytes)
    .problems.filter(({ severity }) => severity === 'warning')
    .map(({ path, message }) => ({ path: (path ?? []).join('.'), message }));
}

function video(more: Record<string, unknown>): Record<string, unknown> {
  return { videos: [{ objectUrl: `${BUCKET}/v/a.mp4`, ...more }] };
}

describe('the check', () => {
  it('finds no error in the documented example', () => {
    const check = checkCloudFile(EXAMPLE, 1_000);
    expect(check).toMatchObject({
      errors: 0,
      kinds: { videos: 2, images: 1, audio: 1, image_groups: 2, dicom_series: 1 },
      entries: 7,
      urls: 10,
      file: EXAMPLE,
    });
    expect(warningsOf(EXAMPLE).map(({ path }) => path)).toEqual(['videos.1.videoMetadata']);
  });

  it.each([
    ['a list', []],
    ['null', null],
    ['a text', 'videos'],
  ])('refuses %s at the top', (name, value) => {
    expect(errorsOf(value)).toEqual([{ path: '', message: expect.stringContaining(`holds ${name}.`) }]);
    expect(checkCloudFile(value, 1).file).toBeNull();
  });

  it('refuses a file without entries', () => {
    expect(errorsOf({ videos: [] })).toEqual([
      { path: '', message: expect.stringContaining('nothing to register') },
    ]);
  });

  it.each([
    ['imageGroups', '“image_groups”'],
    ['skipDuplicateUrls', '“skip_duplicate_urls”'],
    ['Video', '“videos”'],
    ['constructor', 'Take it out'],
  ])('knows no key %s', (key, said) => {
    expect(errorsOf({ ...EXAMPLE, [key]: [] })).toEqual([
      { path: key, message: expect.stringContaining(said) },
    ]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['no list', { videos: {} }, 'videos', 'in brackets'],
    ['no object', { videos: ['https://x/y'] }, 'videos.0', 'in braces'],
    ['no URL', { images: [{ title: 'a' }] }, 'images.0', '“objectUrl”'],
    ['a URL that is none', video({ objectUrl: 7 }), 'videos.0.objectUrl', 'as a text'],
    ['an empty URL', video({ objectUrl: '' }), 'videos.0.objectUrl', 'empty'],
    ['a blank', video({ objectUrl: `${BUCKET}/a b.mp4` }), 'videos.0.objectUrl', '%20'],
    ['a line break', video({ objectUrl: `${BUCKET}/ab.mp4\n` }), 'videos.0.objectUrl', 'line break'],
    ['s3://', video({ objectUrl: 's3://b/a.mp4' }), 'videos.0.objectUrl', 'https://'],
    ['a path', video({ objectUrl: '/data/a.mp4' }), 'videos.0.objectUrl', 'no full URL'],
    ['a server alone', video({ objectUrl: 'https://b.example' }), 'videos.0.objectUrl', 'names no file'],
    ['a long URL', video({ objectUrl: `${BUCKET}/${'ä/'.repeat(5_500)}` }), 'videos.0.objectUrl', '16 KB'],
    ['a long name', video({ objectUrl: `${BUCKET}/${'a'.repeat(301)}` }), 'videos.0.objectUrl', '300'],
    ['a long title', video({ title: 'a'.repeat(301) }), 'videos.0.title', '300'],
    ['a title that is none', video({ title: 1 }), 'videos.0.title', 'text'],
    ['metadata that is a text', video({ clientMetadata: '{}' }), 'videos.0.clientMetadata', 'braces'],
    [
      'large metadata',
      video({ clientMetadata: { a: 'ä'.repeat(5_000_000) } }),
      'videos.0.clientMetadata',
      '10 MB',
    ],
    ['an unknown key', video({ colour: 'red' }), 'videos.0.colour', 'clientMetadata'],
    [
      'a key in another spelling',
      video({ client_metadata: {} }),
      'videos.0.client_metadata',
      '“clientMetadata”',
    ],
    ['a number in a video', video({ objectUrl_0: `${BUCKET}/b.mp4` }), 'videos.0.objectUrl_0', 'one file'],
    ['another kind of metadata', video({ imageMetadata: {} }), 'videos.0.imageMetadata', 'knows no'],
    ['a flag in quotes', { ...EXAMPLE, skip_duplicate_urls: 'true' }, 'skip_duplicate_urls', 'quotes'],
    ['no title', { image_groups: [{ objectUrl_0: `${BUCKET}/1.png` }] }, 'image_groups.0', '“title”'],
    [
      'an empty title',
      { dicom_series: [{ title: ' ', objectUrl_0: `${BUCKET}/1.dcm` }] },
      'dicom_series.0.title',
      'empty',
    ],
    ['no files', { image_groups: [{ title: 'g' }] }, 'image_groups.0', 'no files'],
    [
      'a gap',
      { image_groups: [{ title: 'g', objectUrl_0: `${BUCKET}/1`, objectUrl_2: `${BUCKET}/2` }] },
      'image_groups.0.objectUrl_2',
      '“objectUrl_1” is missing',
    ],
    [
      'a start at one',
      { dicom_series: [{ title: 'g', objectUrl_1: `${BUCKET}/1` }] },
      'dicom_series.0.objectUrl_1',
      '“objectUrl_0” is missing',
    ],
    [
      'a series as video',
      { dicom_series: [{ title: 'g', objectUrl_0: `${BUCKET}/1`, createVideo: true }] },
      'dicom_series.0.createVideo',
      'knows no',
    ],
    [
      'a sequence in quotes',
      { image_groups: [{ title: 'g', objectUrl_0: `${BUCKET}/1`, createVideo: 'true' }] },
      'image_groups.0.createVideo',
      'quotes',
    ],
  ])('refuses %s', (_, value, path, said) => {
    expect(errorsOf(value)).toEqual([{ path, message: expect.stringContaining(said) }]);
  });

  it('says of a number that is padded, and of a lone objectUrl, how a group names its files', () => {
    const errors = errorsOf({
      image_groups: [{ title: 'g', objectUrl_00: `${BUCKET}/1`, objectUrl: `${BUCKET}/2` }],
    });
    expect(errors.map(({ path }) => path)).toEqual([
      'image_groups.0.objectUrl_00',
      'image_groups.0.objectUrl',
      'image_groups.0',
    ]);
  });

  it('takes 300 characters, whatever they are made of, and a URL of just 16 KB', () => {
    expect(errorsOf(video({ title: '😀'.repeat(300) }))).toEqual([]);
    const url = `${BUCKET}/`;
    expect(errorsOf(video({ objectUrl: url + 'a/'.repeat((16_384 - url.length) / 2) }))).toEqual([]);
  });

  it('wants media metadata whole, and of the right types', () => {
    const { fps: _, ...lacking } = VIDEO_METADATA;
    expect(errorsOf(video({ videoMetadata: lacking }))).toEqual([
      { path: 'videos.0.videoMetadata', message: expect.stringContaining('lacks fps.') },
    ]);
    expect(
      errorsOf(
        video({ videoMetadata: { ...VIDEO_METADATA, width: 19.2, fps: '25', mime_type: '', toString: 1 } }),
      ).map(({ path }) => path),
    ).toEqual(['fps', 'width', 'mime_type', 'toString'].map((field) => `videos.0.videoMetadata.${field}`));
    const { file_size: size, ...others } = VIDEO_METADATA;
    expect(errorsOf(video({ videoMetadata: { ...others, fileSize: size } }))).toEqual([
      { path: 'videos.0.videoMetadata', message: expect.stringContaining('lacks file_size') },
      { path: 'videos.0.videoMetadata.fileSize', message: expect.stringContaining('written file_size') },
    ]);
  });

  it.each(['text', 'texts', 'pdf', 'pdfs', 'nifti', 'niftis'])(
    'takes %s, and says what is not certain',
    (key) => {
      const file = { [key]: [{ objectUrl: `${BUCKET}/a` }, { objectUrl: `${BUCKET}/b` }] };
      expect(errorsOf(file)).toEqual([]);
      expect(warningsOf(file)).toEqual([{ path: key, message: expect.stringContaining('not published') }]);
    },
  );

  it('takes scenes as they are, and says so', () => {
    const file = { scenes: [{ content: { url: 's3://b/cloud.pcd' } }] };
    expect(errorsOf(file)).toEqual([]);
    expect(warningsOf(file)).toEqual([{ path: 'scenes', message: expect.stringContaining('unchecked') }]);
  });

  it('warns of URLs that stand in it twice, and says where first', () => {
    const check = checkCloudFile(
      { videos: [{ objectUrl: `${BUCKET}/a.mp4` }, { objectUrl: `${BUCKET}/a.mp4` }] },
      1,
    );
    expect(check.problems).toEqual([
      expect.objectContaining({
        severity: 'warning',
        path: ['videos', 1, 'objectUrl'],
        earlier: ['videos', 0],
      }),
    ]);
  });

  it('warns of files that look like another kind, once', () => {
    const file = { videos: [{ objectUrl: `${BUCKET}/a.PNG?x=.mp4` }, { objectUrl: `${BUCKET}/b.png` }] };
    expect(warningsOf(file)).toEqual([
      { path: 'videos.0.objectUrl', message: expect.stringContaining('.png') },
    ]);
  });

  it('warns of metadata that would not be updated', () => {
    const said = warningsOf({ ...video({}), upsert_metadata: true });
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringContaining('not published'),
      expect.stringContaining('no effect'),
    ]);
  });

  it('holds counts against the documented limits, and against plans', () => {
    const files = (count: number) => ({ images: Array(count).fill({ objectUrl: `${BUCKET}/1.png` }) });
    expect(errorsOf(files(500_000))).toEqual([]);
    expect(errorsOf(files(500_001))).toEqual([
      { path: '', message: expect.stringContaining('500,001 entries') },
    ]);
    const frames = Array.from({ length: 1_000 }, (_, index) => [
      `objectUrl_${index}`,
      `${BUCKET}/${index}.png`,
    ]);
    const group = { title: 'g', ...Object.fromEntries(frames) };
    expect(errorsOf({ image_groups: Array(1_001).fill(group) })).toEqual([
      { path: '', message: expect.stringContaining('1,001,000 URLs') },
    ]);
    const advised = Array.from({ length: 1_001 }, (_, index) => ({ objectUrl: `${BUCKET}/${index}.png` }));
    expect(warningsOf({ images: advised.slice(1) })).toEqual([]);
    expect(warningsOf({ images: advised }).map(({ message }) => message)).toEqual([
      expect.stringContaining('advises'),
    ]);
    expect(warningsOf(files(1), 100_000_001).map(({ message }) => message)).toEqual([
      expect.stringContaining('Some plans'),
    ]);
  });

  it('keeps ten thousand errors and counts all', () => {
    const file = { videos: Array(12_000).fill('x') };
    expect(checkCloudFile(file, 1).errors).toBe(12_000);
    expect(errorsOf(file)).toHaveLength(10_000);
  });
});

describe('the entries', () => {
  it('are counted, listed in windows, and located', () => {
    expect(countEntries(EXAMPLE)).toMatchObject({ entries: 7, urls: 10 });
    const all = listEntries(EXAMPLE, 0, 100);
    expect(all.map(({ index, kind, title, urls }) => [index, kind, title, urls])).toEqual([
      [0, 'video', null, 1],
      [1, 'video', 'b.mp4', 1],
      [2, 'image', '1.png', 1],
      [3, 'audio', null, 1],
      [4, 'image group', 'group 1', 2],
      [5, 'image sequence', 'sequence 1', 2],
      [6, 'DICOM series', 'series 1', 2],
    ]);
    expect(all[5]?.firstUrl).toBe(`${BUCKET}/q/1.png`);
    expect(all.map(({ clientMetadata }) => clientMetadata)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(all.map(({ path }) => path)).toEqual(entryPaths(EXAMPLE));
    expect(listEntries(EXAMPLE, 1, 3)).toEqual(all.slice(1, 4));
    expect(listEntries(EXAMPLE, 5, 10)).toEqual(all.slice(5));
    expect(listEntries(EXAMPLE, 7, 10)).toEqual([]);
  });

  it('are taken by any of their URLs, with all other keys kept', () => {
    const file = { ...EXAMPLE, upsert_metadata: false, later: [1] };
    const taken = takeEntries(file, new Set([`${BUCKET}/v/b.mp4`, `${BUCKET}/q/2.png`]));
    expect(taken).toEqual({
      videos: [EXAMPLE.videos[1]],
      image_groups: [EXAMPLE.image_groups[1]],
      skip_duplicate_urls: true,
      upsert_metadata: false,
      later: [1],
    });
    const scenes = { scenes: [{ a: [{ url: 's3://b/1' }] }, { a: [{ url: 's3://b/2' }] }] };
    expect(takeEntries(scenes, new Set(['s3://b/2']))).toEqual({ scenes: [scenes.scenes[1]] });
  });

  it('bear anything', () => {
    const odd = {
      videos: [null, 7, [], { objectUrl: 5 }],
      images: 'no',
      image_groups: [{ objectUrl_0: null }],
    };
    expect(countEntries(odd)).toEqual({ kinds: { videos: 4, image_groups: 1 }, entries: 5, urls: 0 });
    expect(listEntries(odd, 0, 10)).toHaveLength(5);
    expect(takeEntries(odd, new Set(['x']))).toEqual({ images: 'no' });
  });

  it('say how duplicates are treated', () => {
    expect(skipsDuplicates(EXAMPLE)).toBe(true);
    expect(withSkipDuplicates(EXAMPLE, false)).not.toHaveProperty('skip_duplicate_urls');
    expect(withSkipDuplicates({ videos: [] }, true)).toEqual({ videos: [], skip_duplicate_urls: true });
    expect(skipsDuplicates(withSkipDuplicates(EXAMPLE, false))).toBe(false);
  });
});
