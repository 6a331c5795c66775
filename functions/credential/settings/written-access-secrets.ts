import { anyway } from './parts/checks.ts';

/** What cannot be finished, or taken back, where the rotator's own secret changes under it. */
export const writtenAccessSecretsFit = anyway<Record<string, unknown>>((credential, tell) => {
  const { strategy, native, connectors } = credential;
  const written = (Array.isArray(connectors) ? connectors : []).flatMap(writtenBy);
  if (written.length === 0) return;
  if (strategy === 'alternating-clients')
    tell(['strategy'], 'not with a connector via access-secret: settings name one client to sign in with');
  if (native === true) tell(['native'], 'not available yet with a connector via access-secret');
  ownSignInFits(credential, written, tell);
});

/** A run that died must be able to sign in with what it has stored, at the place and as the client that it has stored it for. */
function ownSignInFits(
  { clientId, accessTokenUrl, iam }: Record<string, unknown>,
  written: readonly string[],
  tell: (path: PropertyKey[], message: string) => void,
): void {
  const { auth, renewal } = membersOf(iam);
  const own = membersOf(auth);
  if (typeof own.secretId !== 'string' || !written.includes(own.secretId)) return;
  const because = `a rotation writes the secret of '${clientId}' into ${own.secretId}`;
  if (own.clientId !== clientId) tell(['iam', 'auth', 'clientId'], `must be '${clientId}': ${because}`);
  if (own.accessTokenUrl !== undefined && own.accessTokenUrl !== accessTokenUrl)
    tell(['iam', 'auth', 'accessTokenUrl'], `must be that of the credential: ${because}`);
  if (renewal === 'regenerate')
    tell(
      ['iam', 'renewal'],
      "must be set: a run that dies before it has stored what the IAM made could not sign in any more, since it is the rotator's own secret",
    );
}

function writtenBy(connector: unknown): string[] {
  const { via, secretId } = membersOf(connector);
  return via === 'access-secret' && typeof secretId === 'string' ? [secretId] : [];
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
