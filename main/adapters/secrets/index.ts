/** The operating system's keychain, as the composition roots get it. */

import type { Secrets } from '../../core/ports.ts';
import { readLockState } from './collection-lock.ts';
import { type ForkChild, forkNode } from './fork.ts';
import { Keychain, type KeychainOptions } from './keychain.ts';

export type { ForkChild, HostedChild } from './fork.ts';
export { createMemorySecrets } from './memory.ts';

/** The name under which the system lists the program's entries. */
const SERVICE = 'Encord Uploader';

/** macOS asks the person before it hands out a secret: that takes as long as a person takes. Elsewhere nobody is asked. */
const limitFor = (platform: NodeJS.Platform): number => (platform === 'darwin' ? 120_000 : 15_000);

/**
 * The keychain of this machine.
 *
 * @param options `fork`: how its process is started, `node:child_process` unless given; the others are for tests
 */
export function createSecrets(
  options: { readonly fork?: ForkChild } & Partial<KeychainOptions> = {},
): Secrets {
  const platform = options.platform ?? process.platform;
  return new Keychain({
    fork: forkNode,
    service: SERVICE,
    keytar: 'keytar',
    lockState: () => readLockState(process.env),
    limitMs: limitFor(platform),
    ...options,
    platform,
  });
}
