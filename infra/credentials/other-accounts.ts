import { CfnPolicy, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { ServiceLinks } from '../service/links.ts';
import { allow } from '../service/permissions.ts';

/** Properties of {@link OtherAccounts}. */
export interface OtherAccountsProps {
  /** The policy's name: the functions' roles have one of each stack. */
  readonly policyName: string;
  readonly service: Pick<ServiceLinks, 'functionRoles'>;
  readonly credentials: readonly Credential[];
}

/**
 * Lets the functions that read secrets assume exactly the roles that credentials of this stack name. It lies with the credentials, so
 * that a customer who comes changes no other stack.
 */
export class OtherAccounts extends Construct {
  constructor(scope: Construct, id: string, { policyName, service, credentials }: OtherAccountsProps) {
    super(scope, id);
    new CfnPolicy(this, 'Policy', {
      policyName,
      roles: [...service.functionRoles],
      policyDocument: new PolicyDocument({ statements: [allow(rolesOf(credentials), ['sts:AssumeRole'])] }),
    });
  }
}

/** The roles that are assumed for credentials, each once. */
function rolesOf(credentials: readonly Pick<Credential, 'account'>[]): string[] {
  return [...new Set(credentials.flatMap(({ account }) => (account ? [account.roleArn] : [])))].toSorted();
}
