/**
 * The step from the first version to the second, as SQL. Used by `migrations.ts` only; once released, this text never
 * changes.
 *
 * - `secret` has what must not outlive its unit: signed URLs, what the registration echoes, addresses of resumable
 *   uploads. In a table of their own they can be wiped for certain: rows that grow and shrink leave pieces of
 *   themselves in the pages of a table, which `secure_delete` does not find, but clearing a whole table does.
 * - `item.tries` counts the transfers that came to an end, well or badly, since the item was added.
 * - `unit.rank` and `batch.rank` say what goes first: lower ones, and among equal ones those that were added
 *   earlier. A unit below 0 was moved to the top and goes before all others of its account, whatever their batch.
 * - `bytes` of batches and accounts count of failed units only what is stored, so that what is left is what goes on.
 */

const ITEM = `
DROP TRIGGER unit_ends_without_secrets;
DROP TRIGGER no_secrets_after_the_end;
CREATE TABLE item_2 (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES unit (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  path TEXT NOT NULL CHECK (path <> ''),
  name TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  mtime REAL NOT NULL,
  mime TEXT NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  left_out INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1)),
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  state TEXT NOT NULL,
  attempts INTEGER CHECK (attempts >= 0),
  not_before REAL CHECK (not_before >= 0),
  failure TEXT CHECK (json_valid(failure)),
  grant_id TEXT,
  grant_object_key TEXT,
  stored_at REAL,
  CHECK (
    CASE state
      WHEN 'queued' THEN attempts IS NOT NULL AND grant_id IS NULL
      WHEN 'granted' THEN attempts IS NOT NULL AND grant_id IS NOT NULL
      WHEN 'stored' THEN attempts IS NULL AND failure IS NULL AND grant_id IS NOT NULL
      WHEN 'failed' THEN attempts IS NULL AND failure IS NOT NULL AND grant_id IS NULL
      WHEN 'cancelled' THEN attempts IS NULL AND failure IS NULL AND grant_id IS NULL
      ELSE 0
    END
  ),
  CHECK ((attempts IS NULL) = (not_before IS NULL)),
  CHECK ((grant_id IS NULL) = (grant_object_key IS NULL)),
  CHECK (stored_at IS NULL OR state = 'stored'),
  CHECK (left_out = 0 OR state = 'cancelled')
) STRICT;
INSERT INTO item_2 (id, unit_id, position, path, name, size, mtime, mime, sha256, left_out, state, attempts,
    not_before, failure, grant_id, grant_object_key)
  SELECT id, unit_id, position, path, name, size, mtime, mime, sha256, left_out, state, attempts,
    not_before, failure, grant_id, grant_object_key FROM item;

CREATE TABLE secret (
  item_id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  echo TEXT NOT NULL,
  granted_at REAL NOT NULL,
  session TEXT
) STRICT;
INSERT INTO secret (item_id, url, echo, granted_at)
  SELECT id, grant_url, grant_echo, granted_at FROM item WHERE grant_url IS NOT NULL;

DROP TABLE item;
ALTER TABLE item_2 RENAME TO item;
CREATE INDEX item_unit ON item (unit_id, not_before);
CREATE INDEX item_timed ON item (not_before) WHERE not_before > 0;
CREATE INDEX item_hashed ON item (path) WHERE sha256 IS NOT NULL;

CREATE TRIGGER granted_with_its_secrets BEFORE UPDATE OF state ON item
WHEN NEW.state = 'granted' AND NOT EXISTS (SELECT 1 FROM secret WHERE item_id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'a grant comes with its signed URL');
END;
CREATE TRIGGER without_grant_without_secrets BEFORE UPDATE OF state ON item
WHEN NEW.state NOT IN ('granted', 'stored') AND EXISTS (SELECT 1 FROM secret WHERE item_id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'an item without a grant must not keep a signed URL');
END;
CREATE TRIGGER secrets_go_with_their_item AFTER DELETE ON item
BEGIN
  DELETE FROM secret WHERE item_id = OLD.id;
END;
CREATE TRIGGER unit_ends_without_secrets BEFORE UPDATE OF state ON unit
WHEN NEW.state IN ('done', 'cancelled') AND EXISTS (
  SELECT 1 FROM secret WHERE item_id BETWEEN NEW.first_item AND NEW.first_item + NEW.item_count - 1
)
BEGIN
  SELECT RAISE(ABORT, 'a unit that has ended must not keep signed URLs');
END;
CREATE TRIGGER no_secrets_after_the_end BEFORE INSERT ON secret
WHEN EXISTS (
  SELECT 1 FROM item JOIN unit ON unit.id = item.unit_id
  WHERE item.id = NEW.item_id AND unit.state IN ('done', 'cancelled')
)
BEGIN
  SELECT RAISE(ABORT, 'a unit that has ended must not get signed URLs');
END;
`;

/** Ranks, and what is looked for by the use cases: the most urgent units, and data rows that are not known yet. */
const RANKS = `
ALTER TABLE unit ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN unit_order TEXT NOT NULL DEFAULT 'added'
  CHECK (unit_order IN ('added', 'name', 'smallest', 'largest'));
DROP INDEX unit_due;
CREATE INDEX unit_due ON unit (batch_id, state, due_at, rank) WHERE due_at IS NOT NULL;
CREATE INDEX unit_urgent ON unit (rank) WHERE rank < 0 AND due_at IS NOT NULL;
CREATE INDEX ledger_unit_lacking ON ledger_unit (dataset) WHERE data_hash IS NULL AND item_uuid IS NOT NULL;
`;

/** Of units that failed, only the bytes that were stored count among those that are or will be uploaded. */
const BYTES_OF_FAILED = `
UPDATE account_tally SET bytes = bytes - coalesce((
  SELECT sum(unit.bytes - unit.stored_bytes) FROM batch JOIN unit ON unit.batch_id = batch.id
  WHERE batch.account_id = account_tally.account_id AND batch.removed = 0 AND unit.state = 'failed'
), 0);
UPDATE batch SET bytes = bytes - coalesce((
  SELECT sum(unit.bytes - unit.stored_bytes) FROM unit WHERE unit.batch_id = batch.id AND unit.state = 'failed'
), 0) WHERE failed > 0;
`;

export const SCHEMA_2 = ITEM + RANKS + BYTES_OF_FAILED;
