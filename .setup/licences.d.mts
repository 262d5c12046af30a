/** Types of `licences.mjs`, for the tests. */
export const LICENCES_FILE: string;
export const ALLOWED: readonly string[];
export function shippedPackages(): {
  name: string;
  version: string;
  licence: string;
  where: 'archive' | 'bundle';
  folder: string;
  texts: string[];
}[];
export function writeLicences(): void;
export default function beforePack(): Promise<void>;
