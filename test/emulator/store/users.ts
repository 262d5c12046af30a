/** Users, their public keys and bearer tokens, and cloud integrations. Called by auth/, control/ and the user calls. */

import { randomBytes, randomUUID } from 'node:crypto';
import { type Database, int, text } from './database.ts';

export interface User {
  readonly userHash: string;
  readonly email: string;
  /** 0 admin, 1 user of the organisation. */
  readonly organisationRole: number;
}

const COLUMNS = 'users.user_hash, users.email, users.organisation_role';

function toUser(row: Record<string, unknown> | undefined): User | null {
  if (!row) return null;
  const { user_hash, email, organisation_role } = row;
  if (typeof user_hash !== 'string' || typeof email !== 'string' || typeof organisation_role !== 'number')
    return null;
  return { userHash: user_hash, email, organisationRole: organisation_role };
}

/** Seconds that a bearer token is accepted; the real lifetime is unknown (encord-api.md G.8). */
const TOKEN_SECONDS = 3600;

export class Users {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  byKey(publicHex: string): User | null {
    return toUser(
      this.#db.get(
        `SELECT ${COLUMNS} FROM keys JOIN users USING (user_hash) WHERE public_hex = ?`,
        publicHex,
      ),
    );
  }

  byHash(userHash: string): User | null {
    return toUser(this.#db.get(`SELECT ${COLUMNS} FROM users WHERE user_hash = ?`, userHash));
  }

  byEmail(email: string): User | null {
    return toUser(this.#db.get(`SELECT ${COLUMNS} FROM users WHERE email = ?`, email));
  }

  first(): User | null {
    return toUser(this.#db.get(`SELECT ${COLUMNS} FROM users ORDER BY created_at, rowid LIMIT 1`));
  }

  /** The user with this e-mail, made when missing. */
  ensure(email: string, now: number, organisationRole = 1): User {
    const found = this.byEmail(email);
    if (found) return found;
    const userHash = randomBytes(14).toString('base64url');
    this.#db.run('INSERT INTO users VALUES (?, ?, ?, ?)', userHash, email, organisationRole, now);
    return { userHash, email, organisationRole };
  }

  setOrganisationRole(userHash: string, role: number): void {
    this.#db.run('UPDATE users SET organisation_role = ? WHERE user_hash = ?', role, userHash);
  }

  /** Registers a key once on the platform; false when somebody else has it (encord-api.md B.5). */
  addKey(publicHex: string, userHash: string): boolean {
    const holder = this.byKey(publicHex);
    if (holder) return holder.userHash === userHash;
    this.#db.run('INSERT INTO keys VALUES (?, ?)', publicHex, userHash);
    return true;
  }

  /** False where nobody has it. */
  removeKey(publicHex: string): boolean {
    return this.#db.run('DELETE FROM keys WHERE public_hex = ?', publicHex) > 0;
  }

  issueToken(userHash: string, now: number): string {
    const token = randomBytes(32).toString('base64url');
    this.#db.run('INSERT INTO tokens VALUES (?, ?, ?)', token, userHash, now + TOKEN_SECONDS * 1000);
    return token;
  }

  byToken(token: string, now: number): User | null {
    const row = this.#db.get(
      `SELECT ${COLUMNS}, tokens.expires_at FROM tokens JOIN users USING (user_hash) WHERE token = ?`,
      token,
    );
    if (!row || int(row.expires_at) <= now) return null;
    return toUser(row);
  }

  /** The integration with this uuid as it is, or a new one. */
  ensureIntegration(
    title: string,
    owner: string | null,
    uuid: string = randomUUID(),
  ): { uuid: string; title: string } {
    const found = this.#db.get('SELECT title FROM integrations WHERE uuid = ?', uuid);
    if (found) return { uuid, title: text(found.title) };
    this.#db.run('INSERT INTO integrations VALUES (?, ?, ?)', uuid, title, owner);
    return { uuid, title };
  }

  /** Integrations that a user may see: his own and those without an owner; all of them with `all`. */
  integrations(userHash: string, all = false): { uuid: string; title: string }[] {
    return this.#db
      .all(
        'SELECT uuid, title FROM integrations WHERE ? OR owner IS NULL OR owner = ? ORDER BY title',
        all ? 1 : 0,
        userHash,
      )
      .map((row) => ({ uuid: text(row.uuid), title: text(row.title) }));
  }
}
