/**
 * What a failed socket means, in the words of the closed error list. Called by `client.ts` and by the streaming
 * PUT. Only the host is named: the rest of an address may be a secret.
 */

import { networkInterfaces } from 'node:os';
import { type ErrorCode, UploaderError } from '../../core/errors.ts';

const OFFLINE = new Set(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL']);
const TLS =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_|ERROR_IN_CERT|CRL_)/;

/** The system's code of a failure; of several tried addresses, the most telling one. */
export function systemCode(thrown: unknown): string {
  if (thrown instanceof AggregateError) {
    const codes = thrown.errors.map(systemCode).filter((code) => code !== '');
    return codes.find((code) => code === 'ECONNREFUSED') ?? codes[0] ?? '';
  }
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return '';
}

/** The error for a connection that failed; `connected` tells whether it had been made. */
export function connectionError(thrown: unknown, host: string, connected: boolean): UploaderError {
  // A proxy on the way has said better what is wrong.
  if (thrown instanceof UploaderError) return thrown;
  const system = systemCode(thrown);
  const error = (code: ErrorCode, message: string): UploaderError =>
    new UploaderError(code, message, { details: { host, ...(system === '' ? {} : { system }) } });
  if (!connected) {
    if (system === 'ENOTFOUND') {
      return error('dns', `No server is known by the name ${host}. Check the address, and the network.`);
    }
    if (system === 'EAI_AGAIN' || system === 'EAI_FAIL' || system === 'EAI_NODATA') {
      return isOffline()
        ? error('offline', 'This machine is not connected to a network. Work goes on when it is.')
        : error('dns', `The name ${host} could not be looked up. Check the network and its name server.`);
    }
    if (system === 'ECONNREFUSED') {
      return error(
        'refused',
        `${host} refuses the connection. It may be down, or a firewall is in the way: check the address and the network.`,
      );
    }
    if (OFFLINE.has(system)) {
      return error('offline', `There is no way to ${host} from here. Check the network connection.`);
    }
    if (TLS.test(system)) {
      return error(
        'tls',
        `The identity of ${host} could not be verified, so nothing was sent. If your network has its own certificate authority, add its certificate; else check the clock and the address.`,
      );
    }
    return error('connection-lost', `The connection to ${host} could not be made. Check the network.`);
  }
  return error(
    'connection-lost',
    `The connection to ${host} broke before the answer was complete. Check the network if it happens often.`,
  );
}

/** True where the machine has no address but its own. */
function isOffline(): boolean {
  return !Object.values(networkInterfaces()).some((list) => list?.some((address) => !address.internal));
}
