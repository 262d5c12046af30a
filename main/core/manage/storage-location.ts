/**
 * Names of the places where bytes lie, for the numbers of Encord's `StorageLocation` (encord-api.md C.1). Called by the
 * use cases of datasets and rows.
 */

const NAMES = ['encord', 'aws', 'gcp', 'azure', 's3-compatible'] as const;

export type StorageLocationName = (typeof NAMES)[number] | 'other';

/** Null where Encord did not say; `other` for a number that came later than this list. */
export function storageLocationName(location: number | null): StorageLocationName | null {
  return location === null ? null : (NAMES[location] ?? 'other');
}

export function storageLocation(name: (typeof NAMES)[number]): number {
  return NAMES.indexOf(name);
}
