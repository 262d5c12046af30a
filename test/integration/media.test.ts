/**
 * Every media type through the whole program: one of each goes up by each route that knows it and is a row, what a route does
 * not know is refused before anything is sent, and running it again doubles nothing.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { dicom, flac, mp3, nifti, niftiGz, pdf, wav } from '../fixtures/media-kinds.ts';
import { makePng } from '../fixtures/png.ts';
import { HotFolder } from './watch/hot-folder.ts';
import { Rig } from './watch/rig.ts';

const API_KEY = 'media-key-0123456789abcdef';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

function folderOf(name: string, files: Readonly<Record<string, Buffer | string>>): string {
  const folder = join(lab.folder, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** One of each kind, in the order in which they are told; `seed` makes them differ from those of others. */
function oneOfEach(name: string, seed: number): string {
  const series = { series: `1.2.${seed}`, description: `Thorax ${seed}` };
  return folderOf(name, {
    'tone.wav': wav(seed),
    'tone.mp3': mp3(seed),
    'tone.flac': flac(seed),
    'ct/a/2.dcm': dicom(seed + 2, { ...series, number: 2 }),
    'ct/b/1.dcm': dicom(seed + 1, { ...series, number: 1 }),
    'brain.nii': nifti(seed),
    'packed.nii.gz': niftiGz(seed + 1),
    'report.pdf': pdf(seed),
    'notes.txt': `Notes ${seed}\n`,
  });
}

const typesOf = (rows: readonly { readonly title: string; readonly data_type: string }[]) =>
  rows.map((row) => [row.title, row.data_type]).sort();

const BY_BOTH = (seed: number) => [
  [`Thorax ${seed}`, 'DICOM'],
  ['tone.flac', 'AUDIO'],
  ['tone.mp3', 'AUDIO'],
  ['tone.wav', 'AUDIO'],
];
const BY_STORAGE = [
  ['brain.nii', 'NIFTI'],
  ['packed.nii.gz', 'NIFTI'],
  ['report.pdf', 'PDF'],
];

describe('the command line', () => {
  it('uploads one of each by the storage route, leaves text in folders, and takes it where asked', async () => {
    const folder = oneOfEach('storage', 10);
    const id = await lab.dataset('By storage');
    const args = ['upload', folder, '--dataset', id, '--json'];
    const first = await lab.run(args);
    expect(first.summary).toMatchObject({ done: 7, refused: 1, failed: 0, uncertain: 0 });
    const [text] = first.summary.units.filter(({ state }) => state === 'refused');
    expect(text).toMatchObject({ title: 'notes.txt', error: { code: 'file-type' } });
    expect(text?.error?.message).toContain('--as text');
    expect(first.code).toBe(1);
    expect(typesOf(await lab.rows('By storage'))).toEqual([...BY_BOTH(10), ...BY_STORAGE].sort());
    const series = (await lab.rows('By storage')).find((row) => row.data_type === 'DICOM');
    expect(series?.images?.map(({ title }) => title)).toEqual(['1.dcm', '2.dcm']);

    const before = await lab.state();
    const again = await lab.run(args);
    expect(again.summary).toMatchObject({ done: 0, skipped: 7, refused: 1 });
    const after = await lab.state();
    expect([after.puts, after.registrations]).toEqual([before.puts, before.registrations]);

    // Named by itself, or asked for.
    const named = await lab.run(['upload', join(folder, 'notes.txt'), '--dataset', id, '--json']);
    expect(named).toMatchObject({ code: 0, summary: { done: 1 } });
    const asked = await lab.run(['upload', folder, '--dataset', id, '--as', 'text', '--json']);
    expect(asked.summary).toMatchObject({ done: 0, skipped: 1 });
    expect(typesOf(await lab.rows('By storage'))).toContainEqual(['notes.txt', 'PLAIN_TEXT']);
  });

  it('uploads audio and a series by the documented route, and refuses the rest before anything is sent', async () => {
    const folder = oneOfEach('documented', 20);
    const id = await lab.dataset('By documents');
    const args = ['upload', folder, '--dataset', id, '--route', 'documented', '--json'];
    const run = await lab.run(args);
    expect(run.summary).toMatchObject({ done: 4, refused: 4, failed: 0 });
    const refused = run.summary.units.filter(({ state }) => state === 'refused');
    expect(refused.map(({ title, error }) => [title, error?.code]).sort()).toEqual([
      ['brain.nii', 'not-available'],
      ['notes.txt', 'not-available'],
      ['packed.nii.gz', 'not-available'],
      ['report.pdf', 'not-available'],
    ]);
    expect(typesOf(await lab.rows('By documents'))).toEqual(BY_BOTH(20));
    const before = await lab.state();
    expect((await lab.run(args)).summary).toMatchObject({ done: 0, skipped: 4, refused: 4 });
    expect((await lab.state()).puts).toBe(before.puts);
  });

  it('takes only the type that is asked for', async () => {
    const folder = oneOfEach('asked', 40);
    const id = await lab.dataset('Asked');
    const args = ['upload', folder, '--dataset', id, '--as', 'dicom', '--title', 'Patient 1', '--json'];
    const run = await lab.run(args);
    expect(run.summary).toMatchObject({ done: 1, refused: 7 });
    expect(typesOf(await lab.rows('Asked'))).toEqual([['Patient 1', 'DICOM']]);
  });

  it('parks a series whose registration got lost on the documented route, and registers none twice', async () => {
    const folder = folderOf('lost', { 'a.dcm': dicom(51, { series: '1.51' }) });
    const id = await lab.dataset('Lost');
    await lab.fault({ kind: 'register' }, { dropResponse: true });
    const args = ['upload', folder, '--dataset', id, '--route', 'documented', '--json'];
    const run = await lab.run(args);
    expect(run).toMatchObject({ code: 3, summary: { uncertain: 1, done: 0 } });
    expect(await lab.rows('Lost')).toHaveLength(1);
    expect((await lab.run(args)).code).toBe(3);
    expect(await lab.rows('Lost')).toHaveLength(1);
  });
});

