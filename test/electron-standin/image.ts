/** Electron's `nativeImage`: pictures by their files, with their sizes; nothing is drawn. Part of `electron.ts`. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type Electron from 'electron';
import { strict } from './strict.ts';
import type { As } from './types.ts';

interface Picture {
  readonly file: string;
  readonly bytes: Buffer;
  readonly size: Electron.Size;
  /** 2 where a picture for dense screens lies beside it. */
  readonly scales: readonly number[];
}

const NOTHING: Picture = { file: '', bytes: Buffer.alloc(0), size: { width: 0, height: 0 }, scales: [] };
const PNG_MARK = '89504e470d0a1a0a';

export class StandinImage implements As<Electron.NativeImage> {
  isMacTemplateImage = false;
  readonly standin: { picture: Picture };

  constructor(picture: Picture) {
    this.standin = { picture };
    // As macOS takes it from the name.
    this.isMacTemplateImage = /Template(@\dx)?\.\w+$/.test(picture.file);
    // biome-ignore lint/correctness/noConstructorReturn: the strict object takes this one's place.
    return strict('NativeImage', this);
  }

  isEmpty(): boolean {
    return this.standin.picture.bytes.length === 0;
  }
  getSize(): Electron.Size {
    return { ...this.standin.picture.size };
  }
  getAspectRatio(): number {
    const { width, height } = this.standin.picture.size;
    return height === 0 ? 1 : width / height;
  }
  getScaleFactors(): number[] {
    return [...this.standin.picture.scales];
  }
  setTemplateImage(on: boolean): void {
    this.isMacTemplateImage = on;
  }
  isTemplateImage(): boolean {
    return this.isMacTemplateImage;
  }
  toPNG(): Buffer {
    return this.standin.picture.bytes;
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.toPNG().toString('base64')}`;
  }
  /** Of another size by what it says of itself; its bytes stay as they are. */
  resize({ width, height }: Electron.ResizeOptions): Electron.NativeImage {
    const { picture } = this.standin;
    const ratio = this.getAspectRatio();
    const size =
      width !== undefined
        ? { width, height: height ?? Math.round(width / ratio) }
        : height !== undefined
          ? { width: Math.round(height * ratio), height }
          : picture.size;
    return asImage(new StandinImage({ ...picture, size }));
  }
}

/** What a picture or the path of one is. */
export function imageOf(image: Electron.NativeImage | string): StandinImage {
  return typeof image === 'string' ? fromPath(image) : (image as unknown as StandinImage);
}

/** A file that is not there gives an empty picture, as in Electron. */
function fromPath(path: string): StandinImage {
  if (!existsSync(path)) return new StandinImage(NOTHING);
  const bytes = readFileSync(path);
  const dense = existsSync(path.replace(/(\.\w+)$/, '@2x$1'));
  const size = sizeOf(bytes, extname(path));
  return new StandinImage({ file: basename(path), bytes, size, scales: dense ? [1, 2] : [1] });
}

function fromBuffer(bytes: Buffer, options: Electron.CreateFromBufferOptions = {}): StandinImage {
  const { width, height } = sizeOf(bytes, '');
  const scale = options.scaleFactor ?? 1;
  const size = { width: Math.round(width / scale), height: Math.round(height / scale) };
  return new StandinImage(width === 0 ? NOTHING : { file: '', bytes, size, scales: [scale] });
}

/** In pixels; what is neither PNG nor icon has no size here, and would have none there. */
function sizeOf(bytes: Buffer, extension: string): Electron.Size {
  if (bytes.subarray(0, 8).toString('hex') === PNG_MARK) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (extension === '.ico' && bytes.length > 8) {
    return { width: bytes.readUInt8(6) || 256, height: bytes.readUInt8(7) || 256 };
  }
  return { width: 0, height: 0 };
}

function asImage(mine: StandinImage): Electron.NativeImage {
  return mine as unknown as Electron.NativeImage;
}

export const nativeImage = strict('nativeImage', {
  createEmpty: () => asImage(new StandinImage(NOTHING)),
  createFromPath: (path: string) => asImage(fromPath(path)),
  createFromBuffer: (bytes: Buffer, options?: Electron.CreateFromBufferOptions) =>
    asImage(fromBuffer(bytes, options)),
  createFromDataURL: (url: string) => asImage(fromBuffer(Buffer.from(url.split(',')[1] ?? '', 'base64'))),
} satisfies Pick<
  typeof Electron.nativeImage,
  'createEmpty' | 'createFromPath' | 'createFromBuffer' | 'createFromDataURL'
>);
