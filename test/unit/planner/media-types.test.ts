/** Audio, DICOM series, NIfTI, PDF and text in a plan: what is a unit, what is left out, and what is said of it. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Plan, PlanRequest } from '../../../main/core/plan.ts';
import { dicom, flac, mp3, nifti, niftiGz, pdf, wav } from '../../fixtures/media-kinds.ts';
import { PNG } from './heads.ts';
import { countingFiles, folderOf, like, planOf, TestLedger } from './workplace.ts';

const ALL = 1_000;

async function scan(request: Partial<PlanRequest> & Pick<PlanRequest, 'paths'>): Promise<Plan> {
  const plan = planOf(request);
  await plan.scanned;
  return plan;
}

const unitsOf = (plan: Plan) => plan.units(0, ALL).map(({ media, title, files }) => [media, title, files]);
const refusedOf = (plan: Plan) =>
  plan.turnedAway(0, ALL).map(({ kind, title, failure }) => [kind, title, failure.code]);
async function settled(plan: Plan) {
  await plan.settle('d');
  const { units, turnedAway } = plan.result();
  return { units: [...units], turnedAway: [...turnedAway] };
}

describe('by content', () => {
  it('takes audio, PDF and NIfTI as a unit each, whatever they are called', async () => {
    const root = folderOf({
      'a.wav': wav(1),
      'b.dat': mp3(2),
      'c.flac': flac(3),
      'd.pdf': pdf(4),
      'e.nii': nifti(5),
      'f.nii.gz': niftiGz(6),
      'g.gz': niftiGz(7),
    });
    const plan = await scan({ paths: [root] });
    expect(unitsOf(plan)).toEqual([
      ['audio', 'a.wav', 1],
      ['audio', 'b.dat', 1],
      ['audio', 'c.flac', 1],
      ['pdf', 'd.pdf', 1],
      ['nifti', 'e.nii', 1],
      ['nifti', 'f.nii.gz', 1],
    ]);
    expect(plan.totals().units).toMatchObject({ audio: 3, pdf: 1, nifti: 2, video: 0 });
    expect(refusedOf(plan)).toEqual([['refused', 'g.gz', 'file-type']]);
  });

  it.each(['audio', 'pdf', 'nifti', 'text', 'dicom'] as const)(
    'takes nothing but %s where asked',
    async (as) => {
      const files = { 'a.wav': wav(1), 'd.pdf': pdf(4), 'e.nii': nifti(5), 'n.txt': 'notes', s: dicom(1) };
      const plan = await scan({ paths: [folderOf({ ...files, 'p.png': PNG })], as });
      expect(plan.units(0, ALL).map(({ media }) => media)).toEqual([as]);
      expect(plan.totals()).toMatchObject({ listed: 1, refused: 5 });
    },
  );
});

describe('DICOM files', () => {
  it('are one unit a series, across folders, in the order of their instance numbers', async () => {
    const root = folderOf({
      'ct/one/b': dicom(1, { number: 10, series: '1.2.1', description: 'Thorax' }),
      'ct/one/a': dicom(2, { number: 2, series: '1.2.1', description: 'Thorax' }),
      'ct/two/c': dicom(3, { number: 1, series: '1.2.1', description: 'Thorax' }),
      'ct/two/other': dicom(4, { series: '1.2.2' }),
      'ct/two/10': dicom(11, { number: null, series: '1.2.3', description: 'Scout' }),
      'ct/two/9': dicom(12, { number: null, series: '1.2.3', description: 'Scout' }),
      'ct/two/1.png': PNG,
    });
    const plan = planOf({ paths: [root] });
    const { units } = await settled(plan);
    const shown = units.map(({ media, title, items }) => [media, title, items.map((item) => item.name)]);
    expect(shown.sort()).toEqual(
      [
        ['image', '1.png', ['1.png']],
        ['dicom', 'Thorax', ['c', 'a', 'b']],
        ['dicom', 'two', ['other']],
        ['dicom', 'Scout', ['9', '10']],
      ].sort(),
    );
    expect(units.every(({ items }) => items[0]?.mime !== '')).toBe(true);
    const thorax = plan.units(0, ALL).find(({ title }) => title === 'Thorax');
    expect(thorax).toMatchObject({ path: join(root, 'ct'), files: 3 });
    // No folder of images, so that there is nothing to choose.
    expect(plan.folders().filter((folder) => folder.switchable)).toMatchObject([{ name: 'two', images: 1 }]);
  });

  it('refuses what lacks a tag, and the second file of an image, alone', async () => {
    const root = folderOf({
      '1.dcm': dicom(1),
      '2.dcm': dicom(2, { without: ['PatientID', 'Rows'] }),
      '3.dcm': dicom(3, { number: 1, instance: '1.2.3.4.1' }),
      '4.dcm': dicom(4),
    });
    const { units, turnedAway } = await settled(planOf({ paths: [root] }));
    expect(units.map(({ items }) => items.map((item) => item.name))).toEqual([['1.dcm', '4.dcm']]);
    expect(turnedAway).toMatchObject([
      {
        title: '2.dcm',
        failure: { code: 'file-type', details: { missing: 'Rows, PatientID' } },
      },
      {
        title: '3.dcm',
        failure: {
          code: 'duplicate',
          message: expect.stringContaining(`${join(root, '1.dcm')} has the same`),
        },
      },
    ]);
  });

  it('refuses a series of two studies as a whole, once', async () => {
    const root = folderOf({
      'mixed/1': dicom(1, { series: '1.5', study: '1.1' }),
      'mixed/2': dicom(2, { series: '1.5', study: '1.2' }),
      'good/3': dicom(3, { series: '1.6' }),
    });
    const plan = planOf({ paths: [root] });
    const { units, turnedAway } = await settled(plan);
    expect(units.map(({ title }) => title)).toEqual(['good']);
    expect(turnedAway).toMatchObject([
      {
        kind: 'refused',
        media: 'dicom',
        title: 'mixed',
        path: join(root, 'mixed'),
        failure: { code: 'file-type', message: expect.stringContaining('2 studies') },
      },
    ]);
    expect(plan.totals()).toMatchObject({ refused: 1, listed: 1, files: 1 });
  });

  it('knows a series that is there already, and takes the title that was given', async () => {
    const files = [dicom(1), dicom(2)];
    const root = folderOf({ a: files[0] ?? '', b: files[1] ?? '' });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'dicom', files, 'earlier');
    const known = planOf({ paths: [root] }, { ledger });
    expect(await settled(known)).toMatchObject({
      units: [],
      turnedAway: [
        { kind: 'skipped', media: 'dicom', failure: { message: expect.stringContaining('earlier') } },
      ],
    });
    const titled = await scan({ paths: [root], as: 'dicom', title: 'Patient 1' });
    expect(unitsOf(titled)).toEqual([['dicom', 'Patient 1', 2]]);
  });
});

describe('text files', () => {
  const files = { 'in/readme.txt': 'notes', 'in/data.csv': 'a,b\n', 'in/p.png': PNG, 'alone.json': '{}' };

  it('are taken where they were named, and in folders only where somebody says so', async () => {
    const root = folderOf(files);
    const plan = await scan({ paths: [join(root, 'in'), join(root, 'alone.json')] });
    expect(unitsOf(plan)).toEqual([
      ['image', 'p.png', 1],
      ['text', 'alone.json', 1],
    ]);
    expect(plan.totals()).toMatchObject({ refused: 2, textFiles: 2, takeText: false, files: 2 });
    const away = plan.turnedAway(0, ALL);
    expect(away.map(({ title, failure }) => [title, failure.code])).toEqual([
      ['data.csv', 'file-type'],
      ['readme.txt', 'file-type'],
    ]);
    expect(away[0]?.failure.message).toContain('choose to take text files in the review or say --as text');
    expect(plan.turnedAway(1, 1).map(({ title }) => title)).toEqual(['readme.txt']);

    plan.takeText(true);
    expect(plan.totals()).toMatchObject({ refused: 0, textFiles: 2, takeText: true, files: 4 });
    expect(plan.totals().units).toMatchObject({ text: 3, image: 1 });
    plan.takeText(false);
    expect(plan.totals()).toMatchObject({ refused: 2, takeText: false, files: 2, units: { text: 1 } });
  });

  it('can be taken and left again after they were compared', async () => {
    const root = folderOf({ 'in/a.txt': 'same', 'in/b.txt': 'other' });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'text', [Buffer.from('same')], 'before');
    const plan = planOf({ paths: [root] }, { ledger });
    plan.takeText(true);
    expect((await settled(plan)).units.map(({ title }) => title)).toEqual(['b.txt']);
    expect(plan.totals()).toMatchObject({ skipped: 1, refused: 0, listed: 1 });
    plan.takeText(false);
    expect(plan.totals()).toMatchObject({ skipped: 0, refused: 2, listed: 0, files: 0, settledFor: null });
    expect((await settled(plan)).turnedAway).toMatchObject([{ kind: 'refused' }, { kind: 'refused' }]);
    plan.takeText(true);
    expect((await settled(plan)).units.map(({ title }) => title)).toEqual(['b.txt']);
    expect(plan.totals()).toMatchObject({ skipped: 1, refused: 0 });
  });

  it('that cannot be read in the comparison are refused for good', async () => {
    const root = folderOf({ 'in/a.txt': 'same' });
    const ledger = new TestLedger();
    ledger.addUploaded('d', 'text', [Buffer.from('same')], 'before');
    const broken = {
      ...countingFiles().files,
      sha256: () => Promise.reject(new UploaderError('file-unreadable', 'It cannot be read.')),
    };
    const plan = planOf({ paths: [root] }, { ledger, files: broken });
    plan.takeText(true);
    expect((await settled(plan)).turnedAway).toMatchObject([{ failure: { code: 'file-unreadable' } }]);
    plan.takeText(false);
    expect(plan.totals()).toMatchObject({ refused: 1, textFiles: 0, files: 0 });
  });
});

describe('a folder of images', () => {
  it('becomes single images, a group or a sequence, and never a sequence of what cannot be one', async () => {
    const tiff = Uint8Array.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
    const root = folderOf({
      'run/f1.png': like(PNG, '1'),
      'run/f2.png': like(PNG, '2'),
      'scan/a.tif': tiff,
      'scan/b.png': PNG,
    });
    const plan = await scan({ paths: [root] });
    const run = join(root, 'run');
    for (const [mode, units] of [
      ['group', { image: 2, 'image-group': 1, 'image-sequence': 0 }],
      ['sequence', { image: 2, 'image-group': 0, 'image-sequence': 1 }],
      ['single', { image: 4, 'image-group': 0, 'image-sequence': 0 }],
    ] as const) {
      plan.setFolder(run, mode);
      expect(plan.totals()).toMatchObject({ units, files: 4 });
      expect(plan.folders()).toMatchObject([
        { name: 'run', mode },
        { name: 'scan', mode: 'single' },
      ]);
    }
    plan.setFolder(run, 'sequence');
    expect((await settled(plan)).units).toMatchObject([
      { media: 'image-sequence', title: 'run', items: [{ name: 'f1.png' }, { name: 'f2.png' }] },
      { media: 'image', title: 'a.tif' },
      { media: 'image', title: 'b.png' },
    ]);
    expect(() => plan.setFolder(join(root, 'scan'), 'sequence')).toThrow(/a\.tif is a TIFF image/);
    plan.setFolder(join(root, 'scan'), 'group');
    expect(plan.totals().units).toMatchObject({ 'image-group': 1, 'image-sequence': 1, image: 0 });
  });
});

it('refuses what the route of the account does not know, with the reason', async () => {
  const root = folderOf({ 'a.wav': wav(1), 'd.pdf': pdf(4) });
  const mediaProblem: NonNullable<PlanRequest['mediaProblem']> = (media) =>
    media === 'pdf' ? new UploaderError('not-available', 'Not by this route.') : null;
  const plan = await scan({ paths: [root], mediaProblem });
  expect(unitsOf(plan)).toEqual([['audio', 'a.wav', 1]]);
  expect(refusedOf(plan)).toEqual([['refused', 'd.pdf', 'not-available']]);
});

describe('of a watch folder', () => {
  it('a group of DICOM files is a unit for each series, which all have its key', async () => {
    const root = folderOf({
      'in/1': dicom(1, { series: '1.1', description: 'A' }),
      'in/2': dicom(2, { series: '1.2', description: 'B' }),
      'in/3': dicom(3, { series: '1.1', description: 'A' }),
    });
    const paths = ['in/1', 'in/2', 'in/3'].map((path) => join(root, path));
    const group = { key: 'in', media: 'dicom', title: '', paths } as const;
    const plan = planOf({ paths: [], groups: [group] });
    const { units } = await settled(plan);
    expect(units.map(({ title, items }) => [title, items.map((item) => item.name)])).toEqual([
      ['A', ['1', '3']],
      ['B', ['2']],
    ]);
    expect(plan.units(0, ALL)).toMatchObject([
      { group: 'in', paths: [join(root, 'in/1'), join(root, 'in/3')] },
      { group: 'in', paths: [join(root, 'in/2')] },
    ]);
  });

  it('such a group is refused as a whole where a file of it is', async () => {
    const root = folderOf({ 'in/1': dicom(1), 'in/2': 'text' });
    const paths = ['in/1', 'in/2'].map((path) => join(root, path));
    const plan = planOf({ paths: [], groups: [{ key: 'in', media: 'dicom', title: '', paths }] });
    const { units, turnedAway } = await settled(plan);
    expect(units).toEqual([]);
    expect(turnedAway.every(({ group, kind }) => group === 'in' && kind === 'refused')).toBe(true);
    expect(plan.totals()).toMatchObject({ listed: 0, files: 0 });
  });

  it('single DICOM and text files are refused by content, with what to do', async () => {
    const root = folderOf({ '1.dcm': dicom(1), 'n.txt': 'notes' });
    const paths = ['1.dcm', 'n.txt'].map((path) => join(root, path));
    const plan = await scan({ paths, expected: new Map() });
    expect(plan.turnedAway(0, ALL).map(({ failure }) => failure.message)).toEqual([
      expect.stringContaining('becomes to DICOM series'),
      expect.stringContaining('become to text files'),
    ]);
    const text = await scan({ paths: paths.slice(1), as: 'text', expected: new Map() });
    expect(unitsOf(text)).toEqual([['text', 'n.txt', 1]]);
  });
});
