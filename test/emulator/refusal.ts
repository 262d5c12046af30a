/**
 * What the emulated server refuses, independent of the protocol that carries it.
 * Handlers throw a Refusal; `v1/envelope.ts` and `v2/router.ts` word it for their protocol.
 */

/** Error names of encord-api.md E.1 with the status that v1 puts in its envelope and v2 uses as HTTP status. */
const STATUS = {
  AUTHENTICATION_ERROR: 401,
  AUTHORISATION_ERROR: 403,
  RESOURCE_NOT_FOUND_ERROR: 404,
  METHOD_NOT_ALLOWED_ERROR: 405,
  UNKNOWN_ERROR: 500,
  OPERATION_NOT_ALLOWED: 403,
  FILE_TYPE_NOT_SUPPORTED_ERROR: 400,
  FILE_SIZE_NOT_SUPPORTED_ERROR: 400,
  UPLOAD_OPERATION_NOT_SUPPORTED_ERROR: 400,
  RESOURCE_EXISTS_ERROR: 400,
  INVALID_DATE_FORMAT_ERROR: 400,
  INVALID_ARGUMENTS_ERROR: 400,
  DUPLICATE_SSH_KEY_ERROR: 400,
  // The one sample of E.1 that is on record: HTTP 400 and status 400.
  SSH_KEY_NOT_FOUND_ERROR: 400,
} as const;

export type RefusalName = keyof typeof STATUS;

export class Refusal extends Error {
  readonly code: RefusalName;

  constructor(code: RefusalName, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** The status that belongs to an error name; 400 for a name that is not listed. */
export function statusOfName(name: string): number {
  return Object.entries(STATUS).find(([known]) => known === name)?.[1] ?? 400;
}

/** A request whose shape is wrong: v2 answers 422 with `detail`, v1 INVALID_ARGUMENTS_ERROR (encord-api.md A, E). */
export class BadShape extends Error {
  readonly detail: readonly { loc: (string | number)[]; msg: string; type: string }[];

  constructor(detail: readonly { loc: (string | number)[]; msg: string; type: string }[]) {
    super(detail.map((entry) => `${entry.loc.join('.')}: ${entry.msg}`).join('; '));
    this.name = 'BadShape';
    this.detail = detail;
  }
}
