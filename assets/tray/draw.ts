/**
 * Draws the pictures of the tray: writes one SVG for each, and the PNGs that the systems want of it. Run by whoever changes
 * one, with `node assets/tray/draw.ts`; what it writes is committed. It needs the Chromium that
 * the tests use.
 *
 * - `NAMETemplate.png` and `@2x`: macOS, black with alpha, coloured by the system.
 * - `NAME-on-light.png`, `NAME-on-dark.png`, and `@1.25x` to `@4x` of both: Windows and Linux, from 16 to 64 pixels.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../.setup/find.mjs';

/** Progress is shown in so many steps behind the first, which is empty. */
const STEPS = 8;
const FOLDER = import.meta.dirname;
const SCALES = ['', '@1.25x', '@1.5x', '@2x', '@3x', '@4x'] as const;
const INK = { 'on-light': '#1f1f23', 'on-dark': '#ffffff' } as const;

// On a grid of 16 by 16, on whole pixels where an edge is straight: the small icon's frames in a stack, the front one with
// its arrow cut out. What is cut out says the state, so that it is told by shape alone.

/** Everything but what is cut out. The whole picture is masked: by itself a mask ends where a shape does without its stroke. */
function without(cutOut: string): string {
  return `<mask id="cut" maskUnits="userSpaceOnUse" x="0" y="0" width="16" height="16"><rect width="16" height="16" fill="#fff"/>${cutOut}</mask>`;
}

const ARROW = 'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

const IDLE = `<rect x="3" y="1" width="10" height="2" rx="1" fill-opacity="0.6"/>
  ${without(`<path d="M8 13V7M5 9.75 8 6.75l3 3" fill="none" stroke="#000" ${ARROW}/>`)}
  <rect x="1" y="4" width="14" height="11" rx="2.5" mask="url(#cut)"/>`;

// A disc, and not the frame: with two bars in it that is a bin.
const PAUSED = `${without('<path d="M5 5h2v6H5zM9 5h2v6H9z" fill="#000"/>')}
  <circle cx="8" cy="8" r="7.5" mask="url(#cut)"/>`;

const ATTENTION = `${without('<path d="M7 5h2v5H7zM7 11h2v2H7z" fill="#000"/>')}
  <path d="M8 2.25 14 13.25H2Z" stroke="#000" stroke-width="2.5" stroke-linejoin="round" mask="url(#cut)"/>`;

/** The arrow in a ring that fills clockwise from the top. */
function uploading(step: number): string {
  const radius = 6.75;
  const length = 2 * Math.PI * radius;
  const part = (length * step) / STEPS;
  const ring = `<circle cx="8" cy="8" r="${radius}" fill="none" stroke="#000" stroke-width="2"`;
  const filled = `${ring} stroke-dasharray="${part.toFixed(3)} ${length.toFixed(3)}" transform="rotate(-90 8 8)"/>`;
  return `${ring} stroke-opacity="0.35"/>
  ${step === 0 ? '' : filled}
  <path d="M8 11V6M5.5 7.75 8 5.25l2.5 2.5" fill="none" stroke="#000" ${ARROW}/>`;
}

const PICTURES: Readonly<Record<string, string>> = {
  idle: IDLE,
  paused: PAUSED,
  attention: ATTENTION,
  ...Object.fromEntries(Array.from({ length: STEPS + 1 }, (_, step) => [`uploading-${step}`, uploading(step)])),
};

function svg(drawing: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">\n  ${drawing}\n</svg>\n`;
}

/** The same in another ink: the mask keeps its black and white. */
function inked(source: string, ink: string): string {
  const [start = '', ...parts] = source.split(/(<mask[\s\S]*?<\/mask>)/);
  const coloured = [start, ...parts].map((part) =>
    part.startsWith('<mask') ? part : part.replaceAll('"#000"', `"${ink}"`),
  );
  return coloured.join('').replace('<svg ', `<svg fill="${ink}" `);
}

async function main(): Promise<void> {
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath === null ? {} : { executablePath });
  try {
    const page = await browser.newPage();
    for (const [name, drawing] of Object.entries(PICTURES)) {
      const source = svg(drawing);
      writeFileSync(join(FOLDER, `${name}.svg`), source);
      for (const scale of ['', '@2x']) await save(page, source, '#000000', scale, `${name}Template`);
      for (const [ground, ink] of Object.entries(INK)) {
        for (const scale of SCALES) await save(page, source, ink, scale, `${name}-${ground}`);
      }
    }
  } finally {
    await browser.close();
  }
}

async function save(page: Page, source: string, ink: string, scale: string, name: string): Promise<void> {
  const size = 16 * (Number.parseFloat(scale.slice(1)) || 1);
  const address = `data:image/svg+xml,${encodeURIComponent(inked(source, ink))}`;
  const png = await page.evaluate(draw, { address, size });
  writeFileSync(join(FOLDER, `${name}${scale}.png`), Buffer.from(png, 'base64'));
}

/** Runs in the page; the PNG in base64. */
async function draw({ address, size }: { address: string; size: number }): Promise<string> {
  const image = new Image(size, size);
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  canvas.getContext('2d')?.drawImage(image, 0, 0, size, size);
  return canvas.toDataURL('image/png').replace(/^.*,/, '');
}

await main();
