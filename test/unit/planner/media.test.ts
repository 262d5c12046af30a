/** Sniffing: what files are by their first bytes, whatever their names say. */

import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES, mediaType, sniff } from '../../../main/core/media/index.ts';
import { at, BMP, boxes, bytes, ebml, ftyp, JPEG, MP4, PNG } from './heads.ts';

const mdatOf = (first: readonly number[]): Uint8Array => boxes(['mdat', [...first, 0, 1, 2, 0xff, 0xfe]]);

/** The preamble of DICOM may hold the beginning of a TIFF, as slide scanners write it. */
function dual(): Uint8Array {
  const head = at(128, 'DICM');
  head.set(bytes('II*', 0, 8, 0, 0, 0));
  return head;
}

describe('sniff', () => {
  it.each([
    ['MP4', MP4, 'video', 'video/mp4'],
    ['DASH MP4', ftyp('dash', 'iso6'), 'video', 'video/mp4'],
    ['iTunes video', ftyp('M4V ', 'mp42'), 'video', 'video/mp4'],
    ['MP4 of a phone with a 3GP brand', ftyp('3gp4', 'isom', '3gp4'), 'video', 'video/mp4'],
    ['MOV', ftyp('qt  ', 'qt  '), 'video', 'video/quicktime'],
    ['old MOV, moov first', boxes(['moov', [0, 0, 0, 1]]), 'video', 'video/quicktime'],
    ['old MOV, wide then mdat', boxes(['wide', []], ['mdat', [0, 1]]), 'video', 'video/quicktime'],
    ['old MOV, free then mdat', boxes(['free', [0, 0]], ['mdat', [0, 1]]), 'video', 'video/quicktime'],
    ['old MOV, mdat to the end', boxes(['mdat', [0, 1, 2], 0]), 'video', 'video/quicktime'],
    ['old MOV, mdat of 64 bits', boxes(['mdat', [0, 0, 0, 1], 1]), 'video', 'video/quicktime'],
    [
      'old MOV, size of letters',
      Uint8Array.from([0x41, 0x42, 0x43, 0x44, ...mdatOf([]).subarray(4)]),
      'video',
      'video/quicktime',
    ],
    ['WebM', ebml('webm'), 'video', 'video/webm'],
    ['MKV', ebml('matroska'), 'video', 'video/x-matroska'],
    ['JPEG', JPEG, 'image', 'image/jpeg'],
    ['PNG', PNG, 'image', 'image/png'],
    ['WebP', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 '), 'image', 'image/webp'],
    ['AVIF', ftyp('avif', 'mif1'), 'image', 'image/avif'],
    ['animated AVIF', ftyp('avis', 'avif'), 'image', 'image/avif'],
    ['AVIF that says so second', ftyp('mif1', 'miaf', 'avif'), 'image', 'image/avif'],
    ['BMP', BMP, 'image', 'image/bmp'],
    ['TIFF, little end', bytes('II*', 0, 8, 0, 0, 0), 'image', 'image/tiff'],
    ['TIFF, big end', bytes('MM', 0, '*', 0, 0, 0, 8), 'image', 'image/tiff'],
    ['BigTIFF, little end', bytes('II+', 0, 8, 0, 0, 0), 'image', 'image/tiff'],
    ['BigTIFF, big end', bytes('MM', 0, '+', 0, 8, 0, 0), 'image', 'image/tiff'],
    ['WAV', bytes('RIFF', 1, 2, 3, 0, 'WAVEfmt '), 'audio', 'audio/x-wav'],
    ['WAV of 64 bits', bytes('RF64', 255, 255, 255, 255, 'WAVEds64'), 'audio', 'audio/x-wav'],
    ['FLAC', bytes('fLaC', 0, 0, 0, 34), 'audio', 'audio/flac'],
    ['MP3 with tags', bytes('ID3', 3, 0, 0), 'audio', 'audio/mpeg'],
    ['MP3 without tags', bytes(0xff, 0xfb, 0x90, 0), 'audio', 'audio/mpeg'],
    ['DICOM', at(128, 'DICM'), 'dicom', 'application/dicom'],
    ['DICOM that is a TIFF as well', dual(), 'dicom', 'application/dicom'],
    ['NIfTI', at(344, 'n+1\0'), 'nifti', 'application/nifti'],
    ['NIfTI-2', bytes(0x1c, 2, 0, 0, 'n+2\0\r\n', 0x1a, '\n'), 'nifti', 'application/nifti'],
    ['PDF', bytes('%PDF-1.7\n'), 'pdf', 'application/pdf'],
  ])('takes %s', (_name, head, media, mime) => {
    expect(sniff(head, 'file')).toMatchObject({ kind: 'taken', media: { id: media }, format: { mime } });
  });

  it.each([
    ['HEIC', ftyp('heic', 'mif1'), 'an HEIC image'],
    ['HEIF without AVIF', ftyp('mif1', 'heic'), 'an HEIC image'],
    ['M4A', ftyp('M4A ', 'isom'), 'an M4A audio file'],
    ['3GP', ftyp('3gp5', '3gp5'), 'a 3GP video'],
    ['CR3', ftyp('crx ', 'crx '), 'a raw photo of a Canon camera'],
    ['CR2', bytes('II*', 0, 16, 0, 0, 0, 'CR', 2, 0), 'a raw photo of a Canon camera'],
    ['GIF', bytes('GIF89a', 1, 0), 'a GIF'],
    ['AVI', bytes('RIFF', 1, 2, 3, 0, 'AVI LIST'), 'an AVI video'],
    ['ZIP', bytes('PK', 3, 4, 20, 0), 'a ZIP archive or an Office document'],
    [
      'transport stream',
      Uint8Array.from({ length: 400 }, (_, i) => (i % 188 === 0 ? 0x47 : 0)),
      'an MPEG transport stream',
    ],
    ['another EBML', ebml('other'), 'an EBML file that is neither WebM nor MKV'],
    ['SVG', bytes('<?xml version="1.0"?><svg xmlns="x">'), 'an SVG drawing'],
    ['AAC', bytes(0xff, 0xf1, 0x50, 0x80), 'an AAC audio file'],
    ['Ogg', bytes('OggS', 0, 2), 'an Ogg file'],
    ['half a NIfTI pair', at(344, 'ni1\0'), 'the header of a NIfTI pair (.hdr and .img), half of a volume'],
    ['gzip', bytes(0x1f, 0x8b, 8, 0), 'a gzip archive'],
  ])('names %s and does not take it', (_name, head, name) => {
    expect(sniff(head, 'file')).toMatchObject({ kind: 'foreign', format: { name } });
  });

  it.each([
    ['HTML', bytes('<!-- a -->\n<!DOCTYPE html><html>'), 'an HTML page'],
    ['XML', bytes('<?xml version="1.0"?><a/>'), 'an XML document'],
    ['JSON', bytes('{"a": 1}'), 'a JSON document'],
    ['text', bytes('frame moov'), 'plain text'],
    ['text with box names', bytes('The free lunch is not free'), 'plain text'],
    ['text that begins like a bitmap', bytes('BM is a shop for building material'), 'plain text'],
    ['text that begins like an archive', bytes('BZhello'), 'plain text'],
    [
      'text in UTF-8, cut inside a character',
      new TextEncoder().encode('日本語').subarray(0, 8),
      'plain text',
    ],
  ])('takes %s as text', (_name, head, name) => {
    expect(sniff(head, 'file')).toMatchObject({ kind: 'taken', media: { id: 'text' }, format: { name } });
  });

  it.each([
    ['notes.mp4', 'foreign'],
    ['notes.nii.gz', 'foreign'],
    ['notes.md', 'taken'],
    ['notes', 'taken'],
    ['notes.protocol', 'taken'],
  ])('takes text called %s: %s', (name, kind) => {
    expect(sniff(bytes('# Notes\n'), name).kind).toBe(kind);
  });

  it('says what kind of text it is by its name', () => {
    const mimes = ['a.csv', 'a.md', 'a.json', 'a.xml', 'a.html', 'a.log', 'a'].map((name) => {
      const found = sniff(bytes('a,b\n1,2\n'), name);
      return found.format?.mime;
    });
    expect(mimes).toEqual([
      'text/csv',
      'text/markdown',
      'application/json',
      'application/xml',
      'text/html',
      'text/plain',
      'text/plain',
    ]);
  });

  it('takes packed volumes by their name, and no other archive', () => {
    const packed = bytes(0x1f, 0x8b, 8, 0);
    expect(sniff(packed, 'brain.nii.gz')).toMatchObject({ kind: 'taken', media: { id: 'nifti' } });
    expect(sniff(packed, 'brain.tar.gz').kind).toBe('foreign');
    expect(sniff(at(344, 'ni1\0'), 'brain.nii')).toMatchObject({ kind: 'taken', media: { id: 'nifti' } });
  });

  it('finds no MP3 where the frame that has to follow does not', () => {
    const frames = new Uint8Array(1024);
    frames.set([0xff, 0xfb, 0x90, 0]);
    expect(sniff(frames, 'file').kind).toBe('foreign');
    frames.set([0xff, 0xfb, 0x90, 0], 417);
    expect(sniff(frames, 'file')).toMatchObject({ kind: 'taken', media: { id: 'audio' } });
  });

  it('says nothing of what nobody knows', () => {
    expect(sniff(bytes(1, 2, 3, 250, 0, 9), 'file')).toEqual({ kind: 'foreign', format: null });
    expect(sniff(new Uint8Array(), 'file')).toEqual({ kind: 'foreign', format: null });
  });

  it.each([MP4, PNG, JPEG, BMP, ebml('webm'), ftyp('avif')])('survives a head cut anywhere (%#)', (head) => {
    for (let length = 0; length < head.length; length++) {
      expect(['taken', 'foreign']).toContain(sniff(head.subarray(0, length), 'file').kind);
    }
  });
});

describe('the list', () => {
  it('knows which types may be registered twice', () => {
    expect(MEDIA_TYPES.map((media) => [media.id, media.repeatable])).toEqual([
      ['video', true],
      ['image', true],
      ['image-group', false],
      ['image-sequence', false],
      ['audio', true],
      ['dicom', false],
      ['nifti', true],
      ['pdf', true],
      ['text', true],
    ]);
  });

  it('makes frames of images only', () => {
    expect(mediaType('image-group').sniff(PNG, 'frame')?.mime).toBe('image/png');
    expect(mediaType('image-group').sniff(MP4, 'frame')).toBeNull();
    expect(mediaType('image-sequence').sniff(BMP, 'frame')?.mime).toBe('image/bmp');
    expect(mediaType('image-sequence').sniff(MP4, 'frame')).toBeNull();
  });

  it('makes frames of sequences of everything but TIFF', () => {
    const tiff = bytes('II*', 0, 8, 0, 0, 0);
    expect(mediaType('image-group').sniff(tiff, 'frame')?.mime).toBe('image/tiff');
    expect(mediaType('image-sequence').sniff(tiff, 'frame')).toBeNull();
    expect(mediaType('image-sequence').extensions).not.toContain('tif');
  });
});
