/**
 * The tables of the first version, as SQL. Used by `migrations.ts` only; once released, this text never changes.
 *
 * - Times are milliseconds since the epoch, REAL because clocks and jitter may give fractions.
 * - Ids are handed out from `sequence` and are never used twice. The units of a batch, its turned-away files and
 *   the items of a unit have consecutive ids: a window at any depth is a range of ids.
 * - `unit.due_at` says when something can be done with the unit: for `collecting` the earliest `not_before` of
 *   its open items, otherwise its own. Null when nothing can: ended, paused before the point of return, or its
 *   call to register is under way. Everything that looks for work uses it.
 * - `unit.shelf` is what the lists filter by; `unit_block` counts the units on each shelf for every 4,096 units,
 *   so that a filtered list can be entered at any offset.
 */

const FLAG = (name: string): string => `${name} INTEGER NOT NULL DEFAULT 0 CHECK (${name} IN (0, 1))`;
const COUNT = (name: string): string => `${name} INTEGER NOT NULL DEFAULT 0 CHECK (${name} >= 0)`;

const STATE_COUNTS = [
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
  'done',
  'failed',
  'uncertain',
  'cancelled',
]
  .map(COUNT)
  .join(',\n  ');

const GENERAL = `
CREATE TABLE sequence (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL CHECK (next > 0)
) STRICT;
INSERT INTO sequence (name, next) VALUES ('batch', 1), ('unit', 1), ('item', 1), ('turned_away', 1);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE account (
  id TEXT PRIMARY KEY CHECK (id <> ''),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ssh', 'api-key')),
  fingerprint TEXT NOT NULL,
  domain TEXT NOT NULL,
  route_choice TEXT NOT NULL CHECK (route_choice IN ('auto', 'storage', 'documented')),
  fallback_notice TEXT,
  dataset_id TEXT,
  email TEXT,
  added_at REAL NOT NULL,
  ${FLAG('paused')},
  blocked TEXT CHECK (json_valid(blocked)),
  secret_in TEXT NOT NULL CHECK (secret_in IN ('keychain', 'run', 'environment')),
  CHECK (
    CASE kind
      WHEN 'ssh' THEN fingerprint LIKE 'SHA256:%' AND dataset_id IS NULL
      ELSE dataset_id IS NOT NULL AND fingerprint = dataset_id
    END
  )
) STRICT;

CREATE TABLE queue (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  ${FLAG('paused')},
  active_account_id TEXT REFERENCES account (id) ON DELETE SET NULL
) STRICT;
INSERT INTO queue (id) VALUES (1);

CREATE TABLE last_folder (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  dataset_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  PRIMARY KEY (account_id, dataset_id)
) STRICT, WITHOUT ROWID;
`;

const BATCH = `
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  account_name TEXT NOT NULL,
  name TEXT NOT NULL,
  dataset_id TEXT NOT NULL,
  dataset_title TEXT NOT NULL,
  route_choice TEXT NOT NULL CHECK (route_choice IN ('auto', 'storage', 'documented')),
  folder_choice TEXT,
  added_at REAL NOT NULL,
  target_route TEXT CHECK (target_route IN ('storage', 'documented')),
  target_dataset_id TEXT,
  target_folder_id TEXT,
  target_mirrored INTEGER CHECK (target_mirrored IN (0, 1)),
  ${FLAG('paused')},
  trouble TEXT CHECK (json_valid(trouble)),
  trouble_not_before REAL,
  trouble_attempts INTEGER,
  first_unit INTEGER NOT NULL,
  unit_count INTEGER NOT NULL CHECK (unit_count >= 0),
  first_turned_away INTEGER NOT NULL,
  ${STATE_COUNTS},
  ${COUNT('begun')},
  ${COUNT('refused')},
  ${COUNT('skipped')},
  ${COUNT('bytes')},
  ${COUNT('stored_bytes')},
  finished_at REAL,
  ${FLAG('removed')},
  CHECK (
    CASE WHEN target_route IS NULL
      THEN target_dataset_id IS NULL AND target_folder_id IS NULL AND target_mirrored IS NULL
      ELSE target_dataset_id IS NOT NULL AND target_mirrored IS NOT NULL
        AND (target_route = 'documented') = (target_folder_id IS NULL)
    END
  ),
  CHECK ((trouble IS NULL) = (trouble_not_before IS NULL) AND (trouble IS NULL) = (trouble_attempts IS NULL)),
  CHECK (
    collecting + ready + registering + processing + linking + done + failed + uncertain + cancelled = unit_count
  ),
  CHECK (begun <= collecting),
  CHECK ((finished_at IS NULL) = (collecting + ready + registering + processing + linking > 0)),
  CHECK (removed = 0 OR finished_at IS NOT NULL)
) STRICT;
CREATE INDEX batch_unfinished ON batch (id) WHERE finished_at IS NULL;
CREATE INDEX batch_removed ON batch (id) WHERE removed = 1;
CREATE INDEX batch_account ON batch (account_id);

CREATE TABLE account_tally (
  account_id TEXT PRIMARY KEY,
  ${STATE_COUNTS},
  ${COUNT('refused')},
  ${COUNT('skipped')},
  ${COUNT('bytes')},
  ${COUNT('stored_bytes')}
) STRICT, WITHOUT ROWID;

CREATE TABLE turned_away (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  kind TEXT NOT NULL CHECK (kind IN ('refused', 'skipped')),
  path TEXT NOT NULL,
  title TEXT NOT NULL,
  media TEXT,
  size INTEGER NOT NULL CHECK (size >= 0),
  failure TEXT NOT NULL CHECK (json_valid(failure)),
  data_hash TEXT,
  CHECK (kind = 'skipped' OR data_hash IS NULL)
) STRICT;
CREATE INDEX turned_away_batch ON turned_away (batch_id);
`;

