/** What a connection check says of what it finds, to the person and to those who run the network. Used by `check.ts`. */

import type { CheckStepId, ConnectionCheckView } from '../../../preload/contract/desktop.ts';
import type { AnswerFinding, IdentityFinding, ProxyFinding } from '../../adapters/http/connection-probe.ts';
import type { UploaderError } from '../../core/errors.ts';
import type { StepResult } from './check.ts';

export interface ReportFacts {
  readonly version: string;
  readonly platform: string;
  /** Why the certificate file of the settings is not used; null where there is nothing to say. */
  readonly caTrouble: string | null;
}

/** Encord takes a signature that was made within so many seconds of its own clock (encord-api.md B). */
const TOLERANCE_S = 300;
/** What is less is what any two clocks differ by. */
const NOTICEABLE_S = 30;

const NAMES: Readonly<Record<CheckStepId, string>> = {
  proxy: 'Proxy',
  dns: 'Name (DNS)',
  tls: 'Identity (TLS)',
  api: 'Encord API',
  clock: 'Clock',
  storage: 'Storage',
};

export const NAMES_BY_PROXY = 'The proxy looks names up, so this machine need not know them.';
export const NO_TLS = 'This address is plain http, which has no certificates.';
export const NO_ANSWER_FOR_CLOCK = 'Without an answer nothing is known of Encord’s clock.';

/** For steps that need an earlier one. */
export const LEFT_OUT: Readonly<Record<CheckStepId, string>> = {
  proxy: 'The proxy has to work first.',
  dns: 'The name has to be found first.',
  tls: 'The identity has to be proved first.',
  api: 'The API has to answer first.',
  clock: 'The clock has to be right first.',
  storage: 'The storage has to be reached first.',
};

export function noAnswerIn(ms: number): string {
  return `Nothing was found out within ${ms / 1000} seconds.`;
}

export function ofProxy(finding: ProxyFinding, api: URL, storage: URL): StepResult {
  const { proxy, error, note, others } = finding;
  if (error)
    return { state: 'failed', sentence: error.message, tell: tellOfProxy(error, proxy, api, storage) };
  if (proxy === null) {
    return { state: 'ok', sentence: note ?? `No proxy is used, ${SOURCES[finding.source].none}.` };
  }
  const more = others.length === 0 ? '' : ` Named beside it: ${others.join(', ')}.`;
  return {
    state: 'ok',
    sentence: `The proxy ${proxy} (${SOURCES[finding.source].from}) lets this machine through.${more}`,
  };
}

const SOURCES: Readonly<Record<ProxyFinding['source'], { none: string; from: string }>> = {
  none: { none: 'as the settings say', from: 'of the settings' },
  manual: { none: 'as the settings say', from: 'of the settings' },
  environment: { none: 'as the environment says', from: 'of the environment' },
  system: { none: 'as the system says', from: 'of the system' },
};

function tellOfProxy(error: UploaderError, proxy: string | null, api: URL, storage: URL): string {
  const hosts = both(api, storage);
  if (proxy === null) return `This machine needs the right address of the proxy for ${hosts}.`;
  if (error.code === 'proxy-login') {
    return error.details.schemes === undefined
      ? `The proxy ${proxy} wants a login. We need a user name and a password for it (basic authentication), or an exception for ${hosts}.`
      : `The proxy ${proxy} offers only ${error.details.schemes || 'ways of signing in'} that this program does not have. We need an exception without a login, or basic authentication, for ${hosts}.`;
  }
  if (error.details.host !== undefined) return `Please let the proxy ${proxy} connect to ${hosts}.`;
  return `This machine cannot reach the proxy ${proxy}. Please check that it runs and that this machine may connect to it.`;
}

export function ofNames(host: string, addresses: readonly string[]): StepResult {
  const [first, ...others] = addresses;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return { state: 'ok', sentence: `${host} is at ${first ?? 'no address'}${more}.` };
}

export function ofIdentity(url: URL, finding: IdentityFinding, alsoTell: readonly string[]): StepResult {
  const { problem, protocol } = finding;
  const issuer = finding.issuer === null ? 'an authority without a name' : `‘${finding.issuer}’`;
  if (problem === null) {
    return {
      state: 'ok',
      sentence: `${url.host} proved who it is: its certificate comes from ${issuer} (${protocol ?? 'TLS'}).`,
    };
  }
  const hosts = [url, ...alsoTell.map((each) => new URL(each))].map(whereOf).join(' and ');
  if (/EXPIRED|NOT_YET_VALID/.test(problem)) {
    return {
      state: 'failed',
      sentence: `The certificate of ${url.host}, from ${issuer}, is not valid at the time that this machine’s clock shows. Check the date of this machine first.`,
      tell: `The certificate that is presented for ${hosts}, from ${issuer}, is out of its time (${problem}).`,
    };
  }
  if (/ALTNAME|HOSTNAME/.test(problem)) {
    return {
      state: 'failed',
      sentence: `The server that answers for ${url.host} has a certificate for another name, from ${issuer}. Something else answers in its place: a sign-in page of the network, or a wrong address.`,
      tell: `Connections to ${hosts} end at a server with a certificate for another name, from ${issuer}. Please let them through unchanged.`,
    };
  }
  return {
    state: 'failed',
    sentence: `The certificate comes from ${issuer}, which this machine does not trust: most likely a proxy of your network reads the traffic. Ask for its CA file, and add it in Settings, Network.`,
    tell: `Connections to ${hosts} are most likely opened on their way: the certificate comes from ${issuer} (${problem}). We need the certificate of that authority as a PEM file, or no inspection of these hosts.`,
  };
}

