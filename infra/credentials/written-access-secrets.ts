import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnPolicy, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type Credential, writtenAccessSecrets } from '../../functions/credential/settings/credential.ts';
import type { ServiceLinks } from '../service/links.ts';
import { allow } from '../service/permissions.ts';

/** Properties of {@link WrittenAccessSecrets}. */
export interface WrittenAccessSecretsProps {
  /** The policy's name: the functions' roles have one of each stack. */
  readonly policyName: string;
  readonly service: Pick<ServiceLinks, 'writerRoles'>;
  readonly credentials: readonly Credential[];
}

/**
 * Lets the functions that change secrets write exactly the access secrets that credentials of this stack name as their consumers. It
 * lies with the credentials, so that a customer who comes changes no other stack.
 */
export class WrittenAccessSecrets extends Construct {
  constructor(scope: Construct, id: string, { policyName, service, credentials }: WrittenAccessSecretsProps) {
    super(scope, id);
    const names = [...new Set(credentials.flatMap(writtenAccessSecrets))].toSorted();
    const arns = names.map((name) => secretArnByName(this, name));
    const write = allow(arns, ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage']);
    new CfnPolicy(this, 'Policy', {
      policyName,
      roles: [...service.writerRoles],
      policyDocument: new PolicyDocument({ statements: [write] }),
    });
  }
}

/** The ARN of a secret that is known by its name: six characters that Secrets Manager drew stand at its end. */
export function secretArnByName(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
