import { isRotationError, RotationError } from '../../credential/errors.ts';
import { NO_SECRET, type Secret } from '../../credential/secret/secret.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Iam, IamClient } from '../../ports/iam.ts';
import type { TokenEndpoint } from '../../ports/token-endpoint.ts';

/** Nobody knows until when such an IAM keeps a secret: until somebody refreshes the client. */
const UNTIL_REFRESHED = new Date(8.64e15);

/**
 * An IAM that only a person can change, and nobody can read. Token requests tell what it holds: of a client that has one live
 * secret, the secret that is accepted is the one that the IAM holds.
 */
export function manualIam(
  credential: Pick<Credential, 'accessTokenUrl' | 'scope'>,
  { tokens }: { readonly tokens: TokenEndpoint },
): Iam {
  const { accessTokenUrl, scope } = credential;
  return {
    capabilities: { read: false, set: false, regenerate: false, overlap: false },
    signIn: async () => undefined,
    find: async (clientId, known = []) => {
      const accepted: Secret[] = [];
      try {
        for (const clientSecret of distinct(known)) {
          const answer = await tokens.request({ accessTokenUrl, clientId, clientSecret, scope });
          if (answer.accepted) accepted.push(clientSecret);
        }
      } catch (error) {
        if (!isRotationError(error, 'client-not-usable')) throw error;
        // Which secret it has can't be told.
        return { ...clientWith(clientId, []), fault: error.message };
      }
      return clientWith(clientId, accepted);
    },
    prepareOverlap: impossible,
    probeOverlap: impossible,
    setSecret: impossible,
    regenerate: impossible,
    endPrevious: impossible,
  };
}

/** Each once: every one is a request. */
function distinct(secrets: readonly Secret[]): readonly Secret[] {
  return secrets.filter((secret, i) => !secrets.slice(0, i).some((before) => before.equals(secret)));
}

function clientWith(clientId: string, [secret = NO_SECRET, kept]: readonly Secret[]): IamClient {
  const client = { id: clientId, clientId, secret };
  return kept === undefined ? client : { ...client, previous: { secret: kept, validUntil: UNTIL_REFRESHED } };
}

async function impossible(): Promise<never> {
  throw new RotationError('internal-error', 'This IAM is changed by a person only');
}