/** The server was asked without a signature, which it has to turn away. */
export function ofUnsigned(domain: string, { status }: AnswerFinding): StepResult {
  const { host } = new URL(domain);
  if (status === 401 || status === 403 || status === 400 || status === 422) {
    return { state: 'ok', sentence: `${host} answers, and asks who is there, as it should.` };
  }
  if (status >= 500) {
    return {
      state: 'failed',
      sentence: `${host} answers that it has trouble (${status}). Try again later; uploads go on by themselves.`,
    };
  }
  return {
    state: 'failed',
    sentence: `Something answers for ${host}, but not as Encord does (${status}). It may be a sign-in page of the network: open a browser and sign in, then check again. Else check the address of the account.`,
    tell: `Requests to ${host} are answered by something else (status ${status}). Please let them through unchanged.`,
  };
}

export function ofSigned(domain: string): StepResult {
  return { state: 'ok', sentence: `${new URL(domain).host} answers, and takes the key of this account.` };
}

/** The network is well; the key is another matter. */
export function withoutKey(domain: string, error: UploaderError): StepResult {
  return {
    state: 'ok',
    sentence: `${new URL(domain).host} answers. The account’s key could not be tried: ${error.message}`,
  };
}

export function ofRefused(error: UploaderError): StepResult {
  return { state: 'failed', sentence: error.message };
}

export function ofClock(answer: AnswerFinding | null, now: number): StepResult {
  if (!answer || answer.date === null) {
    return { state: 'skipped', sentence: 'The answer did not say what time it is there.' };
  }
  // The answer was made somewhere between question and now; the header knows whole seconds.
  const seconds = Math.round((now - answer.took / 2 - answer.date - 500) / 1000);
  const off = Math.abs(seconds);
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  const much = off < 120 ? `${off} seconds` : `${Math.round(off / 60).toLocaleString('en')} minutes`;
  if (off > TOLERANCE_S) {
    return {
      state: 'failed',
      sentence: `This machine’s clock is ${much} ${direction} Encord’s. Signatures are taken only within ${TOLERANCE_S} seconds: set the clock right.`,
      tell: `The clock of this machine is ${much} ${direction} the right time. Please let it reach a time server (NTP, UDP port 123).`,
    };
  }
  if (off > NOTICEABLE_S) {
    return {
      state: 'ok',
      sentence: `This machine’s clock is ${much} ${direction} Encord’s. That is within the ${TOLERANCE_S} seconds that signatures allow; better set it right.`,
    };
  }
  return { state: 'ok', sentence: 'This machine’s clock is right.' };
}

export function ofStorage(url: URL, { status }: AnswerFinding): StepResult {
  if (status >= 500) {
    return {
      state: 'failed',
      sentence: `${url.host} answers that it has trouble (${status}). Try again later.`,
    };
  }
  return { state: 'ok', sentence: `${url.host}, where the files go, answers.` };
}

export function ofStorageFailure(url: URL, error: UploaderError): StepResult {
  const { proxy, host } = error.details;
  const through = proxy !== undefined && host !== undefined ? ` through the proxy ${proxy}` : '';
  return {
    state: 'failed',
    sentence: error.message,
    tell:
      error.code === 'proxy' && host === undefined && proxy !== undefined
        ? `This machine cannot reach the proxy ${proxy}. Please check that it runs and that this machine may connect to it.`
        : `This machine needs to reach ${whereOf(url)}${through}, by https, for data in both directions.`,
  };
}

/** A step that ended with an error. */
export function ofFailure(
  id: CheckStepId,
  error: UploaderError,
  where: { readonly domain: string; readonly storage: string },
): StepResult {
  const api = new URL(where.domain);
  const storage = new URL(where.storage);
  if (id === 'storage') return ofStorageFailure(storage, error);
  if (id === 'dns') {
    return {
      state: 'failed',
      sentence: error.message,
      tell: `This machine’s name server does not know ${api.hostname}. Please let it look up ${api.hostname} and ${storage.hostname}, or tell us the proxy to use.`,
    };
  }
  if (id === 'proxy')
    return {
      state: 'failed',
      sentence: error.message,
      tell: `This machine needs a way to ${both(api, storage)}.`,
    };
  return {
    state: 'failed',
    sentence: error.message,
    tell: `This machine needs to reach ${both(api, storage)} by https.`,
  };
}

/** All of it as text to hand on. */
export function report(
  view: Omit<ConnectionCheckView, 'report'>,
  { facts, storage }: { readonly facts: ReportFacts; readonly storage: string },
): string {
  const api = new URL(view.domain);
  const lines = view.steps.flatMap(({ id, state, sentence, tell, milliseconds }) => [
    `${NAMES[id]}: ${STATES[state]}${milliseconds === null ? '' : ` (${milliseconds.toLocaleString('en')} ms)`}`,
    ...(sentence === '' ? [] : [`  ${sentence}`]),
    ...(tell === null ? [] : [`  For the IT department: ${tell}`]),
  ]);
  return [
    'Encord Uploader: connection check',
    `${new Date(view.startedAt).toISOString()} · version ${facts.version} · ${facts.platform}`,
    '',
    ...lines,
    '',
    ...(facts.caTrouble === null ? [] : [facts.caTrouble, '']),
    `This program connects to ${both(api, new URL(storage))}, by https with TLS 1.2 or later.`,
    '',
  ].join('\n');
}

const STATES = {
  waiting: 'waiting',
  running: 'running',
  ok: 'ok',
  failed: 'FAILED',
  skipped: 'left out',
} as const;

/** `api.encord.com port 443 and storage.googleapis.com port 443`. */
function both(api: URL, storage: URL): string {
  return [...new Set([whereOf(api), whereOf(storage)])].join(' and ');
}

function whereOf(url: URL): string {
  return `${url.hostname} port ${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
