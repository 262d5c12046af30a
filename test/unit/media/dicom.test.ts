/** The tags of DICOM files: read out of every coding, out of first bytes alone, and never by guessing. */

import { describe, expect, it } from 'vitest';
import { UploaderError } from '../../../main/core/errors.ts';
import { looksLikeDicom, readDicomTags } from '../../../main/core/media/dicom-tags.ts';
import { sniff } from '../../../main/core/media/index.ts';
import { lookIntoDicom } from '../../../main/core/series.ts';
import { type DicomOptions, dicom } from '../../fixtures/media-kinds.ts';

const read = (file: Buffer) => readDicomTags(file, file.length);
/** As the planner reads: so many first bytes as are asked for. */
const look = (file: Buffer) => lookIntoDicom(async (bytes) => file.subarray(0, bytes));

async function refusal(file: Buffer): Promise<string> {
  const found = await look(file);
  if (!(found instanceof UploaderError)) throw new Error('It was taken.');
  expect(found.code).toBe('file-type');
  return found.message;
}

const CODINGS = ['explicit', 'implicit', 'big'] as const;

describe.each(CODINGS)('in the coding %s', (coding) => {
  it('reads what says where a file belongs', () => {
    const file = dicom(7, { coding, description: 'Brain T1', series: '1.2.3.44', study: '1.2.3.5' });
    expect(sniff(file.subarray(0, 1024), 'IM7')).toMatchObject({ kind: 'taken', media: { id: 'dicom' } });
    expect(read(file)).toEqual({
      kind: 'tags',
      tags: {
        study: '1.2.3.5',
        series: '1.2.3.44',
        instance: '1.2.3.4.7',
        number: 7,
        description: 'Brain T1',
      },
    });
  });

  it('knows a file without the preamble', () => {
    const file = dicom(1, { coding, preamble: false });
    expect(looksLikeDicom(file.subarray(0, 1024))).toBe(true);
    expect(read(file)).toMatchObject({ kind: 'tags', tags: { instance: '1.2.3.4.1' } });
  });

  it('finds its way through sequences without a length', () => {
    expect(read(dicom(1, { coding, sequences: 3 }))).toMatchObject({ kind: 'tags' });
    expect(read(dicom(1, { coding, sequences: 40 }))).toEqual({ kind: 'damaged' });
  });

  it('reads on where the tags stand behind the first bytes', async () => {
    expect(await look(dicom(1, { coding, privateBytes: 60_000 }))).toMatchObject({ series: '1.2.3.1.1' });
  });
});

describe('what is refused', () => {
  it.each([
    [['Rows']],
    [['Rows', 'Columns']],
    [['StudyInstanceUID']],
    [['SeriesInstanceUID']],
    [['SOPInstanceUID']],
    [['PatientID']],
  ])('names %s, where a file has none', async (without) => {
    expect(read(dicom(1, { without }))).toEqual({ kind: 'missing', names: without });
    expect(await refusal(dicom(1, { without }))).toContain(`without ${without.join(', ')}, which Encord`);
  });

  const refused: [string, DicomOptions, string][] = [
    ['the deflated syntax', { syntax: '1.2.840.10008.1.2.1.99' }, 'explicit VR little endian'],
    ['a DICOMDIR', { storageClass: '1.2.840.10008.1.3.10' }, 'DICOMDIR'],
    ['tags that stand too far behind', { privateBytes: 5_000_000 }, 'private tags'],
  ];
  it.each(refused)('says so of %s', async (_what, options, words) => {
    const coding = options.privateBytes ? 'implicit' : 'explicit';
    expect(await refusal(dicom(1, { ...options, coding }))).toContain(words);
  });

  it('says so of a file that is not there to its end, wherever it was cut', async () => {
    const whole = dicom(1, { sequences: 2, description: 'Brain' });
    const pixels = whole.length - 28;
    for (let length = 133; length < pixels - 10; length++) {
      const said = await refusal(whole.subarray(0, length));
      expect(said).toMatch(/which Encord requires|not written to its end/);
    }
  });

  it('survives bytes that lie', () => {
    const whole = dicom(3, { sequences: 2, privateBytes: 64 });
    for (let at = 132; at < whole.length; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const bad = Buffer.from(whole);
        bad[at] = value;
        expect(['tags', 'missing', 'more', 'deflated', 'directory', 'damaged']).toContain(read(bad).kind);
      }
    }
  });

  it('takes no other file for DICOM that has no mark', () => {
    const zeros = new Uint8Array(1024);
    const counting = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 0 ? 8 : 0));
    for (const head of [zeros, counting, new Uint8Array(), Uint8Array.of(8, 0, 5, 0, 67, 83)]) {
      expect(looksLikeDicom(head)).toBe(false);
    }
  });
});

describe('what a series is called', () => {
  const name = (options: DicomOptions): string | null => {
    const found = read(dicom(1, options));
    return found.kind === 'tags' ? found.tags.description : null;
  };

  it('is read in the letters that the file names, and never in wrong ones', () => {
    expect(name({ description: 'Schädel 頭部' })).toBe('Schädel 頭部');
    expect(name({ description: 'T1', characters: 'ISO 2022 IR 87' })).toBe('T1');
    expect(name({ description: '頭部', characters: 'ISO 2022 IR 87' })).toBeNull();
    expect(name({ description: ' Head\r\nT2 ' })).toBe('Head T2');
    expect(name({ description: '   ' })).toBeNull();
    expect(name({})).toBeNull();
  });

  it('does without a number', () => {
    expect(read(dicom(1, { number: null }))).toMatchObject({ kind: 'tags', tags: { number: null } });
  });
});
