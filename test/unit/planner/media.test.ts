/** Sniffing: what files are by their first bytes, whatever their names say. */

import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES, mediaType, sniff } from '../../../main/core/media/index.ts';
import { at, BMP, boxes, bytes, ebml, ftyp, JPEG, MP4, PNG } from './heads.ts';

const mdatOf = (first: readonly number[]): Uint8Array => boxes(['mdat', [...first, 0, 1, 2, 0xff, 0xfe]]);

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
  ])('takes %s', (_name, head, media, mime) => {
    expect(sniff(head)).toMatchObject({ kind: 'taken', media: { id: media }, format: { mime } });
  });

  it.each([
    ['HEIC', ftyp('heic', 'mif1'), 'an HEIC image'],
    ['HEIF without AVIF', ftyp('mif1', 'heic'), 'an HEIC image'],
    ['M4A', ftyp('M4A ', 'isom'), 'an M4A audio file'],
    ['3GP', ftyp('3gp5', '3gp5'), 'a 3GP video'],
    ['CR3', ftyp('crx ', 'crx '), 'a raw photo of a Canon camera'],
    ['CR2', bytes('II*', 0, 16, 0, 0, 0, 'CR', 2, 0), 'a raw photo of a Canon camera'],
    ['GIF', bytes('GIF89a', 1, 0), 'a GIF'],
    ['PDF', bytes('%PDF-1.7\n'), 'a PDF'],
    ['AVI', bytes('RIFF', 1, 2, 3, 0, 'AVI LIST'), 'an AVI video'],
    ['WAV', bytes('RIFF', 1, 2, 3, 0, 'WAVEfmt '), 'a WAV audio file'],
    ['FLAC', bytes('fLaC', 0, 0, 0, 34), 'a FLAC audio file'],
    ['MP3 with tags', bytes('ID3', 3, 0, 0), 'an MP3 audio file'],
    ['MP3 without tags', bytes(0xff, 0xfb, 0x90, 0), 'an MP3 audio file'],
    ['DICOM', at(128, 'DICM'), 'a DICOM file'],
    ['NIfTI', at(344, 'n+1\0'), 'a NIfTI file'],
    ['ZIP', bytes('PK', 3, 4, 20, 0), 'a ZIP archive or an Office document'],
    [
      'transport stream',
      Uint8Array.from({ length: 400 }, (_, i) => (i % 188 === 0 ? 0x47 : 0)),
      'an MPEG transport stream',
    ],
    ['another EBML', ebml('other'), 'an EBML file that is neither WebM nor MKV'],
    ['HTML', bytes('<!-- a -->\n<!DOCTYPE html><html>'), 'an HTML page'],
    ['SVG', bytes('<?xml version="1.0"?><svg xmlns="x">'), 'an SVG drawing'],
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
  ])('names %s and does not take it', (_name, head, name) => {
    expect(sniff(head)).toMatchObject({ kind: 'foreign', format: { name } });
  });

  it('says nothing of what nobody knows', () => {
    expect(sniff(bytes(1, 2, 3, 250, 0, 9))).toEqual({ kind: 'foreign', format: null });
    expect(sniff(new Uint8Array())).toEqual({ kind: 'foreign', format: null });
  });

  it.each([MP4, PNG, JPEG, BMP, ebml('webm'), ftyp('avif')])('survives a head cut anywhere (%#)', (head) => {
    for (let length = 0; length < head.length; length++) {
      expect(['taken', 'foreign']).toContain(sniff(head.subarray(0, length)).kind);
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
    ]);
  });

  it('makes frames of images only', () => {
    expect(mediaType('image-group').sniff(PNG)?.mime).toBe('image/png');
    expect(mediaType('image-group').sniff(MP4)).toBeNull();
    expect(mediaType('image-sequence').sniff(BMP)?.mime).toBe('image/bmp');
    expect(mediaType('image-sequence').sniff(MP4)).toBeNull();
  });

  it('makes frames of sequences of everything but TIFF', () => {
    const tiff = bytes('II*', 0, 8, 0, 0, 0);
    expect(mediaType('image-group').sniff(tiff)?.mime).toBe('image/tiff');
    expect(mediaType('image-sequence').sniff(tiff)).toBeNull();
    expect(mediaType('image-sequence').extensions).not.toContain('tif');
  });
});
