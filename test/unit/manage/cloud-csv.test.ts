/** Tables of cloud data: headings that are recognised, and the entries that lines become. */

import { describe, expect, it } from 'vitest';
import { csvText } from '../../../main/adapters/csv-text.ts';
import { checkCloudFile } from '../../../main/core/manage/cloud/check.ts';
import { tableToFile } from '../../../main/core/manage/cloud/from-table.ts';
import {
  type CloudMapping,
  mappingProblem,
  plainHeadings,
  recogniseColumns,
} from '../../../main/core/manage/cloud/mapping.ts';
import { Problems } from '../../../main/core/manage/cloud/problems.ts';

const NONE: CloudMapping = {
  url: [0],
  title: null,
  kind: { by: 'all', kind: 'video' },
  group: null,
  createVideo: null,
  metadata: [],
};

function recognised(text: string): CloudMapping | null {
  const { headings, rows } = csvText.parse(text);
  return recogniseColumns(
    headings,
    rows.map(({ cells }) => cells),
  );
}

/** What a table becomes, by the mapping that its headings suggest unless another is given. */
function made(text: string, mapping: CloudMapping | null = recognised(text)) {
  if (!mapping) throw new Error('No column of URLs was recognised.');
  const problems = new Problems();
  const entries = tableToFile(csvText.parse(text), mapping, problems);
  return {
    ...entries,
    problems: problems.kept.map(({ severity, line, message }) => `${line} ${severity}: ${message}`),
  };
}

describe('headings', () => {
  it.each<[string, Partial<CloudMapping>]>([
    ['ObjectUrl,Video title', { url: [0], title: 1, kind: { by: 'all', kind: 'video' } }],
    ['Image title; object_url', { url: [1], title: 0, kind: { by: 'all', kind: 'image' } }],
    [
      'OBJECT URL\tImage Group Title\tCreate Video',
      { group: 1, createVideo: 2, kind: { by: 'all', kind: 'image-group' } },
    ],
    ['Dicom title,objectUrl', { url: [1], group: 0, kind: { by: 'all', kind: 'dicom' } }],
    ['name,file url,type', { url: [1], title: 0, kind: { by: 'column', column: 2 } }],
    ['path,url,site', { url: [1], metadata: [] }],
    ['title,objectUrl_1,objectUrl_0', { url: [2, 1], title: 0, kind: { by: 'all', kind: 'image-group' } }],
    ['url,client metadata,metadata.site,metal', { metadata: [1, 2] }],
    ['uri', { url: [0], kind: { by: 'all', kind: 'video' } }],
  ])('%s', (text, wanted) => {
    expect(recognised(`${text}\n`)).toMatchObject(wanted);
  });

  it('say nothing without URLs', () => {
    expect(recognised('title,filename,constructor\n')).toBeNull();
    expect(recognised('')).toBeNull();
  });

  it('leave the kind to the endings of the files', () => {
    expect(recognised('url\nhttps://b/a.png\nhttps://b/b.jpg\nhttps://b/c.mp4\n')?.kind).toEqual({
      by: 'all',
      kind: 'image',
    });
    expect(recognised('url,group\nhttps://b/a.dcm,s\n')?.kind).toEqual({ by: 'all', kind: 'dicom' });
  });

  it('are compared without case, blanks and underscores', () => {
    expect(plainHeadings(['Object_URL', 'Title '])).toBe(plainHeadings(['objectUrl', 'title']));
    expect(plainHeadings(['a', 'b'])).not.toBe(plainHeadings(['ab']));
  });

  it('hold a mapping to the columns that are there', () => {
    expect(mappingProblem(NONE, ['url'])).toBeNull();
    expect(mappingProblem({ ...NONE, title: 1 }, ['url'])).toContain('1 columns');
    expect(mappingProblem({ ...NONE, url: [0, 0] }, ['url'])).toContain('twice');
    expect(mappingProblem({ ...NONE, metadata: [1, 2] }, ['url', 'a', 'a'])).toContain('“a”');
    expect(mappingProblem({ ...NONE, metadata: [1] }, ['url', ''])).toContain('no heading');
  });
});

