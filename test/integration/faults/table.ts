/**
 * The fault matrix as a table: for each trouble and each kind of call, how the upload of one file ends, how often the
 * program asked and the server saw that call, and what a person reads meanwhile. Read by `matrix.test.ts`.
 *
 * Every trouble happens once; where it was not overcome without a person, the person then signs in again and retries,
 * and in the end each file is in the dataset once. So `asked` and `seen` count that call to the very end.
 */

import type { CallKind, Trouble } from '../../fixtures/fault-proxy.ts';

/** A call, and the route on which it is made. */
export const COLUMNS = [
  'sign-in',
  'grant',
  'put',
  'register',
  'poll',
  'link',
  // On the documented route, whose answers have another shape.
  'grant, documented',
  'register, documented',
] as const;
export type Column = (typeof COLUMNS)[number];

export function kindOf(column: Column): CallKind {
  return column === 'grant, documented' ? 'grant' : column === 'register, documented' ? 'register' : column;
}

/** Where a sentence stands, and its code. */
export type Reads = `${'connection' | 'account' | 'batch' | 'file' | 'dialog'}: ${string}`;

export interface Cell {
  /** Without a person. */
  readonly ends: 'done' | 'failed' | 'batch waits' | 'account waits' | 'signed in' | 'not signed in';
  readonly asked: number;
  readonly seen: number;
  readonly reads: readonly Reads[];
}

/** It is tried again by itself. */
const again = (...reads: Reads[]): Cell => ({ ends: 'done', asked: 2, seen: 2, reads });
/** So it is where the first call never came to the server. */
const unheard = (...reads: Reads[]): Cell => ({ ends: 'done', asked: 2, seen: 1, reads });
/** What the server did is found out without asking for it again. */
const once = (...reads: Reads[]): Cell => ({ ends: 'done', asked: 1, seen: 1, reads });
/** These wait for a person. */
const failed = (...reads: Reads[]): Cell => ({ ends: 'failed', asked: 2, seen: 2, reads });
const batch = (...reads: Reads[]): Cell => ({ ends: 'batch waits', asked: 2, seen: 2, reads });
const account = (...reads: Reads[]): Cell => ({ ends: 'account waits', asked: 2, seen: 2, reads });
/** A person signs in and tries again by hand. */
const dialog = (code: string, seen = 2): Cell => ({
  ends: 'not signed in',
  asked: 2,
  seen,
  reads: [`dialog: ${code}`],
});

/**
 * A network that fails stands above the whole queue, and beside the files that were on their way; not beside those that
 * only waited for an address, or for a job, which goes on whether it is followed or not.
 */
const network = (cell: (...reads: Reads[]) => Cell, code: string): Cell =>
  cell(`connection: ${code}`, `file: ${code}`);

export type Fault = Trouble | { readonly status: number; readonly retryAfter?: number };

export interface Row {
  readonly title: string;
  readonly fault: Fault;
  readonly cells: Readonly<Record<Column, Cell>>;
}

/** Before a connection stands, nothing can have been done: everything is simply asked again. */
function beforeTheConnection(title: string, fault: Trouble, code: string): Row {
  const cell = network(unheard, code);
  const quiet = unheard(`connection: ${code}`);
  return {
    title,
    fault,
    cells: {
      'sign-in': dialog(code, 1),
      grant: quiet,
      put: cell,
      register: cell,
      poll: quiet,
      link: cell,
      'grant, documented': quiet,
      'register, documented': cell,
    },
  };
}

/** The server has the request or not, nobody knows; in these rows it has not. */
function onTheWay(title: string, fault: Trouble, code: string): Row {
  const cell = network(again, code);
  const quiet = again(`connection: ${code}`);
  return {
    title,
    fault,
    cells: {
      'sign-in': dialog(code),
      grant: quiet,
      put: cell,
      // Looked up until the settle time is over, and then registered again under the same identity.
      register: cell,
      poll: quiet,
      link: cell,
      'grant, documented': quiet,
      'register, documented': cell,
    },
  };
}

/** Only a registration is not made again: the lookup finds what came of it. */
function afterTheAct(
  title: string,
  fault: Trouble,
  code: string,
  { grant, others, found, poll }: { grant: Cell; others: Cell; found: Cell; poll: Cell },
): Row {
  return {
    title,
    fault,
    cells: {
      'sign-in': dialog(code),
      grant,
      put: others,
      register: found,
      poll,
      link: others,
      'grant, documented': grant,
      'register, documented': found,
    },
  };
}