const UNIT = `
CREATE TABLE unit (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  media TEXT NOT NULL CHECK (media <> ''),
  title TEXT NOT NULL,
  first_item INTEGER NOT NULL,
  item_count INTEGER NOT NULL CHECK (item_count > 0),
  kept INTEGER NOT NULL CHECK (kept BETWEEN 0 AND item_count),
  ${COUNT('stored_items')},
  ${COUNT('bytes')},
  ${COUNT('stored_bytes')},
  identity_key INTEGER NOT NULL,
  ${FLAG('paused')},
  ${FLAG('begun')},
  state TEXT NOT NULL,
  due_at REAL CHECK (due_at >= 0),
  attempts INTEGER CHECK (attempts >= 0),
  not_before REAL CHECK (not_before >= 0),
  failure TEXT CHECK (json_valid(failure)),
  failed_step TEXT CHECK (failed_step IN ('upload', 'register', 'process', 'link')),
  intent_id TEXT,
  intent_at REAL,
  job TEXT,
  item_uuid TEXT,
  data_hash TEXT,
  done_at REAL,
  shelf TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN state = 'collecting' AND begun = 0 THEN 'waiting'
      WHEN state IN ('failed', 'uncertain') THEN 'attention'
      WHEN state IN ('done', 'cancelled') THEN state
      ELSE 'active'
    END
  ) VIRTUAL,
  CHECK (
    CASE state
      WHEN 'collecting' THEN attempts IS NULL AND failure IS NULL
      WHEN 'ready' THEN attempts IS NOT NULL
      WHEN 'registering' THEN attempts IS NOT NULL
      WHEN 'processing' THEN attempts IS NOT NULL AND failure IS NULL
      WHEN 'linking' THEN attempts IS NOT NULL
      WHEN 'done' THEN attempts IS NULL AND failure IS NULL
      WHEN 'failed' THEN attempts IS NULL AND failure IS NOT NULL
      WHEN 'uncertain' THEN attempts IS NULL AND failure IS NOT NULL
      WHEN 'cancelled' THEN attempts IS NULL AND failure IS NULL
      ELSE 0
    END
  ),
  CHECK ((attempts IS NULL) = (not_before IS NULL)),
  CHECK ((intent_id IS NOT NULL) = (state IN ('registering', 'processing', 'uncertain'))),
  CHECK ((intent_id IS NULL) = (intent_at IS NULL)),
  CHECK ((job IS NOT NULL) = (state = 'processing')),
  CHECK ((done_at IS NOT NULL) = (state = 'done')),
  CHECK (data_hash IS NULL OR state = 'done'),
  CHECK ((failed_step IS NOT NULL) = (state = 'failed')),
  CHECK (state <> 'linking' OR item_uuid IS NOT NULL),
  CHECK (item_uuid IS NULL OR state IN ('linking', 'done', 'failed')),
  CHECK (kept > 0 OR state = 'cancelled'),
  CHECK (stored_items <= kept AND stored_bytes <= bytes),
  CHECK (
    stored_items = kept
    OR state IN ('collecting', 'cancelled')
    OR (state = 'failed' AND failed_step = 'upload')
  ),
  CHECK (state <> 'collecting' OR stored_items < kept),
  CHECK (state <> 'cancelled' OR stored_items = 0),
  CHECK (
    due_at IS NULL
    OR state IN ('processing', 'linking')
    OR (state = 'registering' AND failure IS NOT NULL)
    OR (state IN ('collecting', 'ready') AND paused = 0)
  )
) STRICT;
CREATE INDEX unit_shelf ON unit (batch_id, shelf);
CREATE INDEX unit_due ON unit (batch_id, state, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX unit_timed ON unit (due_at)
  WHERE due_at > 0 AND state IN ('ready', 'registering', 'processing', 'linking');
CREATE INDEX unit_identity ON unit (identity_key) WHERE state NOT IN ('done', 'failed', 'cancelled');
CREATE INDEX unit_open_intent ON unit (id) WHERE state = 'registering' AND failure IS NULL;

CREATE TABLE unit_block (
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  block INTEGER NOT NULL,
  ${['waiting', 'active', 'attention', 'done', 'cancelled'].map(COUNT).join(',\n  ')},
  PRIMARY KEY (batch_id, block)
) STRICT, WITHOUT ROWID;
`;