describe('a review', () => {
  let program: Program | undefined;
  afterEach(() => program?.close());

  /** The calls of pages; answers what they answer. */
  async function handle(name: string, input: unknown): Promise<Record<string, unknown>> {
    const answer = await program?.handle(name, input);
    if (!answer?.ok) throw new Error(`${name}: ${answer?.error.message}`);
    return { ...(answer.value as object) };
  }

  async function review(folder: string, datasetId: string): Promise<string> {
    const source = { kind: 'paths', paths: [folder] };
    const { planId } = await handle('plan.start', { source, datasetId: null });
    await handle('plan.setDataset', { planId, datasetId, folderId: null });
    await ready(planId);
    return String(planId);
  }

  const ready = (planId: unknown) =>
    eventually(async () => expect((await handle('plan.get', { planId })).phase).toBe('ready'));

  it('refuses what the route of an API key does not know, with the reason', async () => {
    const datasetId = await lab.dataset('Keyed', { mirrored: false, apiKeys: [{ key: API_KEY }] });
    program = await lab.program({ ENCORD_SSH_KEY: '', ENCORD_UPLOADER_HOME: join(lab.folder, 'keyed-home') });
    await program.start();
    const signIn = { method: 'api-key', apiKey: API_KEY, datasetId, domain: lab.emulator.url, name: null };
    await handle('accounts.signIn', { ...signIn, forThisRunOnly: true });
    const folder = folderOf('keyed', { 'brain.nii': nifti(31), 'tone.wav': wav(31), 'a.dcm': dicom(31) });
    const planId = await review(folder, datasetId);
    const away = await handle('plan.turnedAway', { planId, offset: 0, limit: 10 });
    expect(away).toMatchObject({
      total: 1,
      rows: [
        {
          title: 'brain.nii',
          failure: {
            code: 'not-available',
            message: expect.stringContaining('does not know NIfTI volumes'),
          },
        },
      ],
    });
    await handle('plan.commit', { planId });
    await eventually(async () =>
      expect(typesOf(await lab.rows('Keyed'))).toEqual([
        ['keyed', 'DICOM'],
        ['tone.wav', 'AUDIO'],
      ]),
    );
  });

  it('takes text files of folders where somebody says so, and folders as sequences', async () => {
    const datasetId = await lab.dataset('Reviewed');
    program = await lab.program({ ENCORD_UPLOADER_HOME: join(lab.folder, 'reviewed-home') });
    await program.start();
    const folder = folderOf('reviewed', {
      'notes.txt': 'Notes',
      'run/1.png': makePng({ seed: 81 }),
      'run/2.png': makePng({ seed: 82 }),
    });
    const planId = await review(folder, datasetId);
    expect(await handle('plan.get', { planId })).toMatchObject({ textFiles: 1, takeText: false, refused: 1 });
    expect(await handle('plan.takeText', { planId, take: true })).toMatchObject({
      takeText: true,
      refused: 0,
    });
    await handle('plan.setFolder', { planId, path: join(folder, 'run'), as: 'sequence' });
    expect(await handle('plan.folders', { planId, offset: 0, limit: 10 })).toMatchObject({
      rows: [{ name: 'run', as: 'sequence', images: 2 }],
    });
    expect(await handle('plan.warnings', { planId, offset: 0, limit: 10 })).toMatchObject({ total: 0 });
    await ready(planId);
    await handle('plan.commit', { planId });
    await eventually(async () => {
      const { items } = await lab.state();
      const made = items.filter(({ title, linked }) => linked && ['run', 'notes.txt'].includes(title));
      expect(made.map(({ type }) => type)).toEqual(expect.arrayContaining(['imageSequence', 'plainText']));
    });
  });
});