/** The server is there and cannot. One such answer says nothing of the others, so the queue goes on. */
function serverTrouble(status: number): Row {
  const cell = again('file: server-error');
  return {
    title: String(status),
    fault: { status },
    cells: {
      'sign-in': dialog('server-error'),
      grant: cell,
      put: cell,
      register: cell,
      poll: again(),
      link: cell,
      'grant, documented': cell,
      'register, documented': cell,
    },
  };
}

/** Everybody waits. */
function slowDown(title: string, status: number, code: string, retryAfter?: number): Row {
  const cell = network(again, code);
  const quiet = again(`connection: ${code}`);
  return {
    title,
    fault: { status, ...(retryAfter === undefined ? {} : { retryAfter }) },
    cells: {
      'sign-in': dialog(code),
      grant: quiet,
      put: cell,
      register: cell,
      poll: quiet,
      link: cell,
      'grant, documented': quiet,
      'register, documented': cell,
    },
  };
}

/** What the server says of this one thing. A poll that is refused makes the program look for what the job made. */
function refusal(status: number, code: string, put: Cell): Row {
  const cell = failed(`file: ${code}`);
  return {
    title: String(status),
    fault: { status },
    cells: {
      'sign-in': dialog(code),
      grant: cell,
      put,
      register: cell,
      poll: once(`file: ${code}`),
      link: cell,
      'grant, documented': cell,
      'register, documented': cell,
    },
  };
}

/** What concerns the dataset or its folder is said once, for the batch. */
function aboutTheTarget(status: number, code: string, signIn: Cell): Row {
  const cell = batch(`batch: ${code}`);
  return {
    title: String(status),
    fault: { status },
    cells: {
      'sign-in': signIn,
      grant: cell,
      put: again('file: url-expired'),
      register: cell,
      poll: once('file: job-lost'),
      link: failed(`file: ${code}`),
      'grant, documented': cell,
      // Here the one file may be meant.
      'register, documented': failed(`file: ${code}`),
    },
  };
}

/** Somebody between here and the server answers in its place. */
function inTheWay(title: string, fault: Trouble): Row {
  const cell = again('file: bad-answer');
  return {
    title,
    fault,
    cells: {
      'sign-in': dialog('bad-answer'),
      grant: cell,
      put: cell,
      register: cell,
      poll: again(),
      link: cell,
      'grant, documented': cell,
      'register, documented': cell,
    },
  };
}

const LOST = {
  grant: again('connection: connection-lost'),
  others: network(again, 'connection-lost'),
  found: network(once, 'connection-lost'),
  poll: again('connection: connection-lost'),
};
/** The connection stands, so that nothing is said of it. */
const NONSENSE = {
  grant: again('file: bad-answer'),
  others: again('file: bad-answer'),
  found: once('file: bad-answer'),
  poll: again(),
};

/** A storage confirms by its status; what follows in the body is no matter. */
function confirmedByStatus(row: Row): Row {
  return { ...row, cells: { ...row.cells, put: once() } };
}

const signedOut: Row = {
  title: '401',
  fault: { status: 401 },
  cells: {
    'sign-in': dialog('unauthenticated'),
    grant: account('account: unauthenticated'),
    // A storage knows no accounts: its address is no longer good.
    put: again('file: url-expired'),
    register: account('account: unauthenticated', 'file: unauthenticated'),
    poll: account('account: unauthenticated'),
    link: account('account: unauthenticated', 'file: unauthenticated'),
    // The API key of the dataset may be an old one: another is fetched, and the call made again at once.
    'grant, documented': { ends: 'done', asked: 1, seen: 2, reads: [] },
    'register, documented': { ends: 'done', asked: 1, seen: 2, reads: [] },
  },
};

export const MATRIX: readonly Row[] = [
  beforeTheConnection('connection refused', 'no listener', 'refused'),
  beforeTheConnection('DNS failure', 'no name', 'dns'),
  beforeTheConnection('TLS failure', 'foreign certificate', 'tls'),
  onTheWay('reset before the body', 'reset before the body', 'connection-lost'),
  onTheWay('reset in the body', 'reset in the body', 'connection-lost'),
  onTheWay('reset after the body', 'reset after the body', 'connection-lost'),
  onTheWay('stall', 'silence', 'stalled'),
  afterTheAct('answer lost', 'answer lost', 'connection-lost', LOST),
  confirmedByStatus(afterTheAct('answer broken off', 'half an answer', 'connection-lost', LOST)),
  refusal(400, 'bad-request', again('file: url-expired')),
  signedOut,
  aboutTheTarget(403, 'forbidden', dialog('forbidden')),
  // A server without this call is asked for the datasets instead, which proves the key as well.
  aboutTheTarget(404, 'not-found', {
    ends: 'signed in',
    asked: 1,
    seen: 1,
    reads: [],
  }),
  serverTrouble(408),
  refusal(413, 'payload-too-large', failed('file: payload-too-large')),
  refusal(422, 'bad-request', failed('file: storage-refused')),
  slowDown('429', 429, 'rate-limited'),
  slowDown('429 with Retry-After', 429, 'rate-limited', 7),
  serverTrouble(500),
  serverTrouble(502),
  serverTrouble(503),
  // It says when it will be back, and that is true for everybody.
  slowDown('503 with Retry-After', 503, 'server-error', 7),
  serverTrouble(504),
  confirmedByStatus(afterTheAct('malformed JSON', 'half a JSON', 'bad-answer', NONSENSE)),
  inTheWay('wrong content type', 'page of a portal'),
  inTheWay('redirect', 'redirect'),
  confirmedByStatus(afterTheAct('answer of 100 MB', '100 MB', 'bad-answer', NONSENSE)),
];

