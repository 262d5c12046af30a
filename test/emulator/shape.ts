/**
 * Checks foreign data against zod schemas and words what is wrong the way FastAPI does (encord-api.md A, "422").
 * Holds the schemas that several calls share.
 */

import { z } from 'zod';
import { BadShape } from './refusal.ts';

/** Parses, or throws BadShape whose locations start with `where` (`body`, `query`, `header`, `values`). */
export function shaped<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadShape(
    parsed.error.issues.slice(0, 20).map((issue) => ({
      loc: [where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))],
      msg: issue.message,
      type: `value_error.${issue.code}`,
    })),
  );
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** A uuid in lower case with dashes; input may lack the dashes, as pydantic allows. */
export const uuid = z
  .string()
  .regex(UUID, 'value is not a valid uuid')
  .transform((value) => {
    const hex = value.replaceAll('-', '').toLowerCase();
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  });

export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** A boolean in a query: the SDK writes `True`/`False`, others `true`/`false` (encord-api.md A, H). */
export const queryBool = z
  .string()
  .regex(/^(true|false|1|0)$/i, 'value could not be parsed to a boolean')
  .transform((value) => /^(true|1)$/i.test(value));

export const queryInt = z
  .string()
  .regex(/^-?\d{1,12}$/, 'value is not a valid integer')
  .transform(Number);

/** An ISO 8601 time, with or without zone (UTC), as milliseconds since the epoch. */
export const instant = z.string().transform((value, context) => {
  const zoned = /(z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value.replace(' ', 'T')}Z`;
  const at = Date.parse(zoned);
  if (Number.isNaN(at)) {
    context.addIssue({ code: 'custom', message: 'invalid datetime format' });
    return z.NEVER;
  }
  return at;
});

/** Free JSON object, e.g. client metadata. */
export const jsonObject = z.record(z.string(), z.unknown());
