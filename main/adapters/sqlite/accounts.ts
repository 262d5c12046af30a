/**
 * Accounts as the database knows them: everything but their secrets. Called by the use cases through the store.
 */

import { type Failure, UploaderError } from '../../core/errors.ts';
import type { AccountId, RouteChoice } from '../../core/model.ts';
import type { Database, Param, Row } from './database.ts';
import * as rows from './rows.ts';

export interface Account {
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

export type AccountPatch = Partial<Omit<Account, 'id' | 'kind' | 'addedAt'>>;

export interface Removal {
  readonly removed: boolean;
  /** Units that can still become data rows, or of which it is not known whether they did. */
  readonly unfinished: number;
}

export interface AccountStore {
  /** In the order in which they were added. */
  accounts(): readonly Account[];
  account(id: AccountId): Account | null;
  /** Throws `invalid-input` when the id is taken. */
  addAccount(account: Account): void;
  /** Throws `account-unknown`. */
  updateAccount(id: AccountId, patch: AccountPatch): void;
  /**
   * Removes the account, but not while it has unfinished units, unless `evenUnfinished`: those then wait, and go
   * on if the same id is ever added again. Batches keep the account's name.
   */
  removeAccount(id: AccountId, options?: { readonly evenUnfinished?: boolean }): Removal;
  activeAccountId(): AccountId | null;
  /** Throws `account-unknown`. */
  setActiveAccountId(id: AccountId | null): void;
  /** The storage folder that was last chosen for a dataset. */
  lastFolder(accountId: AccountId, datasetId: string): string | null;
  /** Throws `account-unknown`. */
  setLastFolder(accountId: AccountId, datasetId: string, folderId: string | null): void;
}

const COLUMNS = `id, name, kind, fingerprint, domain, route_choice, fallback_notice, dataset_id, email, added_at,
  paused, blocked, secret_in`;

function account(row: Row): Account {
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

function columns(value: Account): Param[] {
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
    value.paused ? 1 : 0,
    rows.failureText(value.blocked),
    value.secretIn,
  ];
}

export function accountStore(db: Database): AccountStore {
  const find = (id: AccountId): Account | null => {
    const row = db.get(`SELECT ${COLUMNS} FROM account WHERE id = ?`, id);
    return row === undefined ? null : account(row);
  };
  const mustExist = (id: AccountId): Account => {
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
        `INSERT INTO account (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...columns(added),
      );
    },

    updateAccount(id, patch) {
      db.transaction(() => {
        const [, ...values] = columns({ ...mustExist(id), ...patch });
        db.run(
          `UPDATE account SET name = ?, kind = ?, fingerprint = ?, domain = ?, route_choice = ?,
             fallback_notice = ?, dataset_id = ?, email = ?, added_at = ?, paused = ?, blocked = ?, secret_in = ?
           WHERE id = ?`,
          ...values,
          id,
        );
      });
    },

    removeAccount(id, options = {}) {
      return db.transaction(() => {
        const row = db.get(
          `SELECT collecting + ready + registering + processing + linking + uncertain AS unfinished
           FROM account_tally WHERE account_id = ?`,
          id,
        );
        const unfinished = row === undefined ? 0 : rows.number(row, 'unfinished');
        if (unfinished > 0 && options.evenUnfinished !== true) return { removed: false, unfinished };
        return { removed: db.run('DELETE FROM account WHERE id = ?', id) > 0, unfinished };
      });
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
