/**
 * Brings a database to the version that this program knows, one transaction for each step.
 * Called by `open.ts`; a new version is a new line at the end of the list, never a change to an old one.
 */

import { UploaderError } from '../../core/errors.ts';
import { corrupt, type Database } from './database.ts';
import { number } from './rows.ts';
import { SCHEMA_1 } from './schema.ts';
import { SCHEMA_2 } from './schema-2.ts';
import { SCHEMA_3 } from './schema-3.ts';
import { SCHEMA_4 } from './schema-4.ts';

/** SQL that leads from version n to n + 1, where n is the place in the list. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4];

/** Written into the file's header, so that no other program's database is ever taken for one of ours: "EUpl". */
export const APPLICATION_ID = 0x4555706c;

/**
 * Throws `database-newer` when a later version of the program wrote the file, and `database-corrupt` when it is
 * somebody else's. A step that fails leaves the version before it.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = pragma(db, 'user_version');
  const application = pragma(db, 'application_id');
  const empty = db.get('SELECT 1 FROM sqlite_schema') === undefined;
  if (application !== APPLICATION_ID && !(application === 0 && version === 0 && empty)) {
    throw corrupt(db.path, { file: db.path, application: String(application) });
  }
  if (version > migrations.length) {
    throw new UploaderError(
      'database-newer',
      `The database ${db.path} was written by a newer version of this program. Install that version, or choose another data folder.`,
      { details: { file: db.path, version: String(version), known: String(migrations.length) } },
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      db.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function pragma(db: Database, name: 'user_version' | 'application_id'): number {
  const row = db.get(`PRAGMA ${name}`);
  return row === undefined ? 0 : number(row, name);
}
