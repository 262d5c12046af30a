/**
 * The step from the second version to the third, as SQL: watch folders, and client metadata of units. Used by
 * `migrations.ts` only; once released, this text never changes.
 *
 * - A ledger belongs to a root and a dataset and outlives its watch folder. What it knows of a file is one row of
 *   `watch_file`, found by the file's folder and name: one folder is one range of the table.
 * - `watch_file.unit_id` and `item_id` say by which unit a file is uploaded. They are no foreign keys: a unit that is
 *   cleared from the list leaves them dangling, which misleads nobody, because ids are never used twice. What had not
 *   become a data row by then counts as cancelled.
 * - Triggers keep the rows in step with their units, so that no change of a state can forget them. A unit that no watch
 *   folder knows costs them one look into an index when it ends.
 * - `watch_file.put_away` says that the file was moved or trashed after its upload: what comes under its name is new.
 * - `watch_tally` counts the files of a ledger in each state.
 * - `watch_folder.after_kind` and `grace_seconds` are read from the rules, for the trigger that makes actions.
 */

const FLAG = (name: string): string => `${name} INTEGER NOT NULL DEFAULT 0 CHECK (${name} IN (0, 1))`;

/**
 * One comparison after another: for `IN` SQLite makes a table of the list in each statement that writes, and 100,000
 * files take nearly twice as long.
 */
const IS = (...states: readonly string[]): string =>
  `(${states.map((state) => `state = '${state}'`).join(' OR ')})`;

/** A migration is frozen: the states as this version knew them. */
const WITH_UNIT = ['taken', 'done', 'cancelled'];
const LEFT = ['skipped', 'refused', 'ignored'];
const KNOWN_STATES = ['before', 'held', ...WITH_UNIT, ...LEFT];

const METADATA = `
ALTER TABLE unit ADD COLUMN client_metadata TEXT CHECK (
  CASE
    WHEN client_metadata IS NULL THEN 1
    WHEN json_valid(client_metadata) THEN json_type(client_metadata) = 'object'
    ELSE 0
  END
);
ALTER TABLE batch ADD COLUMN watch_folder INTEGER;
`;

