/** What of the environment other programs are started with. Used wherever one is started that has no use for the key. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** All of it but the private key, which it may hold as text. */
export function withoutKey(environment: Environment): Record<string, string | undefined> {
  const { ENCORD_SSH_KEY: _key, ...rest } = environment;
  return rest;
}
