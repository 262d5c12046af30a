/**
 * `node .setup/run.mjs NAME …args`: sets up what NAME needs, then runs it with Node 24. The scripts of `package.json`
 * call this and nothing else. Plain JavaScript for Node 20 without a single package. Everything that set-up says goes
 * to standard error.
 */
import { delimiter, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { catchSignals, exitIfStopped, runProgram } from './child.mjs';
import { NAMES, needsOf } from './decide.mjs';
import { ensure } from './ensure.mjs';
import { at, ROOT } from './find.mjs';
import { packageProgram } from './package.mjs';
import { say } from './say.mjs';
import { runTests } from './test.mjs';

const PROGRAMS = {
  cli: 'main/headless.ts',
  emulator: 'test/emulator/index.ts',
  demo: 'test/demo.ts',
  bench: 'test/bench/index.ts',
  crash: 'test/crash/index.ts',
  fuzz: 'test/fuzz/index.ts',
};

/** Whether npm runs this script, and not something that npm runs. */
const underNpm =
  process.env.npm_lifecycle_event === process.argv[2] && process.env.npm_package_json === at('package.json');

async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || !NAMES.includes(name)) {
    say(`Usage: node .setup/run.mjs ${NAMES.join('|')} …`);
    return 2;
  }
  const needs = needsOf(name, args);
  const found = await ensure(needs, { again: name === 'setup' });
  exitIfStopped();
  const env = environment(found.node);
  if (name === 'setup') {
    say('Set-up is complete.');
    return 0;
  }
  if (name === 'test') return runTests(args, { ...found, env });
  if (name === 'package') return packageProgram(args, { node: found.node, env });
  // Halves the time until a command begins: the sources are compiled once and not at each start.
  env.NODE_COMPILE_CACHE ??= at('node_modules', '.cache', 'compile');
  const electron = needs.electron ? found.electron : null;
  if (needs.pages) await build(found.node, { electron: electron !== null });
  exitIfStopped();
  const options = {
    env,
    // npm changes to the checkout; paths that people type count from where they stand.
    cwd: (underNpm && process.env.INIT_CWD) || process.cwd(),
  };
  if (name === 'demo') {
    // The demo opens the same host as `npm start` would; which one that is, is known here.
    if (electron) env.ENCORD_UPLOADER_ELECTRON = electron;
    else if (needs.electron) env.ENCORD_UPLOADER_NO_ELECTRON = found.noElectron;
  }
  if (name !== 'start') return runProgram(withNode(found.node, PROGRAMS[name], args), options);
  if (electron) return runProgram([electron, ROOT, ...args], options);
  say(`Electron is not used: ${found.noElectron}. Opening browser mode.`);
  return runProgram(withNode(found.node, PROGRAMS.cli, ['serve', ...args]), options);
}

function withNode(node, script, args) {
  return [node, '--import', pathToFileURL(at('.setup', 'leash.mjs')).href, at(script), ...args];
}

/** The environment of a program: the project's tools and the Node that runs it before anything else on PATH. */
function environment(node) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [at('node_modules', '.bin'), dirname(node), process.env[key]].filter(Boolean).join(delimiter);
  return { ...process.env, [key]: path };
}

catchSignals({ underNpm });
try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
