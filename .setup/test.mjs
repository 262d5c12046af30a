/**
 * `npm test`: types, lint, the tests without a browser, the tests in one; then one line of counts. Used by `run.mjs`.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitIfStopped, runFolded, runProgram } from './child.mjs';
import { chooseTests, countPlaywright, countVitest, RETRY, sumCounts, testVerdict } from './decide.mjs';
import { at, findElectronForTests, ROOT, readJson, toolScript } from './find.mjs';

const passed = { passed: 1, failed: 0, skipped: [] };
const failed = { passed: 0, failed: 1, skipped: [] };

/**
 * Runs what the arguments ask for and prints the counts.
 *
 * @param {string[]} args kinds or file filters; none: everything
 * @param {{node: string, chromium: string | null, noChromium: string, env: NodeJS.ProcessEnv}} tools
 * @returns {Promise<number>} the exit code
 */
export async function runTests(args, tools) {
  const chosen = chooseTests(args);
  const folder = mkdtempSync(join(tmpdir(), 'encord-uploader-tests-'));
  // Also where a signal ends the run.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const counts = [];
  if (chosen.typecheck)
    counts.push(await check('Types', ['typescript', 'bin/tsc', '-p', 'tsconfig.json'], tools));
  if (chosen.lint) counts.push(await check('Lint', ['@biomejs/biome', 'bin/biome', 'check', '.'], tools));
  if (chosen.vitest) counts.push(await vitest(chosen.vitest, folder, tools));
  if (chosen.e2e) counts.push(await playwright(chosen.e2e, folder, tools));
  const { lines, code } = testVerdict(sumCounts(counts));
  console.log(`\n${lines.join('\n')}`);
  return code;
}

/** A tool that passes or fails as a whole counts as one test. */
async function check(title, [name, script, ...args], { node, env }) {
  console.log(`\n${title}`);
  const code = await runProgram([node, toolScript(name, script), ...args], { cwd: ROOT, env, tree: true });
  exitIfStopped();
  console.log(code === 0 ? `${title}: passed` : `${title}: failed`);
  return code === 0 ? passed : failed;
}

async function vitest(filters, folder, { node, env }) {
  console.log('\nTests without a browser');
  const file = join(folder, 'vitest.json');
  const reporters = ['--reporter=default', `--reporter=${at('.setup', 'vitest-reporter.mjs')}`];
  const script = toolScript('vitest', 'vitest.mjs');
  const code = await runProgram(
    [node, script, 'run', '-c', 'test/vitest.config.ts', ...reporters, ...filters],
    {
      cwd: ROOT,
      env: { ...env, ENCORD_UPLOADER_TEST_REPORT: file },
      tree: true,
    },
  );
  exitIfStopped();
  return counted(readJson(file), countVitest, code);
}

async function playwright(filters, folder, { node, chromium, noChromium, env }) {
  if (!hasSpecs(at('test', 'e2e'))) return { passed: 0, failed: 0, skipped: [] };
  console.log('\nTests in a browser');
  const file = join(folder, 'playwright.json');
  const command = [
    node,
    toolScript('@playwright/test', 'cli.js'),
    'test',
    '-c',
    'test/playwright.config.ts',
    ...filters,
  ];
  const options = { cwd: ROOT, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }, tree: true };
  if (chromium === null) {
    await runFolded([...command, '--list', '--reporter=json'], options);
    const all = countPlaywright(readJson(file) ?? { errors: [{}] });
    if (all.failed > 0) return failed;
    return { passed: 0, failed: 0, skipped: listed(readJson(file), `${noChromium}; ${RETRY} tries again`) };
  }
  await build(node, { electron: true });
  options.env.ENCORD_UPLOADER_CHROMIUM = chromium;
  console.log(desktopHost(env));
  const code = await runProgram([...command, '--pass-with-no-tests', '--reporter=list,json'], options);
  exitIfStopped();
  return counted(readJson(file), countPlaywright, code);
}

/** Which of the two hosts the tests of the desktop program run on; `test/electron-standin/choose.ts` decides it so. */
function desktopHost(env) {
  const binary = findElectronForTests(env);
  return binary
    ? `The desktop program runs on Electron itself (${binary}).`
    : 'The desktop program runs on the stand-in for Electron: its binary is not on this machine.';
}

/** The counts of a report. A runner that failed without a failure in its report counts as one. */
function counted(report, count, code) {
  if (report === null) return code === 0 ? { passed: 0, failed: 0, skipped: [] } : failed;
  const counts = count(report);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Every test of a Playwright listing, as skipped for one reason. */
function listed(report, why) {
  const names = [];
  const visit = (suite, path) => {
    for (const spec of suite.specs ?? []) names.push([...path, spec.title].filter(Boolean).join(' › '));
    for (const inner of suite.suites ?? []) visit(inner, [...path, inner.title]);
  };
  for (const suite of report?.suites ?? []) visit(suite, [suite.title]);
  return names.map((name) => ({ name, why }));
}

function hasSpecs(folder) {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => /\.(spec|test)\.tsx?$/.test(String(name)))
  );
}
