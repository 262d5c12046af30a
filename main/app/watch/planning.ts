/**
 * From finished units of a watch folder to a plan: titles and client metadata by the folder's templates, groups as they were
 * found. Used by `queue-intake.ts`, and by dry runs, so that they show exactly what would be uploaded.
 */

import { below } from '../../core/paths.ts';
import type { PlanRequest } from '../../core/plan.ts';
import type { FinishedUnit } from '../../core/watch/intake.ts';
import { readPattern } from '../../core/watch/pattern.ts';
import type { WatchFolder, WatchRules } from '../../core/watch/rules.ts';
import {
  fill,
  fillTitle,
  METADATA_PLACEHOLDERS,
  readTemplate,
  type Surroundings,
  type Template,
  TITLE_PLACEHOLDERS,
  type Values,
  valuesOf,
} from '../../core/watch/templates.ts';

export type Planned = Required<
  Pick<PlanRequest, 'paths' | 'as' | 'groups' | 'titles' | 'expected' | 'watched'>
> &
  Pick<PlanRequest, 'metadata'>;

type Rooted = Pick<WatchFolder, 'root' | 'rules'>;

/** The templates of a folder, read. Rules are checked when they are made, so what does not read is left out. */
export class Templates {
  readonly title: Template | null;
  readonly metadata: readonly (readonly [key: string, template: Template])[];

  constructor({ title, metadata, becomes }: WatchRules) {
    const pattern = becomes.kind === 'pattern' ? readPattern(becomes.pattern) : null;
    const captures = pattern?.ok ? pattern.pattern.captures : [];
    const read = (text: string, known: readonly string[]): Template | null => {
      const reading = readTemplate(text, [...known, ...captures]);
      return reading.ok ? reading.template : null;
    };
    this.title = title === null ? null : read(title, TITLE_PLACEHOLDERS);
    this.metadata = Object.entries(metadata).flatMap(([key, text]) => {
      const template = read(text, METADATA_PLACEHOLDERS);
      return template ? [[key, template] as const] : [];
    });
  }

  /** Whether metadata names the file's SHA-256: then it has to be read before it is queued. */
  get wantHashes(): boolean {
    return this.metadata.some(([, template]) => template.names.has('sha256'));
  }

  titleOf(values: Values): string {
    const { name } = values;
    return fillTitle(this.title, values, typeof name === 'string' ? name : '');
  }

  metadataOf(values: Values): Record<string, string> {
    return Object.fromEntries(this.metadata.map(([key, template]) => [key, fill(template, values)]));
  }
}

/** What templates say of a unit. */
export function valuesOfUnit(
  folder: Rooted,
  unit: FinishedUnit,
  around: Surroundings,
  sha256: string | null,
): Values {
  const [first] = unit.files;
  return valuesOf(
    {
      root: folder.root,
      path: first?.path ?? '',
      group: unit.group?.name ?? null,
      size: unit.files.reduce((sum, file) => sum + file.seen.identity.size, 0),
      mtimeMs: first?.seen.identity.mtimeMs ?? 0,
      frames: unit.files.length,
      captures: first?.captures ?? {},
      sha256,
    },
    around,
  );
}

/**
 * The part of a plan's request that comes from the units. `hashes` has the SHA-256 of absolute paths, for metadata that
 * names it.
 */
export function plannedOf(
  folder: Rooted,
  units: readonly FinishedUnit[],
  templates: Templates,
  around: Surroundings,
  hashes: ReadonlyMap<string, string>,
): Planned {
  const { root, rules } = folder;
  const at = (path: string) => below(root, path);
  const unitOf = new Map<string, FinishedUnit>();
  for (const unit of units) for (const file of unit.files) unitOf.set(at(file.path), unit);
  const seen = new Map(
    units.flatMap((unit) => unit.files.map((file) => [at(file.path), file.seen] as const)),
  );
  const values = (unit: FinishedUnit): Values =>
    valuesOfUnit(folder, unit, around, hashes.get(at(unit.files[0]?.path ?? '')) ?? null);
  const titleOf = (unit: FinishedUnit): string =>
    unit.group?.late ? `${templates.titleOf(values(unit))} (late)` : templates.titleOf(values(unit));
  const singles = units.filter((unit) => unit.group === null);
  return {
    paths: singles.flatMap((unit) => unit.files.map((file) => at(file.path))),
    as: rules.becomes.kind === 'files' ? rules.becomes.media : 'auto',
    groups: units.flatMap((unit) =>
      unit.group === null
        ? []
        : [
            {
              key: unit.key,
              media: unit.group.media,
              // A series names itself, where no template does.
              title: unit.group.media === 'dicom' && templates.title === null ? '' : titleOf(unit),
              paths: unit.files.map((file) => at(file.path)),
            },
          ],
    ),
    titles: new Map(
      templates.title === null ? [] : singles.map((unit) => [at(unit.files[0]?.path ?? ''), titleOf(unit)]),
    ),
    expected: new Map([...seen].map(([path, { identity }]) => [path, identity])),
    ...(templates.metadata.length === 0
      ? {}
      : {
          metadata: ({ paths }) => {
            const unit = unitOf.get(paths[0] ?? '');
            return unit ? JSON.stringify(templates.metadataOf(values(partOf(unit, paths, at)))) : null;
          },
        }),
    watched: (paths) => ({
      group: unitOf.get(paths[0] ?? '')?.group?.key ?? null,
      inodes: paths.map((path) => seen.get(path)?.inode ?? null),
    }),
  };
}

/** Of a folder with several series, the series. */
function partOf(unit: FinishedUnit, paths: readonly string[], at: (path: string) => string): FinishedUnit {
  if (unit.group?.media !== 'dicom') return unit;
  const own = new Set(paths);
  return { ...unit, files: unit.files.filter((file) => own.has(at(file.path))) };
}
