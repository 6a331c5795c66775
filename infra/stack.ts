import { CfnOutput, CliCredentialsStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Deployment } from './context.ts';
import { Agents } from './credentials/agents.ts';
import { RotatedCredential } from './credentials/rotated-credential.ts';
import { forbidDeployment } from './example.ts';
import type { LoadedFleet } from './fleet/fleet.ts';
import { Service } from './service/service.ts';

/** Properties of {@link ClientSecretRotationStack}. */
export interface ClientSecretRotationStackProps {
  readonly deployment: Deployment;
  readonly fleet: Pick<LoadedFleet, 'credentials' | 'agents' | 'allowedHosts'>;
}

/** A fleet and what rotates it. Two stacks with different prefixes share nothing. */
export class ClientSecretRotationStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, fleet }: ClientSecretRotationStackProps) {
    super(scope, id, {
      // Another name for the example, so that nobody can destroy the real stack with it either.
      stackName: deployment.example ? `${deployment.prefix}-example` : deployment.prefix,
      // A template may have 1 MB, blanks included.
      suppressTemplateIndentation: true,
      description: 'Rotates OAuth 2.0 client secrets.',
      // An emulator has no bootstrap roles worth assuming.
      ...(deployment.local && { synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer }),
    });
    if (deployment.example) forbidDeployment(this);
    const service = new Service(this, 'Service', {
      deployment,
      allowedHosts: fleet.allowedHosts,
      native: fleet.credentials.some(({ native }) => native),
      inboxes: fleet.credentials.some(({ iam }) => iam.type === 'manual'),
      agents: fleet.agents.length > 0,
    });
    const credentials = new Construct(this, 'Credentials');
    const served = fleet.credentials.map((credential) => {
      const { secretArn } = new RotatedCredential(credentials, credential.id, { deployment, credential, service });
      return { credential, secretArn };
    });
    if (fleet.agents.length > 0) new Agents(this, 'Agents', { deployment, service, agents: fleet.agents, served });
    this.#output({
      ApiUrl: service.httpApi.url,
      ApiId: service.httpApi.api.apiId,
      RotateFunctionName: service.functions.rotate.functionName,
      RetireFunctionName: service.functions.retire.functionName,
      ApiFunctionName: service.functions.api.functionName,
      AuditFunctionName: service.functions.audit.functionName,
      ManyFunctionName: service.functions.many.functionName,
      ScheduleGroupName: service.scheduling.recurring.ref,
      OnceScheduleGroupName: service.scheduling.once.ref,
      RotateLogGroupName: service.names.logGroups.rotate,
      RetireLogGroupName: service.names.logGroups.retire,
      ApiLogGroupName: service.names.logGroups.api,
      AuditLogGroupName: service.names.logGroups.audit,
      ManyLogGroupName: service.names.logGroups.many,
      AccessLogGroupName: service.names.logGroups.access,
      DeadLetterQueueUrl: service.deadLetters.queueUrl,
      TableName: service.table.tableName,
      KeyArn: service.key.keyArn,
    });
  }

  #output(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
