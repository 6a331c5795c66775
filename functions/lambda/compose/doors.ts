import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { agentConnector } from '../../adapters/agent-connector/agent-connector.ts';
import type { AgentLine } from '../../adapters/agent-connector/line.ts';
import type { Patience } from '../../adapters/aws/throttled.ts';
import { keycloak } from '../../adapters/keycloak/keycloak.ts';
import type { SignInDeps } from '../../adapters/keycloak/sign-in.ts';
import { manualConnector } from '../../adapters/manual/manual-connector.ts';
import { manualIam } from '../../adapters/manual/manual-iam.ts';
import { odataConnector } from '../../adapters/odata-connector/odata-connector.ts';
import { accessSecretConnector } from '../../adapters/secrets-manager/access-secret-connector.ts';
import type { ConnectorSettings, Credential } from '../../credential/settings/credential.ts';
import type { AccessSecrets } from '../../ports/access-secrets.ts';
import type { Connector } from '../../ports/connector.ts';
import type { Iam } from '../../ports/iam.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { TokenEndpoint } from '../../ports/token-endpoint.ts';
import type { Budget } from '../../rotation/run/budget.ts';
import { budgetedFetch, budgetedLine, measuredClient } from './budgeted.ts';
import type { World } from './runs.ts';

/** The adapter behind the door of an IAM. */
export function iamOf(credential: Credential, deps: SignInDeps & { readonly tokens: TokenEndpoint }): Iam {
  const { iam, accessTokenUrl } = credential;
  return iam.type === 'manual' ? manualIam(credential, deps) : keycloak({ iam, accessTokenUrl }, deps);
}

/** What the adapters of connectors are made of. */
interface ConnectorParts {
  readonly credential: Credential;
  readonly prefix: string;
  readonly store: SecretStore;
  readonly access: AccessSecrets;
  /** Reaches Secrets Manager where the credential's secrets lie. */
  readonly client: SecretsManagerClient;
  readonly patience: Patience;
  /** One for all agents of the credential: their replies come over one queue. */
  readonly line: AgentLine;
  readonly world: World;
  readonly budget: Budget;
}

/** The adapter behind a connector's door. */
export function connectorOf(
  settings: ConnectorSettings,
  { credential, store, access, world, budget, ...parts }: ConnectorParts,
): Connector {
  const { accessTokenUrl, clientId, id } = credential;
  const ours = { clientIds: [clientId].flat(), accessTokenUrl };
  switch (settings.via) {
    case 'https': {
      const fetch = budgetedFetch(world.fetch, budget, 'connector');
      return odataConnector(settings, ours, { fetch, sleep: world.sleep, accessSecrets: access });
    }
    case 'agent': {
      const line = budgetedLine(parts.line, budget);
      return agentConnector(settings, ours, { line, sleep: world.sleep, secretId: `${parts.prefix}/${id}` });
    }
    case 'access-secret': {
      const { client, patience } = parts;
      const deps = { client: measuredClient(client, budget), patience, sleep: world.sleep };
      return accessSecretConnector(settings, { ...deps, clientId: ours.clientIds[0] ?? '' });
    }
    case 'manual':
      return manualConnector(settings, credential, { tasks: world.tasks(id), store, now: world.now });
  }
}
