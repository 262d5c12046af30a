import { chromium } from 'playwright';
import { FakeMain } from './fake-main.ts';
const only = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--disable-background-networking'] });
const problems: string[] = [];
async function shot(name: string, opts: any, act?: (page: any, main: FakeMain) => Promise<void>) {
  if (only.length && !only.some((o) => name.includes(o))) return;
  const main = new FakeMain({ scene: opts.scene, host: opts.host ?? 'browser', plan: opts.plan, speed: opts.speed ?? 42e6, ...(opts.plan?{plan:opts.plan}:{plan:{files:1204,ticks:5}}) });
  await main.listen();
  const context = await browser.newContext({ viewport: { width: opts.width ?? 1200, height: opts.height ?? 760 }, colorScheme: opts.dark ? 'dark' : 'light', locale: 'en-GB' });
  const page = await context.newPage();
  page.on('console', (m: any) => { if (['error','warning'].includes(m.type())) problems.push(`${name}: ${m.text()}`); });
  page.on('pageerror', (e: any) => problems.push(`${name}: ${e.message}`));
  await page.goto(main.url);
  await page.waitForTimeout(opts.wait ?? 1200);
  try { if (act) await act(page, main); } catch (e: any) { problems.push(`${name}: ACT ${e.message.slice(0,400)}`); }
  await page.screenshot({ path: `/tmp/shots/${name}.png` });
  await context.close(); await main.close();
}
const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n';
const paste = async (page: any, text: string) => page.locator('textarea').evaluate((el: any, t: string) => { const d = new DataTransfer(); d.setData('text/plain', t); el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })); }, text);
for (const dark of [false, true]) {
  const d = dark ? '-dark' : '';
  await shot('first-run'+d, { scene: 'first-run', dark });
  await shot('empty'+d, { scene: 'empty', dark });
  await shot('busy'+d, { scene: 'busy', dark }, async (p) => { await p.mouse.move(500, 260); await p.waitForTimeout(200); });
  await shot('failing'+d, { scene: 'failing', dark });
  await shot('review'+d, { scene: 'empty', dark, host: 'browser' }, async (p) => { await p.getByTestId('choose-files').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') }); await p.waitForTimeout(1500); });
  await shot('datasets'+d, { scene: 'busy', dark }, async (p) => { await p.keyboard.press('g'); await p.keyboard.press('d'); await p.waitForTimeout(400); await p.mouse.move(500, 300); await p.waitForTimeout(200); });
  await shot('settings'+d, { scene: 'busy', dark, height: 1000 }, async (p) => { await p.keyboard.press('g'); await p.keyboard.press('s'); await p.waitForTimeout(300); });
}
await shot('first-run-key', { scene: 'first-run' }, async (p) => { await paste(p, key); await p.waitForTimeout(300); });
await shot('first-run-passphrase', { scene: 'no-keychain', height: 900 }, async (p) => { await paste(p, key.replace('AAAA','ENCRYPTED')); await p.waitForTimeout(300); });
await shot('first-run-badkey', { scene: 'first-run' }, async (p) => { await paste(p, 'ssh-ed25519 AAAA me@x'); await p.waitForTimeout(300); });
await shot('first-run-dataset', { scene: 'first-run' }, async (p) => { await paste(p, key); await p.waitForTimeout(200); await p.getByRole('button', { name: 'Connect' }).click(); await p.waitForTimeout(600); });
await shot('done', { scene: 'done' });
await shot('offline', { scene: 'offline' });
await shot('blocked-dark', { scene: 'blocked', dark: true });
await shot('cut', { scene: 'busy' }, async (p, m) => { m.cut(); await p.waitForTimeout(600); });
await shot('large', { scene: 'large' }, async (p) => { const l = p.getByRole('treegrid'); await l.hover(); for (let i=0;i<20;i++) { await p.mouse.wheel(0, 9000); await p.waitForTimeout(30);} await p.waitForTimeout(500); });
await shot('narrow', { scene: 'failing', width: 900 });
await shot('wide', { scene: 'failing', width: 1440, height: 900 });
await shot('narrow-dark-datasets', { scene: 'busy', width: 900, dark: true }, async (p) => { await p.keyboard.press('g'); await p.keyboard.press('d'); await p.waitForTimeout(400); });
await shot('review-scanning', { scene: 'empty', plan: { files: 20000, ticks: 100 } }, async (p) => { await p.getByTestId('choose-files').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') }); await p.waitForTimeout(2600); });
await shot('review-folders', { scene: 'empty' }, async (p) => { await p.getByTestId('choose-files').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') }); await p.waitForTimeout(1400); await p.getByRole('radio', { name: /Folders/ }).click(); await p.waitForTimeout(300); });
await shot('review-away-dark', { scene: 'empty', dark: true }, async (p) => { await p.getByTestId('choose-files').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') }); await p.waitForTimeout(1400); await p.getByRole('radio', { name: /Not taken/ }).click(); await p.waitForTimeout(400); });
await shot('review-picker', { scene: 'empty' }, async (p) => { await p.getByTestId('choose-files').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') }); await p.waitForTimeout(1400); await p.getByRole('button', { name: /Choose another/ }).click(); await p.waitForTimeout(400); });
await shot('server-files', { scene: 'empty' }, async (p) => { await p.keyboard.press('Control+o'); await p.waitForTimeout(500); await p.getByRole('checkbox').nth(3).check(); await p.waitForTimeout(100); });
await shot('details', { scene: 'failing' }, async (p) => { await p.getByText('Encord refused').first().click(); await p.waitForTimeout(300); await p.getByText('Details for support').click(); await p.waitForTimeout(200); });
await shot('context-menu', { scene: 'failing' }, async (p) => { await p.getByText('larva series 12').click({ button: 'right' }); await p.waitForTimeout(300); });
await shot('confirm-dark', { scene: 'failing', dark: true }, async (p) => { await p.getByRole('button', { name: 'More' }).click(); await p.getByRole('menuitem').click(); await p.waitForTimeout(300); });
await shot('keys', { scene: 'busy' }, async (p) => { await p.keyboard.press('?'); await p.waitForTimeout(300); });
await shot('drop', { scene: 'busy' }, async (p) => { await p.evaluate(() => { const d = new DataTransfer(); d.items.add(new File(['x'], 'a.png')); window.dispatchEvent(new DragEvent('dragenter', { dataTransfer: d })); window.dispatchEvent(new DragEvent('dragover', { dataTransfer: d })); }); await p.waitForTimeout(300); });
await shot('account-menu', { scene: 'busy' }, async (p) => { await p.getByRole('button', { name: /^Account/ }).click(); await p.waitForTimeout(300); });
await shot('dataset-rows', { scene: 'busy' }, async (p) => { await p.keyboard.press('g'); await p.keyboard.press('d'); await p.waitForTimeout(400); await p.getByRole('button', { name: 'Traffic Data', exact: true }).click(); await p.waitForTimeout(400); });
await shot('sidebar-narrow', { scene: 'failing' }, async (p) => { await p.getByRole('button', { name: 'Make the sidebar narrow' }).click(); await p.waitForTimeout(300); });
await browser.close();
console.log([...new Set(problems)].join('\n') || 'no problems');
