/** What the hosts, which do not see the core, need of it to start other programs. */

export { withoutKey } from '../core/environment.ts';