const LEDGER = `
CREATE TABLE watch_ledger (
  id INTEGER PRIMARY KEY,
  root TEXT NOT NULL CHECK (root <> ''),
  dataset_id TEXT NOT NULL CHECK (dataset_id <> ''),
  UNIQUE (root, dataset_id)
) STRICT;

CREATE TABLE watch_dir (
  id INTEGER PRIMARY KEY,
  ledger INTEGER NOT NULL REFERENCES watch_ledger (id),
  path TEXT NOT NULL,
  UNIQUE (ledger, path),
  UNIQUE (id, ledger)
) STRICT;

CREATE TABLE watch_file (
  dir INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  ledger INTEGER NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  mtime REAL NOT NULL,
  inode TEXT,
  state TEXT NOT NULL CHECK ${IS(...KNOWN_STATES)},
  reason TEXT CHECK (json_valid(reason)),
  grouping TEXT,
  unit_id INTEGER,
  item_id INTEGER,
  sha256 TEXT CHECK (length(sha256) = 64),
  at REAL NOT NULL,
  ${FLAG('put_away')},
  PRIMARY KEY (dir, name),
  FOREIGN KEY (dir, ledger) REFERENCES watch_dir (id, ledger),
  CHECK ((unit_id IS NOT NULL) = ${IS(...WITH_UNIT)}),
  CHECK (item_id IS NULL OR unit_id IS NOT NULL),
  CHECK (reason IS NULL OR ${IS(...LEFT)}),
  CHECK (sha256 IS NULL OR state = 'done'),
  CHECK (put_away = 0 OR state = 'done')
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_file_unit ON watch_file (unit_id, item_id) WHERE unit_id IS NOT NULL;
CREATE INDEX watch_file_taken ON watch_file (size) WHERE state = 'taken';
CREATE INDEX watch_file_uploads ON watch_file (ledger, at, dir, name, state) WHERE ${IS(...WITH_UNIT)};
CREATE INDEX watch_file_done ON watch_file (ledger, at, size) WHERE state = 'done';
CREATE INDEX watch_file_left ON watch_file (ledger, at, dir, name, state) WHERE ${IS(...LEFT)};
CREATE INDEX watch_file_held ON watch_file (dir) WHERE state = 'held';
CREATE INDEX watch_file_changed ON watch_file (ledger) WHERE state = 'cancelled' AND mtime = -8640000000000000;
CREATE INDEX watch_file_group ON watch_file (ledger, grouping, unit_id) WHERE grouping IS NOT NULL;

CREATE TABLE watch_tally (
  ledger INTEGER NOT NULL REFERENCES watch_ledger (id),
  state TEXT NOT NULL CHECK ${IS(...KNOWN_STATES)},
  files INTEGER NOT NULL DEFAULT 0 CHECK (files >= 0),
  PRIMARY KEY (ledger, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER watch_ledger_counted AFTER INSERT ON watch_ledger
BEGIN
  INSERT INTO watch_tally (ledger, state)
    SELECT NEW.id, value FROM json_each('${JSON.stringify(KNOWN_STATES)}');
END;
CREATE TRIGGER watch_file_added AFTER INSERT ON watch_file
BEGIN
  UPDATE watch_tally SET files = files + 1 WHERE ledger = NEW.ledger AND state = NEW.state;
END;
CREATE TRIGGER watch_file_moved AFTER UPDATE OF state ON watch_file WHEN NEW.state <> OLD.state
BEGIN
  UPDATE watch_tally SET files = files - 1 WHERE ledger = OLD.ledger AND state = OLD.state;
  UPDATE watch_tally SET files = files + 1 WHERE ledger = NEW.ledger AND state = NEW.state;
END;
CREATE TRIGGER watch_file_removed AFTER DELETE ON watch_file
BEGIN
  UPDATE watch_tally SET files = files - 1 WHERE ledger = OLD.ledger AND state = OLD.state;
END;
`;

/** Ids are never used twice: a batch may name a folder that is gone, and a page an action. */
const FOLDER = `
CREATE TABLE watch_folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ledger INTEGER NOT NULL UNIQUE REFERENCES watch_ledger (id),
  account_id TEXT NOT NULL CHECK (account_id <> ''),
  dataset_title TEXT NOT NULL,
  folder_choice TEXT,
  rules TEXT NOT NULL CHECK (json_valid(rules)),
  existing TEXT NOT NULL CHECK (existing IN ('all', 'new', 'review')),
  ${FLAG('switched_on')},
  ${FLAG('begun')},
  ${FLAG('mounted')},
  added_at REAL NOT NULL,
  after_kind TEXT NOT NULL GENERATED ALWAYS AS (json_extract(rules, '$.after.kind')) VIRTUAL
    CHECK (after_kind IN ('keep', 'move', 'trash')),
  grace_seconds REAL NOT NULL GENERATED ALWAYS AS (
    CASE json_extract(rules, '$.after.kind') WHEN 'trash' THEN json_extract(rules, '$.after.graceSeconds') ELSE 0 END
  ) VIRTUAL CHECK (grace_seconds >= 0)
) STRICT;

CREATE TABLE watch_action (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('move', 'trash')),
  ledger INTEGER NOT NULL REFERENCES watch_ledger (id),
  path TEXT NOT NULL CHECK (path <> ''),
  moved_to TEXT CHECK (moved_to <> ''),
  size INTEGER NOT NULL CHECK (size >= 0),
  mtime REAL NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  state TEXT NOT NULL CHECK (state IN ('due', 'under-way', 'done', 'failed', 'undone')),
  due_at REAL NOT NULL,
  at REAL,
  failure TEXT CHECK (json_valid(failure)),
  CHECK ((at IS NULL) = (state IN ('due', 'under-way'))),
  CHECK (state <> 'failed' OR failure IS NOT NULL)
) STRICT;
CREATE INDEX watch_action_folder ON watch_action (folder);
CREATE INDEX watch_action_due ON watch_action (due_at) WHERE state IN ('due', 'under-way');
CREATE INDEX watch_action_open ON watch_action (ledger, path) WHERE state IN ('due', 'under-way');
`;

