/**
 * Structured clone as a text, between the pages' preload and the stand-in's process: what Electron's IPC keeps is
 * kept, what it cannot clone is refused in its words. Used by `page.ts` here, and as source text inside the page: each
 * function stands alone.
 */

/** The text of a value; throws "An object could not be cloned." for functions, symbols and what the system owns. */
export function encodeClone(root: unknown): string {
  const seen = new Map<object, number>();
  const refuse = (): never => {
    throw new Error('An object could not be cloned.');
  };
  const bytesOf = (view: ArrayBuffer | ArrayBufferView): string => {
    const bytes = ArrayBuffer.isView(view)
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
      : new Uint8Array(view);
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const visit = (value: unknown): unknown => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ['n', Object.is(value, -0) ? '-0' : String(value)];
      case 'bigint':
        return ['b', String(value)];
      case 'undefined':
        return ['u'];
      case 'object':
        return value === null ? null : visitObject(value);
      default:
        return refuse();
    }
  };
  const visitObject = (value: object): unknown => {
    const known = seen.get(value);
    if (known !== undefined) return ['r', known];
    seen.set(value, seen.size);
    if (Array.isArray(value)) return ['a', Array.from(value, visit)];
    if (value instanceof Map) return ['m', [...value].map(([key, inner]) => [visit(key), visit(inner)])];
    if (value instanceof Set) return ['s', [...value].map(visit)];
    if (value instanceof Date) return ['d', value.getTime()];
    if (value instanceof RegExp) return ['x', value.source, value.flags];
    if (value instanceof ArrayBuffer) return ['y', 'ArrayBuffer', bytesOf(value)];
    if (ArrayBuffer.isView(value))
      return ['y', Object.prototype.toString.call(value).slice(8, -1), bytesOf(value)];
    if (value instanceof Error) return ['e', String(value.name), String(value.message)];
    // Everything that the system owns (files, nodes, windows, promises, weak maps) says so by its tag.
    if (Object.prototype.toString.call(value) !== '[object Object]') return refuse();
    return ['o', Object.entries(value).map(([key, inner]) => [key, visit(inner)])];
  };
  return JSON.stringify(visit(root));
}

/** The value of a text that `encodeClone` made. */
export function decodeClone(text: string): unknown {
  const seen: unknown[] = [];
  const errors: Record<string, ErrorConstructor> = {
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };
  const keep = <T>(value: T): T => {
    seen.push(value);
    return value;
  };
  const bytesFrom = (base64: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const visit = (node: unknown): unknown => {
    if (!Array.isArray(node)) return node;
    const [tag, first, second] = node;
    switch (tag) {
      case 'n':
        return Number(first);
      case 'b':
        return BigInt(first);
      case 'u':
        return undefined;
      case 'r':
        return seen[first];
      case 'a': {
        const made: unknown[] = keep([]);
        for (const inner of first) made.push(visit(inner));
        return made;
      }
      case 'm': {
        const made = keep(new Map());
        for (const [key, inner] of first) {
          const madeKey = visit(key);
          made.set(madeKey, visit(inner));
        }
        return made;
      }
      case 's': {
        const made = keep(new Set());
        for (const inner of first) made.add(visit(inner));
        return made;
      }
      case 'd':
        // An invalid date has no number in JSON.
        return keep(new Date(first ?? Number.NaN));
      case 'x':
        return keep(new RegExp(first, second));
      case 'y': {
        const bytes = bytesFrom(second);
        if (first === 'ArrayBuffer') return keep(bytes.buffer);
        return keep(Reflect.construct(Reflect.get(globalThis, first), [bytes.buffer]));
      }
      case 'e':
        return keep(new (errors[first] ?? Error)(second));
      default: {
        const made: Record<string, unknown> = keep({});
        for (const [key, inner] of first) {
          // A key such as `__proto__` is a property like any other.
          Object.defineProperty(made, key, {
            value: visit(inner),
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
        return made;
      }
    }
  };
  return visit(JSON.parse(text));
}
