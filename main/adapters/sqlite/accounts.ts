/**
 * Accounts as the database knows them: everything but their secrets. Called by the use cases through the store.
 */

import { type Failure, UploaderError } from '../../core/errors.ts';
import type { AccountId, RouteChoice } from '../../core/model.ts';
import type { Database, Param, Row } from './database.ts';
import * as rows from './rows.ts';

export interface AccountRecord {
  readonly id: AccountId;
  readonly name: string;
  readonly kind: 'ssh' | 'api-key';
  /** `SHA256:…` of the public key; for an API key the id of its dataset, since nothing of the key is kept. */
  readonly fingerprint: string;
  /** Base address of the API. */
  readonly domain: string;
  readonly routeChoice: RouteChoice;
  /** The sentence that says why `auto` fell back, or null. */
  readonly fallbackNotice: string | null;
  /** The one dataset of an API key; null for SSH keys. */
  readonly datasetId: string | null;
  readonly email: string | null;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly paused: boolean;
  /** Set after a 401, until a new sign-in. */
  readonly blocked: Failure | null;
  /** `run`: in memory, for this run only. */
  readonly secretIn: 'keychain' | 'run' | 'environment';
}

/** Pausing and blocking have their own doors: `setPaused`, and the change `account-blocked`. */
export type NewAccount = Omit<AccountRecord, 'paused' | 'blocked'>;
export type AccountPatch = Partial<Omit<NewAccount, 'id' | 'kind' | 'addedAt'>>;

export interface AccountStore {
  /** In the order in which they were added. */
  accounts(): readonly AccountRecord[];
  account(id: AccountId): AccountRecord | null;
  /** Throws `invalid-input` when the id is taken. */
  addAccount(account: NewAccount): void;
  /** Throws `account-unknown`. */
  updateAccount(id: AccountId, patch: AccountPatch): void;
  /**
   * Removes the account. Its batches stay, with its name; their unfinished units wait, and go on when the same id
   * is added again. Ask before: `totals({ kind: 'account', … })` says how many there are.
   */
  removeAccount(id: AccountId): void;
  activeAccountId(): AccountId | null;
  /** Throws `account-unknown`. */
  setActiveAccountId(id: AccountId | null): void;
  /** The storage folder that was last chosen for a dataset. */
  lastFolder(accountId: AccountId, datasetId: string): string | null;
  /** Throws `account-unknown`. */
  setLastFolder(accountId: AccountId, datasetId: string, folderId: string | null): void;
}

const OWN_COLUMNS = `id, name, kind, fingerprint, domain, route_choice, fallback_notice, dataset_id, email, added_at,
  secret_in`;
const COLUMNS = `${OWN_COLUMNS}, paused, blocked`;

function account(row: Row): AccountRecord {
  return {
    id: rows.text(row, 'id'),
    name: rows.text(row, 'name'),
    kind: rows.oneOf(row, 'kind', ['ssh', 'api-key']),
    fingerprint: rows.text(row, 'fingerprint'),
    domain: rows.text(row, 'domain'),
    routeChoice: rows.oneOf(row, 'route_choice', rows.ROUTE_CHOICES),
    fallbackNotice: rows.textOrNull(row, 'fallback_notice'),
    datasetId: rows.textOrNull(row, 'dataset_id'),
    email: rows.textOrNull(row, 'email'),
    addedAt: rows.number(row, 'added_at'),
    paused: rows.flag(row, 'paused'),
    blocked: rows.failureOrNull(row, 'blocked'),
    secretIn: rows.oneOf(row, 'secret_in', ['keychain', 'run', 'environment']),
  };
}

function columns(value: NewAccount): Param[] {
  return [
    value.id,
    value.name,
    value.kind,
    value.fingerprint,
    value.domain,
    value.routeChoice,
    value.fallbackNotice,
    value.datasetId,
    value.email,
    value.addedAt,
    value.secretIn,
  ];
}

export function accountStore(db: Database): AccountStore {
  const find = (id: AccountId): AccountRecord | null => {
    const row = db.get(`SELECT ${COLUMNS} FROM account WHERE id = ?`, id);
    return row === undefined ? null : account(row);
  };
  const mustExist = (id: AccountId): AccountRecord => {
    const found = find(id);
    if (found === null) {
      throw new UploaderError('account-unknown', 'There is no such account (any more).', {
        details: { account: id },
      });
    }
    return found;
  };

  return {
    accounts: () => db.all(`SELECT ${COLUMNS} FROM account ORDER BY added_at, id`).map(account),
    account: find,

    addAccount(added) {
      if (find(added.id) !== null) {
        throw new UploaderError('invalid-input', 'An account with this id exists already.', {
          details: { account: added.id },
        });
      }
      db.run(
        `INSERT INTO account (${OWN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...columns(added),
      );
    },

    updateAccount(id, patch) {
      db.transaction(() => {
        const [, ...values] = columns({ ...mustExist(id), ...patch });
        db.run(
          `UPDATE account SET name = ?, kind = ?, fingerprint = ?, domain = ?, route_choice = ?,
             fallback_notice = ?, dataset_id = ?, email = ?, added_at = ?, secret_in = ?
           WHERE id = ?`,
          ...values,
          id,
        );
      });
    },

    removeAccount(id) {
      db.run('DELETE FROM account WHERE id = ?', id);
    },

    activeAccountId() {
      const row = db.get('SELECT active_account_id FROM queue');
      return row === undefined ? null : rows.textOrNull(row, 'active_account_id');
    },

    setActiveAccountId(id) {
      if (id !== null) mustExist(id);
      db.run('UPDATE queue SET active_account_id = ?', id);
    },

    lastFolder(accountId, datasetId) {
      const row = db.get(
        'SELECT folder_id FROM last_folder WHERE account_id = ? AND dataset_id = ?',
        accountId,
        datasetId,
      );
      return row === undefined ? null : rows.text(row, 'folder_id');
    },

    setLastFolder(accountId, datasetId, folderId) {
      mustExist(accountId);
      if (folderId === null) {
        db.run('DELETE FROM last_folder WHERE account_id = ? AND dataset_id = ?', accountId, datasetId);
        return;
      }
      db.run(
        `INSERT INTO last_folder (account_id, dataset_id, folder_id) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET folder_id = excluded.folder_id`,
        accountId,
        datasetId,
        folderId,
      );
    },
  };
}