/** A unit's files in the ledger, whatever becomes of the unit. Failed and uncertain ones stay taken. */
const FOLLOWING = `
CREATE TRIGGER watched_unit_done AFTER UPDATE OF state ON unit
WHEN NEW.state = 'done' AND OLD.state <> 'done' AND EXISTS (SELECT 1 FROM watch_file WHERE unit_id = NEW.id)
BEGIN
  UPDATE watch_file
    SET state = 'done', at = NEW.done_at, size = item.size, mtime = item.mtime, sha256 = item.sha256
    FROM item
    WHERE watch_file.unit_id = NEW.id AND watch_file.state = 'taken' AND item.id = watch_file.item_id;
  UPDATE watch_file SET state = 'done', at = NEW.done_at
    WHERE unit_id = NEW.id AND state = 'taken' AND item_id IS NULL;
  INSERT INTO watch_action (folder, kind, ledger, path, size, mtime, sha256, state, due_at)
    SELECT watch_folder.id, watch_folder.after_kind, watch_file.ledger,
      CASE watch_dir.path WHEN '' THEN watch_file.name ELSE watch_dir.path || '/' || watch_file.name END,
      watch_file.size, watch_file.mtime, watch_file.sha256, 'due', NEW.done_at + watch_folder.grace_seconds * 1000
    FROM batch
    JOIN watch_folder ON watch_folder.id = batch.watch_folder AND watch_folder.after_kind <> 'keep'
    JOIN watch_ledger AS its ON its.id = watch_folder.ledger
    JOIN watch_file ON watch_file.unit_id = NEW.id AND watch_file.state = 'done'
    JOIN watch_ledger AS another ON another.id = watch_file.ledger AND another.root = its.root
    JOIN watch_dir ON watch_dir.id = watch_file.dir
    WHERE batch.id = NEW.batch_id
    ORDER BY watch_file.item_id;
END;

CREATE TRIGGER watched_unit_cancelled AFTER UPDATE OF state ON unit
WHEN NEW.state = 'cancelled' AND OLD.state <> 'cancelled'
BEGIN
  UPDATE watch_file SET state = 'cancelled' WHERE unit_id = NEW.id AND state = 'taken';
END;

CREATE TRIGGER watched_unit_revived AFTER UPDATE OF state ON unit
WHEN OLD.state = 'cancelled' AND NEW.state <> 'cancelled'
BEGIN
  UPDATE watch_file SET state = 'taken'
    WHERE unit_id = NEW.id AND state = 'cancelled'
      AND NOT EXISTS (SELECT 1 FROM item WHERE item.id = watch_file.item_id AND item.left_out = 1);
END;

CREATE TRIGGER watched_unit_cleared AFTER DELETE ON unit
WHEN OLD.state NOT IN ('done', 'cancelled')
BEGIN
  UPDATE watch_file SET state = 'cancelled' WHERE unit_id = OLD.id AND state = 'taken';
END;

CREATE TRIGGER watched_file_planned_again AFTER UPDATE OF size ON item
BEGIN
  UPDATE watch_file SET size = NEW.size, mtime = NEW.mtime
    WHERE unit_id = NEW.unit_id AND item_id = NEW.id AND state = 'taken';
END;

CREATE TRIGGER watched_file_left_out AFTER UPDATE OF left_out ON item WHEN NEW.left_out = 1 AND OLD.left_out = 0
BEGIN
  UPDATE watch_file SET state = 'cancelled'
    WHERE unit_id = NEW.unit_id AND item_id = NEW.id AND state = 'taken';
END;
`;

export const SCHEMA_3 = METADATA + LEDGER + FOLDER + FOLLOWING;
