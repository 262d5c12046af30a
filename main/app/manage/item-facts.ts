/**
 * What is known of a storage item beyond what every list shows, as names and values to read. Pure; used by the details of
 * rows and of storage items.
 */

import type { ItemInfo } from '../../core/manage/ports.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What somebody sees already, so that it is not said again. */
interface Shown {
  readonly size: number | null;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  readonly durationSeconds: number | null;
}

/** Only what the server told; texts of the server are handed on as they are. */
export function itemFacts(item: ItemInfo, shown: Shown): Fact[] {
  const { audio, dicom } = item;
  const dimensions =
    item.width === null || item.height === null ? null : `${number(item.width)} × ${number(item.height)}`;
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['MIME type', shown.mime === null ? item.mime : null],
    ['Size', shown.size === null ? withUnit(item.size, 'bytes') : null],
    ['Dimensions', shown.width === null || shown.height === null ? dimensions : null],
    ['Frames', withUnit(item.frameCount, '')],
    ['Frames per second', shown.fps === null ? withUnit(item.fps, '') : null],
    ['Duration', shown.durationSeconds === null ? withUnit(item.durationSeconds, 's') : null],
    ['Sample rate', withUnit(audio?.sampleRate ?? null, 'Hz')],
    ['Bit depth', withUnit(audio?.bitDepth ?? null, 'bit')],
    ['Codec', audio?.codec ?? null],
    ['Channels', withUnit(audio?.channels ?? null, '')],
    ['Study', dicom?.studyUid ?? null],
    ['Series', dicom?.seriesUid ?? null],
    ['Instance', dicom?.instanceUid ?? null],
    ['Owner', item.owner],
    ['Integration', item.integrationId],
  ];
  return facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }]));
}

function withUnit(value: number | null, unit: string): string | null {
  return value === null ? null : `${number(value)} ${unit}`.trim();
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}