describe('a watch folder', () => {
  let rig: Rig | undefined;
  afterEach(() => rig?.close());

  it('takes the DICOM files of each sub-folder as series, when nothing more comes', async () => {
    rig = await Rig.open();
    const hot = new HotFolder(rig);
    hot.put('p1/IM1', dicom(61, { series: '1.61', description: 'T1', number: 2 }));
    hot.put('p1/IM7', dicom(62, { series: '1.61', description: 'T1', number: 1 }));
    hot.put('p1/IM9', dicom(63, { series: '1.62', description: 'T2' }));
    hot.put('p1/report.txt', 'No image.');
    hot.put('p1/IM10', dicom(64, { without: ['Rows'] }));
    hot.put('p2/IM1', dicom(65, { series: '1.63' }));
    await hot.watch({
      becomes: { kind: 'folders', media: 'dicom' },
      readiness: { quietSeconds: 1, quietSecondsPerGB: 0 },
      groups: { close: { kind: 'quiet', seconds: 4 } },
      metadata: { frames: '{frames}' },
    });
    await hot.settled();
    const rows = await rig.rows();
    const shown = rows.map((row) => [row.title, row.data_type, row.images?.map(({ title }) => title)]);
    expect(shown.sort()).toEqual([
      ['T1', 'DICOM', ['IM7', 'IM1']],
      ['T2', 'DICOM', ['IM9']],
      ['p2', 'DICOM', ['IM1']],
    ]);
    expect(hot.states('skipped')).toEqual(['p1/IM10 refused', 'p1/report.txt refused']);
    expect(hot.waiting()).toEqual([]);

    // Looked through again, and the same series once more beside a new one: only the new one goes up.
    hot.put('p3/old', dicom(65, { series: '1.63' }));
    hot.put('p3/new', dicom(66, { series: '1.66', description: 'New' }));
    await hot.settled();
    expect((await rig.rows()).map((row) => row.title).sort()).toEqual(['New', 'T1', 'T2', 'p2']);
    expect(hot.states('skipped')).toContain('p3/old skipped');
    expect(hot.states('skipped')).not.toContain('p3/new skipped');
  });

  it('takes single files of the new types, and says of DICOM and text what to set', async () => {
    rig = await Rig.open();
    const hot = new HotFolder(rig);
    hot.put('tone.wav', wav(71));
    hot.put('report.pdf', pdf(71));
    hot.put('brain.nii', nifti(71));
    hot.put('one.dcm', dicom(71));
    hot.put('notes.txt', 'Notes');
    await hot.watch();
    await hot.settled();
    expect(typesOf(await rig.rows())).toEqual([
      ['brain.nii', 'NIFTI'],
      ['report.pdf', 'PDF'],
      ['tone.wav', 'AUDIO'],
    ]);
    const reasons = Object.fromEntries(hot.files('skipped').map(({ path, reason }) => [path, reason]));
    expect(reasons['one.dcm']).toContain('DICOM series');
    expect(reasons['notes.txt']).toContain('text files');
  });
});
