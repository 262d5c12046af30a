/**
 * Settings as JSON text by key; what a key means, and its schema, is the business of the use cases that call this.
 */

import type { Database } from './database.ts';
import * as rows from './rows.ts';

export interface SettingsStore {
  /** JSON text, or null where nothing was set. */
  getSetting(key: string): string | null;
  /** `json` must be JSON text; null removes the setting. */
  setSetting(key: string, json: string | null): void;
}

export function settingsStore(db: Database): SettingsStore {
  return {
    getSetting(key) {
      const row = db.get('SELECT value FROM setting WHERE key = ?', key);
      return row === undefined ? null : rows.text(row, 'value');
    },
    setSetting(key, json) {
      if (json === null) db.run('DELETE FROM setting WHERE key = ?', key);
      else {
        db.run(
          'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
          key,
          json,
        );
      }
    },
  };
}
