/**
 * The emulator's command line: `npm run emulator -- --port P --data DIR [options]`.
 * Prints one line of JSON when it listens, and ends cleanly on SIGTERM and SIGINT.
 */

import { parseArgs } from 'node:util';
import { type EmulatorOptions, startEmulator } from './server.ts';

const HELP = `Usage: npm run emulator -- --port P --data DIR [options]

Runs an emulator of the Encord API with its object storage on 127.0.0.1.
Prints {"listening":"http://127.0.0.1:P"} when it is ready.

  --port P                  port to listen on; 0 takes a free one
  --data DIR                folder for its state and objects; made when missing
  --trust-new-keys          an unknown SSH key becomes a new user at its first valid signature
  --public-key LINE         register an OpenSSH public key ("ssh-ed25519 AAAA… name@host"); may be repeated
  --job-delay-ms N          time until a job starts, and again spread over its units (300)
  --lookup-delay-ms N       time until lookups show what was registered (0)
  --url-lifetime-seconds N  validity of signed URLs (3600)
  --resumable               signed URLs open resumable uploads instead of taking one PUT
  --public-url URL          what signed URLs start with, when a proxy is in front
  --fast                    compute no md5 and CRC-32C of stored objects
  --help                    this text

Control, on the same port: GET /__emulator/state, POST and DELETE /__emulator/faults, POST /__emulator/keys,
/__emulator/seed, /__emulator/clock and /__emulator/settings. See server.ts and control/ for their shapes.

Exit codes: 0 stopped by a signal, 2 bad arguments, or the port or data folder is in use.
`;

class Usage extends Error {}

function wholeNumber(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value) || Number(value) > most) {
    throw new Usage(`--${name} must be a whole number from 0 to ${most}.`);
  }
  return Number(value);
}

/** @returns null when help was asked for; @throws Usage */
function optionsFrom(args: readonly string[]): EmulatorOptions | null {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : 'The arguments are not understood.');
  }
  if (values.help) return null;
  if (values.port === undefined) throw new Usage('--port is required (0 takes a free one).');
  if (values.data === undefined || values.data === '')
    throw new Usage('--data is required: a folder for its state.');
  const publicUrl = values['public-url'];
  if (publicUrl !== undefined && !URL.canParse(publicUrl)) throw new Usage('--public-url must be a URL.');
  const most = Number.MAX_SAFE_INTEGER;
  const jobDelayMs = wholeNumber('job-delay-ms', values['job-delay-ms'], most);
  const lookupDelayMs = wholeNumber('lookup-delay-ms', values['lookup-delay-ms'], most);
  const urlLifetimeSeconds = wholeNumber('url-lifetime-seconds', values['url-lifetime-seconds'], most);
  return {
    dataDir: values.data,
    port: wholeNumber('port', values.port, 65_535) ?? 0,
    trustNewKeys: values['trust-new-keys'] ?? false,
    publicKeys: values['public-key'] ?? [],
    hashes: !values.fast,
    resumable: values.resumable ?? false,
    ...(jobDelayMs === undefined ? {} : { jobDelayMs }),
    ...(lookupDelayMs === undefined ? {} : { lookupDelayMs }),
    ...(urlLifetimeSeconds === undefined ? {} : { urlLifetimeSeconds }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      data: { type: 'string' },
      'trust-new-keys': { type: 'boolean' },
      'public-key': { type: 'string', multiple: true },
      'job-delay-ms': { type: 'string' },
      'lookup-delay-ms': { type: 'string' },
      'url-lifetime-seconds': { type: 'string' },
      'public-url': { type: 'string' },
      resumable: { type: 'boolean' },
      fast: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const emulator = await startEmulator(options);
  const stop = (): void => {
    void emulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ listening: emulator.url })}\n`);
}

main().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error);
  process.stderr.write(`emulator: ${sentence}${error instanceof Usage ? ' See --help.' : ''}\n`);
  process.exit(2);
});
