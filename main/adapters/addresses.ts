/** The network addresses that this machine has now. Made for `main/app`; the composition root hands it on. */

import { networkInterfaces } from 'node:os';

/**
 * All addresses of interfaces that are up, without those of the machine to itself, as one text that is the same as long
 * as they are; empty where there is none.
 */
export function ownAddresses(): string {
  const found: string[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, internal } of addresses ?? []) if (!internal) found.push(`${name} ${address}`);
  }
  return found.sort().join('\n');
}
