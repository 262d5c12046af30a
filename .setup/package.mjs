/**
 * `npm run package -- …`: builds what ships and has electron-builder pack it for this system, or as its own options
 * (`--linux deb`, `--dir`, `-c.…`) say. Nothing is published: that is for whoever has the packages. Used by `run.mjs`.
 */
import { build } from './build.mjs';
import { runProgram } from './child.mjs';
import { ROOT, toolScript } from './find.mjs';

/**
 * Packages the program.
 *
 * @param {string[]} args options of electron-builder
 * @param {{node: string, env: NodeJS.ProcessEnv}} tools
 * @returns {Promise<number>} the exit code
 * @throws where the address for updates cannot be used, or something cannot be built
 */
export async function packageProgram(args, { node, env }) {
  const feed = feedOptions(env.ENCORD_UPLOADER_FEED);
  await build(node, { electron: true });
  const builder = toolScript('electron-builder', 'cli.js');
  return runProgram([node, builder, '--publish', 'never', ...feed, ...args], { cwd: ROOT, env, tree: true });
}

/** Where the installed program will look for the next version; none: it says that it does not update itself. */
function feedOptions(address) {
  if (!address) return [];
  if (!URL.canParse(address) || new URL(address).protocol !== 'https:')
    throw new Error(
      'ENCORD_UPLOADER_FEED is an https address, or is not set: packages are then made without updates.',
    );
  // Every server gives one part of a file, few give several at once; and a download by several cannot be stopped.
  const oneByOne = '-c.publish.useMultipleRangeRequest=false';
  return ['-c.publish.provider=generic', `-c.publish.url=${address}`, oneByOne];
}
