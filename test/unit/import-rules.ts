/**
 * The import rules of the project as data, and the checker that reads sources by them. Used by
 * `import-rules.test.ts`, on the real tree and on planted violations.
 */

import { posix } from 'node:path';
import { parseAst } from 'vite';

export interface ImportOf {
  readonly specifier: string;
  /** Gone after type stripping: `import type`, `export type … from`, `import('…').T`. */
  readonly typeOnly: boolean;
}

/** What one part of the project may import. Paths are prefixes (`main/core/`) or whole files. */
interface Layer {
  readonly name: string;
  /** Which files it is made of. */
  readonly files: readonly string[];
  /** Parts of the project, itself not included, by value or type. */
  readonly imports: readonly string[];
  /** Parts of the project of which only the types are seen. */
  readonly types: readonly string[];
  readonly node: boolean;
  /** Packages, by name; `runtime` is every package that is installed with the program. */
  readonly packages: readonly string[] | 'runtime' | 'runtime and electron';
}

const CONTRACT = 'preload/contract/';
/** The parts of the contract that carry no validator. */
const NAMES = ['preload/contract/names.ts', 'preload/contract/wire.ts'];

export const LAYERS: readonly Layer[] = [
  {
    name: 'composition root',
    files: ['main/index.ts', 'main/headless.ts', 'main/compose.ts'],
    imports: ['main/', CONTRACT],
    types: [],
    node: true,
    packages: 'runtime and electron',
  },
  { name: 'core', files: ['main/core/'], imports: [], types: [], node: false, packages: [] },
  {
    name: 'adapters',
    files: ['main/adapters/'],
    imports: ['main/core/'],
    types: [],
    node: true,
    packages: 'runtime',
  },
  {
    name: 'app',
    files: ['main/app/'],
    imports: ['main/core/', CONTRACT],
    types: ['main/adapters/'],
    node: false,
    packages: [],
  },
  {
    name: 'electron host',
    files: ['main/electron/'],
    imports: ['main/app/', CONTRACT],
    types: [],
    node: true,
    packages: 'runtime and electron',
  },
  {
    name: 'browser mode',
    files: ['main/web/'],
    imports: ['main/app/', CONTRACT],
    types: [],
    node: true,
    packages: 'runtime',
  },
  {
    name: 'command line',
    files: ['main/cli/'],
    imports: ['main/app/', 'main/core/', CONTRACT],
    types: ['main/adapters/'],
    node: true,
    packages: 'runtime',
  },
  {
    name: 'names of the contract',
    files: NAMES,
    imports: NAMES,
    types: [CONTRACT],
    node: false,
    packages: [],
  },
  { name: 'contract', files: [CONTRACT], imports: NAMES, types: [], node: false, packages: ['zod'] },
  {
    name: 'preload',
    files: ['preload/index.ts'],
    imports: NAMES,
    types: [CONTRACT],
    node: false,
    packages: ['electron'],
  },
  {
    name: 'pages',
    files: ['renderer/'],
    imports: NAMES,
    types: [CONTRACT],
    node: false,
    packages: ['react', 'react-dom', 'zustand', 'radix-ui', '@tanstack/react-virtual'],
  },
];

/** Configuration of a tool, beside what it serves; part of no layer and imported by nobody. */
const isConfiguration = (file: string) => /(^|\/)vite\.config\.ts$/.test(file);

/** Every import of a source, however it is written. Throws when the source does not parse. */
export function importsOf(file: string, source: string): readonly ImportOf[] {
  const found: ImportOf[] = [];
  visit(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), (node) => {
    const specifier = textOf(node.source);
    switch (node.type) {
      case 'ImportDeclaration':
        // `import { type A }` still loads the module: only `import type` counts.
        found.push({ specifier: specifier ?? '', typeOnly: node.importKind === 'type' });
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (specifier !== null) found.push({ specifier, typeOnly: node.exportKind === 'type' });
        break;
      case 'ImportExpression':
        found.push({ specifier: specifier ?? '(computed)', typeOnly: false });
        break;
      case 'TSImportType':
        found.push({ specifier: specifier ?? '(computed)', typeOnly: true });
        break;
      case 'TSExternalModuleReference':
        found.push({ specifier: textOf(node.expression) ?? '(computed)', typeOnly: false });
        break;
      case 'CallExpression':
        if (isNode(node.callee) && node.callee.type === 'Identifier' && node.callee.name === 'require') {
          const first: unknown = Array.isArray(node.arguments) ? node.arguments[0] : null;
          found.push({ specifier: textOf(first) ?? '(computed)', typeOnly: false });
        }
        break;
    }
  });
  return found;
}

/**
 * What breaks the rules, as sentences. `sources` maps paths from the project's root, with `/`, to their text;
 * `runtime` lists the packages that are installed with the program.
 */
export function violations(
  sources: ReadonlyMap<string, string>,
  runtime: readonly string[],
): readonly string[] {
  const broken: string[] = [];
  for (const [file, source] of sources) {
    if (isConfiguration(file)) continue;
    const layer = layerOf(file);
    if (layer === undefined) {
      broken.push(`${file} belongs to no part of the project`);
      continue;
    }
    for (const one of importsOf(file, source)) {
      const reason = objection(layer, file, one, runtime);
      if (reason !== null) broken.push(`${file} (${layer.name}) imports ${one.specifier}: ${reason}`);
    }
  }
  return broken;
}

function objection(layer: Layer, file: string, one: ImportOf, runtime: readonly string[]): string | null {
  const { specifier, typeOnly } = one;
  if (specifier === '(computed)') return 'it cannot be seen what';
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    if (isConfiguration(target)) return 'it is configuration';
    if (layerOf(target) === layer || covers(layer.imports, target)) return null;
    if (!covers(layer.types, target)) return 'it is out of its sight';
    return typeOnly ? null : 'only its types may be seen';
  }
  if (specifier.startsWith('node:')) return layer.node ? null : 'it knows no Node';
  if (specifier.startsWith('/') || specifier.includes(':')) return 'imports are relative, or name a package';
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (layer.packages === 'runtime and electron' && name === 'electron') return null;
  const packages = typeof layer.packages === 'string' ? runtime : layer.packages;
  return packages.includes(name) ? null : 'this package is not for it';
}

/** The most particular layer that the file is part of. */
function layerOf(file: string): Layer | undefined {
  const length = (layer: Layer) =>
    Math.max(...layer.files.filter((one) => covers([one], file)).map((one) => one.length));
  return LAYERS.filter((layer) => covers(layer.files, file)).toSorted((a, b) => length(b) - length(a))[0];
}

function covers(places: readonly string[], file: string): boolean {
  return places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function textOf(value: unknown): string | null {
  return isNode(value) && value.type === 'Literal' && typeof value.value === 'string' ? value.value : null;
}

function visit(value: unknown, seen: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) visit(one, seen);
  } else if (isNode(value)) {
    seen(value);
    for (const one of Object.values(value)) visit(one, seen);
  }
}
