import { Construct } from 'constructs';
import { writtenAccessSecrets } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import type { FleetPart } from '../fleet/stacks.ts';
import type { ServiceLinks } from '../service/links.ts';
import { Agents } from './agents.ts';
import { OtherAccounts } from './other-accounts.ts';
import { RotatedCredential } from './rotated-credential.ts';
import { WrittenAccessSecrets } from './written-access-secrets.ts';

/** What {@link addFleetPart} adds. */
export interface FleetPartProps {
  readonly deployment: Deployment;
  readonly part: FleetPart;
  readonly service: ServiceLinks;
}

/** Adds the credentials and agents of one stack. */
export function addFleetPart(scope: Construct, { deployment, part, service }: FleetPartProps): void {
  const credentials = new Construct(scope, 'Credentials');
  const served = part.credentials.map((credential) => {
    const { secretArn } = new RotatedCredential(credentials, credential.id, { deployment, credential, service });
    return { credential, secretArn };
  });
  if (part.credentials.some(({ account }) => account !== undefined)) {
    const policyName = `${deployment.prefix}-accounts${part.stack === undefined ? '' : `-${part.stack}`}`;
    new OtherAccounts(scope, 'OtherAccounts', { policyName, service, credentials: part.credentials });
  }
  if (part.credentials.some((one) => writtenAccessSecrets(one).length > 0)) {
    const policyName = `${deployment.prefix}-written-access-secrets${part.stack === undefined ? '' : `-${part.stack}`}`;
    new WrittenAccessSecrets(scope, 'WrittenAccessSecrets', { policyName, service, credentials: part.credentials });
  }
  if (part.agents.length > 0) new Agents(scope, 'Agents', { deployment, service, agents: part.agents, served });
}
