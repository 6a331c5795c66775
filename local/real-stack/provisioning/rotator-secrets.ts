import type { Credential } from '../../../functions/rotation/settings.ts';
import { realmOf } from './realms.ts';

/**
 * The rotator's secret for each credential. It is one and the same where two of them name the same rotator of the same realm, or
 * the same access secret.
 */
export function rotatorSecrets(
  credentials: readonly Credential[],
  newSecret: () => string,
): ReadonlyMap<Credential, string> {
  const secrets = new Map<string, string>();
  for (const credential of credentials) {
    const names = namesOf(credential);
    const known = names.flatMap((name) => secrets.get(name) ?? []);
    const secret = known[0] ?? newSecret();
    for (const [name, other] of secrets) if (known.includes(other)) secrets.set(name, secret);
    for (const name of names) secrets.set(name, secret);
  }
  return new Map(credentials.map((credential) => [credential, secrets.get(namesOf(credential)[0] ?? '') ?? '']));
}

function namesOf(credential: Credential): string[] {
  const { auth } = credential.iam;
  const rotator = `client ${realmOf(credential)} ${auth.clientId}`;
  return 'secretId' in auth ? [rotator, `secret ${auth.secretId}`] : [rotator];
}