describe('lines', () => {
  it('become videos with titles and metadata, numbers as texts', () => {
    const { file, problems, lineOf } = made(
      'url,title,metadata,metadata site\nhttps://b/a.mp4,A,"{""n"": 1}",007\n\nhttps://b/b.mp4,,,\n',
    );
    expect(problems).toEqual([]);
    expect(file).toEqual({
      videos: [
        { title: 'A', objectUrl: 'https://b/a.mp4', clientMetadata: { n: 1, 'metadata site': '007' } },
        { objectUrl: 'https://b/b.mp4' },
      ],
    });
    expect(lineOf(['videos', 1, 'objectUrl'])).toBe(4);
    expect(lineOf(['videos', 2])).toBeNull();
    expect(lineOf([])).toBeNull();
  });

  it('with the same group are one item, frames in the order of the lines', () => {
    const { file, problems, lineOf } = made(
      [
        'group title;url;create video;metadata',
        'g2;https://b/2.png;;',
        'g1;https://b/9.png;yes;x',
        'g2;https://b/1.png;no;',
        'g1;https://b/8.png;;y',
      ].join('\n'),
    );
    expect(file).toEqual({
      image_groups: [
        { title: 'g2', objectUrl_0: 'https://b/2.png', objectUrl_1: 'https://b/1.png' },
        {
          title: 'g1',
          createVideo: true,
          objectUrl_0: 'https://b/9.png',
          objectUrl_1: 'https://b/8.png',
          clientMetadata: { metadata: 'x' },
        },
      ],
    });
    expect(lineOf(['image_groups', 0, 'objectUrl_1'])).toBe(4);
    expect(lineOf(['image_groups', 1])).toBe(3);
    expect(problems).toEqual([expect.stringMatching(/^5 warning: “metadata” is another one than on line 3/)]);
  });

  it('with several URLs are the frames of one item, without empty cells', () => {
    const { file } = made('name,url_0,url_1,url_2\ng,https://b/0.png,,https://b/2.png\n');
    expect(file).toEqual({
      image_groups: [{ title: 'g', objectUrl_0: 'https://b/0.png', objectUrl_1: 'https://b/2.png' }],
    });
  });

  it('say their kind in many words', () => {
    const kinds = [
      'Video',
      'images',
      'image/png',
      'Image Sequence',
      'IMG_GROUP',
      'DICOM',
      'audio/wav',
      'PDF',
      'nii',
      'plain text',
    ];
    const { file, problems } = made(
      `type,url,group\n${kinds.map((kind, index) => `${kind},https://b/${index},${/group|seq|dicom/i.test(kind) ? 'g' : ''}`).join('\n')}\n`,
    );
    // The sequence and the image group of the same name would be one item.
    expect(problems).toEqual([
      expect.stringMatching(/^6 error: .*not of one kind: line 5 says image-sequence/),
    ]);
    expect(
      Object.fromEntries(Object.entries(file).map(([key, all]) => [key, Array.isArray(all) && all.length])),
    ).toEqual({
      videos: 1,
      images: 2,
      image_groups: 1,
      dicom_series: 1,
      audio: 1,
      pdf: 1,
      nifti: 1,
      text: 1,
    });
  });

  it.each<[string, string, Partial<CloudMapping>, RegExp]>([
    ['no URL', ',t', {}, /^2 error: .*no URL/],
    ['two URLs of a video', 'https://b/1,https://b/2', { url: [0, 1] }, /^2 error: .*2 URLs/],
    [
      'an unknown kind',
      'https://b/1,hologram',
      { kind: { by: 'column', column: 1 } },
      /^2 error: “hologram” is no kind/,
    ],
    ['no kind', 'https://b/1,', { kind: { by: 'column', column: 1 } }, /^2 error: .*does not say its kind/],
    [
      'no group',
      'https://b/1,',
      { group: 1, kind: { by: 'all', kind: 'dicom' } },
      /^2 error: .*no DICOM series/,
    ],
    ['neither yes nor no', 'https://b/1,maybe', { createVideo: 1 }, /^2 error: “maybe”/],
    ['broken JSON', 'https://b/1,{oops}', { metadata: [1] }, /^2 error: .*“other” begins like a JSON object/],
  ])('are refused with %s', (_, line, mapping, said) => {
    const { file, problems } = made(`url,other\n${line}\n`, { ...NONE, ...mapping });
    expect(problems).toEqual([expect.stringMatching(said)]);
    expect(file).toEqual({});
  });

  it('keep a group of a video and a sequence of a series out, and say so', () => {
    expect(made('url,other\nhttps://b/1,g\n', { ...NONE, group: 1 }).problems).toEqual([
      expect.stringMatching(/^2 warning: A video belongs to no group/),
    ]);
    expect(made('url,other\nhttps://b/1,yes\n', { ...NONE, createVideo: 1 }).problems).toEqual([
      expect.stringMatching(/^2 warning: Only image groups become sequences/),
    ]);
  });

  it('make objects that headings cannot spoil', () => {
    const { file } = made('url,__proto__\nhttps://b/1,x\n', { ...NONE, metadata: [1] });
    expect(JSON.stringify(file)).toBe(
      '{"videos":[{"objectUrl":"https://b/1","clientMetadata":{"__proto__":"x"}}]}',
    );
    const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
    expect(made(`url;meta\nhttps://b/1;${deep}\n`).problems).toEqual([expect.stringMatching(/^2 error/)]);
  });

  it('pass the check of the file, whose problems lead back to them', () => {
    const { file, lineOf } = made('url,group title\nhttps://b/1.png,g\nhttps://b/a b.png,g\n');
    const check = checkCloudFile(file, 100);
    expect(check.problems.map(({ path }) => lineOf(path ?? []))).toEqual([3]);
    const fine = made('url,group title\nhttps://b/1.png,g\nhttps://b/2.png,g\n');
    expect(checkCloudFile(fine.file, 100)).toMatchObject({ errors: 0, warnings: 0, entries: 1, urls: 2 });
  });
});
