/**
 * Whether this program may update itself at all, whatever its settings say: who looks after the machine, how it was
 * installed, and whether it knows where updates are. Used by `updates.ts`.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UpdateView } from '../../preload/contract/desktop.ts';

type Off = Extract<UpdateView, { kind: 'off' }>;

/** This process, as far as it matters here. */
export interface Installation {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly packaged: boolean;
  /** Where the installed program's own files are; null where it is not installed. */
  readonly resources: string | null;
  /** Where the decisions of whoever looks after the machine are. */
  readonly policyFile: string;
}

/**
 * Where the policy of a managed machine lies: a place that is no person's own.
 */
export function policyFile(platform: NodeJS.Platform, env: Installation['env']): string {
  switch (platform) {
    case 'darwin':
      return '/Library/Application Support/Encord Uploader/policy.json';
    case 'win32':
      return join(env.ProgramData || 'C:\\ProgramData', 'Encord Uploader', 'policy.json');
    default:
      return '/etc/encord-uploader/policy.json';
  }
}

/** Why no update is looked for; null: nothing speaks against it. Reads small files; never throws. */
export function whyNoUpdates(installation: Installation): Off | null {
  const { env, packaged, platform, resources } = installation;
  const managed = managedReason(installation);
  if (managed !== null) return { kind: 'off', reason: managed, managed: true };
  if (!packaged || resources === null) return off('Only the installed program updates itself.');
  if (!isFile(join(resources, 'app-update.yml'))) {
    return off('This program was packaged without an address for updates.');
  }
  // Installing a deb or rpm needs an administrator's password, and the system's own tool would not know of it.
  if (platform === 'linux' && !env.APPIMAGE) {
    return off('This program was installed as a package of the system, which updates it.');
  }
  return null;
}

function managedReason({ env, policyFile }: Installation): string | null {
  if (env.ENCORD_UPLOADER_UPDATES === 'off') {
    return 'Updates are switched off by ENCORD_UPLOADER_UPDATES.';
  }
  let text: string;
  try {
    text = readFileSync(policyFile, 'utf8');
  } catch (reason) {
    return hasCode(reason, 'ENOENT') || hasCode(reason, 'ENOTDIR') ? null : unreadable(policyFile);
  }
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy !== 'object' || policy === null) return unreadable(policyFile);
    return 'updates' in policy && policy.updates === 'off'
      ? `Updates are switched off for this machine by ${policyFile}.`
      : null;
  } catch {
    return unreadable(policyFile);
  }
}

/** Somebody meant to decide something: until it can be read, nothing is installed. */
function unreadable(path: string): string {
  return `Updates are off because ${path} cannot be read. Whoever looks after this machine can correct it.`;
}

function off(reason: string): Off {
  return { kind: 'off', reason, managed: false };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function hasCode(reason: unknown, code: string): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === code;
}
