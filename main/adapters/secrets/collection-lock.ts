/**
 * Whether the Secret Service's default keyring is locked, asked without a prompt: the D-Bus property `Locked` of the
 * collection that the alias `default` names. Linux only. keytar itself answers for a locked keyring as for an empty
 * one. Used by `keychain.ts`.
 */

import { execFile } from 'node:child_process';
import { type Environment, withoutKey } from '../../core/environment.ts';

/**
 * `no-keyring`: the service runs and has no default keyring; `no-service`: nobody offers the Secret Service; `no-bus`:
 * there is no D-Bus session; `denied`: the bus lets nobody of us ask; `silent`: no answer in time; `unknown`: no tool
 * here can ask.
 */
export type LockState =
  | 'unlocked'
  | 'locked'
  | 'no-keyring'
  | 'no-service'
  | 'no-bus'
  | 'denied'
  | 'silent'
  | 'unknown';

const DESTINATION = 'org.freedesktop.secrets';
const PATH = '/org/freedesktop/secrets/aliases/default';
const INTERFACE = 'org.freedesktop.Secret.Collection';
const GET = 'org.freedesktop.DBus.Properties.Get';

/** Three tools that ask the same; systems have at least one of them. */
const TOOLS: readonly (readonly [string, readonly string[]])[] = [
  [
    'gdbus',
    ['call', '--session', '--dest', DESTINATION, '--object-path', PATH, '--method', GET, INTERFACE, 'Locked'],
  ],
  ['busctl', ['--user', 'get-property', DESTINATION, PATH, INTERFACE, 'Locked']],
  [
    'dbus-send',
    [
      '--session',
      '--print-reply=literal',
      `--dest=${DESTINATION}`,
      PATH,
      GET,
      `string:${INTERFACE}`,
      'string:Locked',
    ],
  ],
];

/**
 * Asks the first tool that is there.
 *
 * @param env where the session bus and PATH are looked for; the key in it goes to no tool
 * @param limitMs how long the service may take; it may be started by the question
 */
export async function readLockState(env: Environment, limitMs = 5000): Promise<LockState> {
  for (const [tool, args] of TOOLS) {
    const answer = await ask(tool, args, env, limitMs);
    if (answer !== null) return classify(answer);
  }
  return 'unknown';
}

interface Answer {
  readonly ok: boolean;
  readonly late: boolean;
  readonly text: string;
}

/** Null where the tool is not installed. */
function ask(
  tool: string,
  args: readonly string[],
  env: Environment,
  limitMs: number,
): Promise<Answer | null> {
  return new Promise((resolve) => {
    execFile(
      tool,
      args,
      // The errors are told apart by their words.
      { env: { ...withoutKey(env), LC_ALL: 'C' }, timeout: limitMs, killSignal: 'SIGKILL', encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error !== null && error.code === 'ENOENT') resolve(null);
        else resolve({ ok: error === null, late: error?.killed === true, text: `${stdout}\n${stderr}` });
      },
    );
  });
}

/** What a tool's answer means; the words are those of gdbus, busctl and dbus-send, with GNOME's service behind. */
export function classify({ ok, late, text }: Answer): LockState {
  if (late) return 'silent';
  if (ok) return /\btrue\b/.test(text) ? 'locked' : /\bfalse\b/.test(text) ? 'unlocked' : 'unknown';
  if (/AccessDenied|Access denied|Rejected send message/i.test(text)) return 'denied';
  if (/does not exist at path|No such object|UnknownObject|UnknownMethod|No such interface/i.test(text))
    return 'no-keyring';
  if (/autolaunch|connect(ing)? to bus|Error connecting|open connection|No medium found/i.test(text))
    return 'no-bus';
  if (/ServiceUnknown|not provided by any|not activatable|Spawn\.|StartServiceByName/i.test(text))
    return 'no-service';
  if (/NoReply|Timeout|timed out/i.test(text)) return 'silent';
  return 'no-service';
}