const ITEM = `
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES unit (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  path TEXT NOT NULL CHECK (path <> ''),
  name TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  mtime REAL NOT NULL,
  mime TEXT NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  ${FLAG('left_out')},
  state TEXT NOT NULL,
  attempts INTEGER CHECK (attempts >= 0),
  not_before REAL CHECK (not_before >= 0),
  failure TEXT CHECK (json_valid(failure)),
  grant_id TEXT,
  grant_object_key TEXT,
  granted_at REAL,
  grant_url TEXT,
  grant_echo TEXT,
  CHECK (
    CASE state
      WHEN 'queued' THEN attempts IS NOT NULL AND grant_id IS NULL AND grant_url IS NULL
      WHEN 'granted' THEN attempts IS NOT NULL AND grant_id IS NOT NULL AND grant_url IS NOT NULL
      WHEN 'stored' THEN attempts IS NULL AND failure IS NULL AND grant_id IS NOT NULL
      WHEN 'failed' THEN attempts IS NULL AND failure IS NOT NULL AND grant_id IS NULL AND grant_url IS NULL
      WHEN 'cancelled' THEN attempts IS NULL AND failure IS NULL AND grant_id IS NULL AND grant_url IS NULL
      ELSE 0
    END
  ),
  CHECK ((attempts IS NULL) = (not_before IS NULL)),
  CHECK ((grant_id IS NULL) = (grant_object_key IS NULL)),
  CHECK ((grant_url IS NULL) = (grant_echo IS NULL) AND (grant_url IS NULL) = (granted_at IS NULL)),
  CHECK (left_out = 0 OR state = 'cancelled')
) STRICT;
CREATE INDEX item_unit ON item (unit_id, not_before);
CREATE INDEX item_timed ON item (not_before) WHERE not_before > 0;
CREATE INDEX item_secret ON item (unit_id) WHERE grant_url IS NOT NULL;
CREATE INDEX item_hashed ON item (path) WHERE sha256 IS NOT NULL;

CREATE TRIGGER unit_ends_without_secrets BEFORE UPDATE OF state ON unit
WHEN NEW.state IN ('done', 'cancelled')
  AND EXISTS (SELECT 1 FROM item WHERE unit_id = NEW.id AND grant_url IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'a unit that has ended must not keep signed URLs');
END;
CREATE TRIGGER no_secrets_after_the_end BEFORE UPDATE OF grant_url ON item
WHEN NEW.grant_url IS NOT NULL
  AND EXISTS (SELECT 1 FROM unit WHERE id = NEW.unit_id AND state IN ('done', 'cancelled'))
BEGIN
  SELECT RAISE(ABORT, 'a unit that has ended must not get signed URLs');
END;
`;

const LEDGER = `
CREATE TABLE ledger_dataset (
  id INTEGER PRIMARY KEY,
  dataset_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE ledger_unit (
  id INTEGER PRIMARY KEY,
  dataset INTEGER NOT NULL REFERENCES ledger_dataset (id),
  media TEXT NOT NULL,
  content_key BLOB CHECK (length(content_key) = 32),
  title TEXT NOT NULL,
  data_hash TEXT,
  item_uuid TEXT,
  done_at REAL NOT NULL
) STRICT;
CREATE INDEX ledger_unit_content ON ledger_unit (content_key, dataset) WHERE content_key IS NOT NULL;

CREATE TABLE ledger_item (
  ledger_unit INTEGER NOT NULL REFERENCES ledger_unit (id),
  position INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime REAL NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  PRIMARY KEY (ledger_unit, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_item_size ON ledger_item (size, dataset) WHERE sha256 IS NOT NULL;
CREATE INDEX ledger_item_path ON ledger_item (path) WHERE sha256 IS NOT NULL;
`;

export const SCHEMA_1 = GENERAL + BATCH + UNIT + ITEM + LEDGER;