const HOST = String.raw`encord\.lab:\d+`;
const DOING =
  '(hand out upload addresses|register (?:the file|\\d+ files)|follow the upload|put the files into the dataset|sign you in)';

/** What a person reads: what happened, and what to do. Of the API first, then of the storage. */
export const SENTENCES: Readonly<Record<string, readonly RegExp[]>> = {
  refused: [new RegExp(`^${HOST} refuses the connection\\. .*: check the address and the network\\.$`)],
  dns: [new RegExp(`^No server is known by the name ${HOST}\\. Check the address, and the network\\.$`)],
  tls: [
    new RegExp(
      `^The identity of ${HOST} could not be verified, so nothing was sent\\. If your network has its own certificate authority, add its certificate; else check the clock and the address\\.$`,
    ),
  ],
  'connection-lost': [
    new RegExp(
      `^The connection to ${HOST} broke before the answer was complete\\. Check the network if it happens often\\.$`,
    ),
  ],
  stalled: [
    new RegExp(
      `^${HOST} has been silent for (60|180) seconds\\. The network may be down or very slow: check it\\.$`,
    ),
    new RegExp(`^${HOST} has been silent for 60 seconds\\. The upload is tried again\\.$`),
  ],
  'bad-request': [
    new RegExp(
      `^Encord could not ${DOING}\\. It says: .*\\. Retry; if it stays so, ask Encord's support and give them the details\\.$`,
    ),
  ],
  unauthenticated: [
    /^Encord does not accept this key\. It says: .*\. It may have been revoked, .*\. Sign in again\.$/,
  ],
  forbidden: [
    new RegExp(`^Encord could not ${DOING}\\. .* Ask an administrator of it for access, then retry\\.$`),
  ],
  'not-found': [new RegExp(`^Encord could not ${DOING}\\. .* Check the dataset, then retry\\.$`)],
  'job-lost': [
    /^Encord no longer knows the job that was to register this\. Looking whether it was registered\.$/,
  ],
  'payload-too-large': [
    new RegExp(`^Encord could not ${DOING}\\. .* Send less at a time, then retry\\.$`),
    /^The file is larger than the storage takes\. Make it smaller or cut it, then retry\.$/,
  ],
  'storage-refused': [
    /^The storage refused the file \(\d+\)\. Retry; if it stays so, ask Encord's support and give them the details\.$/,
  ],
  'url-expired': [
    /^The storage no longer takes the file at the address that it gave out \(\d+\)\. A new address is asked for\.$/,
  ],
  'rate-limited': [
    /^Encord asks for fewer requests\. The whole queue waits, and goes on by itself; anything else, try again in a minute\.$/,
    /^The storage asks for fewer uploads at a time \(429\)\. The upload is tried again\.$/,
  ],
  'server-error': [
    new RegExp(
      `^Encord could not ${DOING}: its server has trouble \\(\\d+\\)\\. Uploads are tried again by themselves; anything else, try again in a minute\\.$`,
    ),
    /^The storage has trouble \(\d+\)\. The upload is tried again\.$/,
  ],
  'bad-answer': [
    new RegExp(
      `^Encord was asked to ${DOING}, and the answer of ${HOST} makes no sense\\. Check the address of the server, and whether a proxy is in the way\\.$`,
    ),
    new RegExp(
      `^The server at ${HOST} sends us to another address, .* and whether the network asks for a sign-in first\\.$`,
    ),
    /^The server sent more than \d+ MB where a short answer was expected, so it was not read\. Check the address of the server, and whether a proxy is in the way\.$/,
    /^Something between here and the storage answered with a web page, .* The upload is tried again\.$/,
    /^The storage sends the upload somewhere else \(302\), .* The upload is tried again\.$/,
  ],
};
