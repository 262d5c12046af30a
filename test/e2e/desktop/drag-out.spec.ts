/**
 * Somebody got into the page of the program and has a person drag something out of it: what leaves names no file of the
 * machine, and dropped on the page again it is none.
 */

import { readdirSync } from 'node:fs';
import { expect, test } from './fixtures.ts';
import { pageOf, unharmed } from './hostile.ts';

/** Where the hand goes from and to. */
const FROM = { x: 60, y: 60 };
const TO = { x: 300, y: 300 };

test('a real drag out of the page carries no file of the machine, and none when it is dropped on the page', async ({
  lab,
  launch,
}) => {
  const desktop = await launch({ packaged: true });
  const page = await pageOf(desktop);
  const before = readdirSync(lab.folder);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'file:///etc/passwd', draggable: true });
    Object.assign(link.style, { position: 'fixed', inset: '0 auto auto 0', width: '200px', height: '100px' });
    link.style.zIndex = '99999';
    link.addEventListener('dragstart', (event) => {
      Reflect.set(window, 'trusted', event.isTrusted);
      event.dataTransfer?.setData('DownloadURL', 'application/x-sh:harm.exe:data:,harm');
      event.dataTransfer?.setData('text/uri-list', 'file:///etc/passwd');
      event.dataTransfer?.items.add(new File(['harm'], 'harm.exe'));
    });
    document.body.append(link);
    const ground = document.createElement('div');
    Object.assign(ground.style, { position: 'fixed', inset: '200px 0 0 0', zIndex: '99999' });
    ground.addEventListener('dragover', (event) => event.preventDefault());
    ground.addEventListener('drop', async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const files = [...(event.dataTransfer?.files ?? [])];
      Reflect.set(window, 'dropped', {
        files: files.length,
        paths: await window.encordUploader?.pathsOf(files),
      });
    });
    document.body.append(ground);
  });

  const devTools = await page.context().newCDPSession(page);
  const dragged = new Promise<{ files?: string[]; items: { mimeType: string; data: string }[] }>(
    (resolve) => {
      devTools.once('Input.dragIntercepted', ({ data }) => resolve(data));
    },
  );
  await devTools.send('Input.setInterceptDrags', { enabled: true });
  const mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', { x, y }: typeof FROM, buttons = 1) =>
    devTools.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons, clickCount: 1 });
  await mouse('mousePressed', FROM);
  await mouse('mouseMoved', { x: FROM.x + 10, y: FROM.y + 10 });
  await mouse('mouseMoved', { x: FROM.x + 40, y: FROM.y + 20 });
  const data = await dragged;
  expect(await page.evaluate(() => Reflect.get(window, 'trusted'))).toBe(true);
  expect(data.files ?? []).toEqual([]);
  // As text an address is but words; as an address it would be a file.
  const addresses = data.items.filter(({ mimeType }) => mimeType === 'text/uri-list');
  expect(addresses.map((item) => item.data).join()).not.toContain('file:');
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devTools.send('Input.dispatchDragEvent', { type, ...TO, data: { ...data, dragOperationsMask: 1 } });
  await mouse('mouseReleased', TO, 0);
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, 'dropped')))
    .toEqual({ files: 0, paths: [] });
  expect(readdirSync(lab.folder)).toEqual(before);
  expect(await desktop.machine()).toMatchObject({ opened: [], shownFolders: [], trashed: [] });
  await unharmed(desktop, page);
});
