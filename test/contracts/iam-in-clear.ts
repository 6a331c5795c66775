import { Secret } from '../../functions/credential/secret/secret.ts';
import type { Iam, IamClient, SecretChange } from '../../functions/ports/iam.ts';
import type { TokenEndpoint } from '../../functions/ports/token-endpoint.ts';

/** A value whose secrets are texts. */
type Clear<T> = T extends Secret
  ? string
  : T extends Date | ((...values: never[]) => unknown)
    ? T
    : T extends object
      ? { readonly [M in keyof T]: Clear<T[M]> }
      : T;

/** A client with its secrets in clear. */
export type ClearClient = Clear<IamClient>;

/** The port with its secrets in clear, so that cases can compare them with what the IAM's own API shows. */
export interface ClearIam {
  readonly capabilities: Iam['capabilities'];
  signIn(): Promise<void>;
  find(clientId: string, known?: readonly string[]): Promise<ClearClient>;
  prepareOverlap(client: ClearClient): Promise<void>;
  probeOverlap(client: ClearClient): Promise<boolean>;
  setSecret(client: ClearClient, change: Clear<SecretChange>): Promise<void>;
  regenerate(client: ClearClient): Promise<string>;
  endPrevious(client: ClearClient): Promise<void>;
}

/** Opens what a port tells, and wraps what it is given. */
export function clearIam(iam: Iam): ClearIam {
  return {
    capabilities: iam.capabilities,
    signIn: () => iam.signIn(),
    find: async (clientId, known) => {
      const { secret, previous, ...client } = await iam.find(
        clientId,
        known?.map((one) => new Secret(one)),
      );
      return {
        ...client,
        secret: secret.reveal(),
        ...(previous && { previous: { ...previous, secret: previous.secret.reveal() } }),
      };
    },
    prepareOverlap: (client) => iam.prepareOverlap(wrapped(client)),
    probeOverlap: (client) => iam.probeOverlap(wrapped(client)),
    setSecret: (client, change) => iam.setSecret(wrapped(client), wrapped(change)),
    regenerate: async (client) => (await iam.regenerate(wrapped(client))).reveal(),
    endPrevious: (client) => iam.endPrevious(wrapped(client)),
  };
}

function wrapped<T extends Clear<SecretChange>>({ secret, previous, ...rest }: T) {
  return {
    ...rest,
    secret: new Secret(secret),
    ...(previous && { previous: { ...previous, secret: new Secret(previous.secret) } }),
  };
}

/** The token endpoint, asked with a secret in clear. */
export function clearTokens(tokens: TokenEndpoint) {
  return {
    request: async ({ clientSecret, ...document }: Clear<Parameters<TokenEndpoint['request']>[0]>) => {
      const answer = await tokens.request({ ...document, clientSecret: new Secret(clientSecret) });
      return answer.accepted ? { ...answer, accessToken: answer.accessToken.reveal() } : answer;
    },
  };
}
