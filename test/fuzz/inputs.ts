/**
 * Inputs that the contract's schemas take, made at random: every call has its own, with ids that the program has answered
 * and paths of the test's own folder. Used by `contract.ts`, which then spoils them.
 */

import { z } from 'zod';
import { CALLS } from '../../preload/contract/calls.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { Chance } from '../crash/random.ts';

/** What of a JSON schema is used; the contract's schemas are made into it. */
interface Shape {
  readonly type?: string | readonly string[] | undefined;
  readonly anyOf?: readonly Shape[] | undefined;
  readonly oneOf?: readonly Shape[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, Shape>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Shape | undefined;
  readonly minItems?: number | undefined;
  readonly minLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly additionalProperties?: Shape | boolean | undefined;
}

const shape: z.ZodType<Shape> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    anyOf: z.array(shape).optional(),
    oneOf: z.array(shape).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), shape).optional(),
    required: z.array(z.string()).optional(),
    items: shape.optional(),
    minItems: z.number().optional(),
    minLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    additionalProperties: z.union([shape, z.boolean()]).optional(),
  }),
);

const shapes = new Map<CallName, Shape>();

function shapeOf(name: CallName): Shape {
  const known = shapes.get(name);
  if (known) return known;
  const read = shape.parse(z.toJSONSchema(CALLS[name].input, { unrepresentable: 'any', io: 'input' }));
  shapes.set(name, read);
  return read;
}

/** Values for a field of a name: those of the world, and what the program has answered under that name. */
export class Pools {
  readonly #fixed: Readonly<Record<string, readonly string[]>>;
  readonly #answered = new Map<string, (string | number)[]>();

  constructor(fixed: Readonly<Record<string, readonly string[]>>) {
    this.#fixed = fixed;
  }

  of(field: string): readonly (string | number)[] {
    return [...(this.#fixed[field] ?? []), ...(this.#answered.get(field) ?? [])];
  }

  /** Keeps the ids of an answer to a call, the newest few of each name. */
  learn(call: string, answer: unknown, depth = 0): void {
    if (depth > 5 || typeof answer !== 'object' || answer === null) return;
    if (Array.isArray(answer)) {
      for (const each of answer.slice(0, 8)) this.learn(call, each, depth + 1);
      return;
    }
    for (const [name, value] of Object.entries(answer)) {
      if ((typeof value === 'string' || typeof value === 'number') && /id$|hash$|uuid$/i.test(name))
        this.#keep(name === 'id' ? fieldOfId(call, answer) : name, value);
      else this.learn(call, value, depth + 1);
    }
  }

  #keep(field: string, value: string | number): void {
    const known = (this.#answered.get(field) ?? []).filter((each) => each !== value);
    this.#answered.set(field, [...known, value].slice(-8));
    if (field === 'folderId')
      for (const other of FOLDERS) this.#answered.set(other, [...known, value].slice(-8));
    if (field === 'unitId' || field === 'batchId') this.#keep('id', value);
  }
}

const FOLDERS = ['parentId', 'toFolderId', 'fromFolderId'];

/** What the others call that which a row calls its id. */
function fieldOfId(call: string, row: object): string {
  if ('kind' in row && row.kind === 'unit') return 'unitId';
  if ('kind' in row && row.kind === 'batch') return 'batchId';
  if (call === 'storage.items' || call === 'storage.item') return 'itemId';
  if (call === 'cloud.integrations') return 'integrationId';
  if (call === 'watch.actions') return 'actionId';
  if (call === 'app.snapshot') return 'accountId';
  const [family = ''] = call.split('.');
  return ID_FIELDS[family] ?? 'id';
}

const ID_FIELDS: Readonly<Record<string, string>> = {
  accounts: 'accountId',
  datasets: 'datasetId',
  storage: 'folderId',
  watch: 'watchId',
  jobs: 'jobId',
  groups: 'groupId',
  projects: 'projectId',
  queue: 'batchId',
};

/** An input that the schema of the call takes, or nearly: patterns are not made, only known ones. */
export function validInput(name: CallName, chance: Chance, pools: Pools): unknown {
  return made(shapeOf(name), '', chance, pools);
}

function made(of: Shape, field: string, chance: Chance, pools: Pools): unknown {
  if (of.const !== undefined) return of.const;
  if (of.enum) return chance.pick(of.enum);
  const choice = of.anyOf ?? of.oneOf;
  if (choice) return made(chance.pick(choice), field, chance, pools);
  switch (typeof of.type === 'object' ? chance.pick(of.type) : of.type) {
    case 'null':
      return null;
    case 'boolean':
      return chance.happens(0.5);
    case 'integer':
    case 'number':
      return numberOf(of, field, chance, pools);
    case 'string':
      return textOf(of, field, chance, pools);
    case 'array': {
      const length = chance.between(of.minItems ?? 0, (of.minItems ?? 0) + 3);
      const item = of.items;
      // `datasetIds` hold what `datasetId` is.
      return item
        ? Array.from({ length }, () => made(item, field.replace(/(?<=Hash)es$|s$/, ''), chance, pools))
        : [];
    }
    case 'object':
      return objectOf(of, chance, pools);
    default:
      return null;
  }
}

function objectOf(of: Shape, chance: Chance, pools: Pools): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(of.properties ?? {})) {
    const needed = of.required?.includes(name) ?? false;
    if (needed || chance.happens(0.3)) result[name] = made(inner, name, chance, pools);
  }
  if (typeof of.additionalProperties === 'object') {
    const keys = of.required ?? ['one', 'two'];
    for (const key of keys) result[key] = made(of.additionalProperties, key, chance, pools);
  }
  return result;
}

function numberOf(of: Shape, field: string, chance: Chance, pools: Pools): number {
  const known = pools.of(field).filter((value) => typeof value === 'number');
  if (known.length > 0 && chance.happens(0.7)) return Number(chance.pick(known));
  const least = Math.max(of.minimum ?? 0, -10);
  const most = Math.min(of.maximum ?? 100, least + 100);
  return chance.happens(0.1) ? most : chance.between(Math.ceil(least), Math.floor(most));
}

function textOf(of: Shape, field: string, chance: Chance, pools: Pools): string {
  if (of.format === 'date') return chance.pick(['2026-02-28', '2024-02-29', '1970-01-01']);
  if (of.pattern?.startsWith('^([01]')) return chance.pick(['00:00', '07:30', '23:59']);
  const known = pools.of(field).filter((value) => typeof value === 'string');
  if (known.length > 0 && chance.happens(0.85)) return String(chance.pick(known));
  if (of.format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if ((of.minLength ?? 0) === 0 && chance.happens(0.4)) return '';
  return chance.pick(['a', 'Zebra 7', '日本語 🎬', '00000000-0000-4000-8000-000000000000']);
}
