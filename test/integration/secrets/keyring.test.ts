/** The keychain against a real Secret Service: a bus, a keyring and a home folder of their own. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../../../main/adapters/secrets/index.ts';
import { Session, whyNoSession } from './session.ts';

const reason = whyNoSession();
const SECRET = 'line one\nline two, ünïcode 鍵 🔑\n';

describe('an unlocked keyring', () => {
  let session: Session;

  beforeAll(async () => {
    if (reason) return;
    session = await new Session().start();
    await session.startKeyring({ unlocked: true });
  });
  afterAll(() => session?.stop());
  beforeEach((context) => {
    if (reason) context.skip(reason);
    session.enter(vi.stubEnv);
  });

  it('is ready', async () => {
    expect(await createSecrets().status()).toMatchObject({ kind: 'ready' });
  });

  it('keeps a secret beyond the program, replaces it, and deletes it', async () => {
    expect(await createSecrets().set('account-1', 'an earlier one')).toEqual({ kind: 'ok' });
    expect(await createSecrets().set('account-1', SECRET)).toEqual({ kind: 'ok' });
    // Each call asks in a process of its own, so what is read was kept by the keyring.
    expect(await createSecrets().get('account-1')).toEqual({ kind: 'found', secret: SECRET });
    expect(await createSecrets().delete('account-1')).toEqual({ kind: 'ok' });
    expect(await createSecrets().get('account-1')).toEqual({ kind: 'absent' });
  });

  it('tells accounts apart, and forgives the deletion of what is not there', async () => {
    const secrets = createSecrets();
    await Promise.all([secrets.set('a', 'one'), secrets.set('b', 'two')]);
    expect(await secrets.get('a')).toEqual({ kind: 'found', secret: 'one' });
    expect(await secrets.delete('a')).toEqual({ kind: 'ok' });
    expect(await secrets.delete('a')).toEqual({ kind: 'ok' });
    expect(await secrets.get('b')).toEqual({ kind: 'found', secret: 'two' });
  });

  it('does not call a secret absent where no tool can tell a locked keyring from an empty one', async () => {
    const secrets = createSecrets({ lockState: async () => 'unknown' });
    expect(await secrets.set('c', 'three')).toEqual({ kind: 'ok' });
    expect(await secrets.get('c')).toEqual({ kind: 'found', secret: 'three' });
    expect(await secrets.get('nobody')).toMatchObject({ kind: 'unavailable' });
  });
});

it('is denied by the bus: nothing is absent, nothing is written', async (context) => {
  if (reason) context.skip(reason);
  const session = await new Session().start({ denied: true });
  try {
    session.enter(vi.stubEnv);
    await session.startKeyring({ unlocked: true, denied: true });
    const refused = { kind: 'unavailable', reason: expect.stringContaining('refuses this program') };
    expect(await createSecrets().status()).toEqual(refused);
    expect(await createSecrets().get('account-1')).toEqual(refused);
    expect(await createSecrets().set('account-1', SECRET)).toEqual(refused);
    expect(await createSecrets().delete('account-1')).toEqual(refused);
    // The same from keytar itself, where no tool can ask the bus.
    const blind = createSecrets({ lockState: async () => 'unknown' });
    expect(await blind.set('account-1', SECRET)).toEqual(refused);
  } finally {
    await session.stop();
  }
});

describe('a keyring that gets in the way', () => {
  let session: Session;

  beforeEach(async (context) => {
    if (reason) context.skip(reason);
    session = await new Session().start();
    session.enter(vi.stubEnv);
  });
  afterEach(() => session?.stop());

  it('is locked: nothing is absent, nothing is written', async () => {
    await session.startKeyring({ unlocked: true });
    const secrets = createSecrets();
    expect(await secrets.set('account-1', SECRET)).toEqual({ kind: 'ok' });
    session.lock();
    expect(await secrets.status()).toMatchObject({ kind: 'locked' });
    expect(await secrets.get('account-1')).toMatchObject({ kind: 'locked' });
    expect(await secrets.get('nobody')).toMatchObject({ kind: 'locked' });
    expect(await secrets.set('account-2', SECRET)).toMatchObject({ kind: 'locked' });
    expect(await secrets.delete('account-1')).toMatchObject({ kind: 'locked' });
  });

  it('is locked between the question and the read: null is not taken for absent', async () => {
    await session.startKeyring({ unlocked: true });
    const first = createSecrets();
    await first.set('account-1', SECRET);
    session.lock();
    const states = ['unlocked', 'locked'] as const;
    let asked = 0;
    const secrets = createSecrets({ lockState: async () => states[asked++] ?? 'locked' });
    expect(await secrets.get('account-1')).toMatchObject({ kind: 'locked' });
  });

  it('has no default keyring', async () => {
    await session.startKeyring({ unlocked: false });
    const secrets = createSecrets();
    const refused = { kind: 'unavailable', reason: expect.stringContaining('no default keyring') };
    expect(await secrets.status()).toEqual(refused);
    expect(await secrets.set('account-1', SECRET)).toEqual(refused);
  });

  it('is not there: a bus without a Secret Service', async () => {
    const refused = { kind: 'unavailable', reason: expect.stringContaining('Secret Service') };
    expect(await createSecrets().status()).toEqual(refused);
    expect(await createSecrets().get('account-1')).toEqual(refused);
    // The same from keytar itself, where no tool can ask the bus.
    const blind = createSecrets({ lockState: async () => 'unknown' });
    expect(await blind.set('account-1', SECRET)).toEqual(refused);
  });

  it('cannot be reached: no bus', async () => {
    await session.stop();
    const refused = { kind: 'unavailable', reason: expect.stringContaining('no D-Bus') };
    expect(await createSecrets().status()).toEqual(refused);
    expect(await createSecrets().get('account-1')).toEqual(refused);
    const blind = createSecrets({ lockState: async () => 'unknown' });
    expect(await blind.set('account-1', SECRET)).toMatchObject({ kind: 'unavailable' });
  });
});
