import { CfnOutput, CliCredentialsStackSynthesizer, type IStackSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { signingKeyOf } from '../functions/credential/settings/credential.ts';
import type { Deployment } from './context.ts';
import { addFleetPart } from './credentials/fleet-part.ts';
import { forbidDeployment } from './example.ts';
import type { LoadedFleet } from './fleet/fleet.ts';
import type { FleetPart } from './fleet/stacks.ts';
import { linksBeside, ToldLinks } from './service/links.ts';
import { Service } from './service/service.ts';

/** Properties of {@link ClientSecretRotationStack}. */
export interface ClientSecretRotationStackProps {
  readonly deployment: Deployment;
  readonly fleet: Pick<LoadedFleet, 'credentials' | 'agents' | 'parts'>;
}

/**
 * What rotates a fleet, and the credentials whose file names no stack of its own. Two stacks with different prefixes share nothing.
 */
export class ClientSecretRotationStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, fleet }: ClientSecretRotationStackProps) {
    super(scope, id, {
      // Another name for the example, so that nobody can destroy the real stack with it either.
      stackName: deployment.example ? `${deployment.prefix}-example` : deployment.prefix,
      description: 'Rotates OAuth 2.0 client secrets.',
      ...commonProps(deployment),
    });
    if (deployment.example) forbidDeployment(this);
    const [own, ...others] = fleet.parts;
    // What stands in other stacks must not change this one: with them it is ready for credentials of every kind.
    const beside = others.length > 0;
    const service = new Service(this, 'Service', {
      deployment,
      native: beside || fleet.credentials.some(({ native }) => native),
      inboxes: beside || fleet.credentials.some(({ iam }) => iam.type === 'manual'),
      agents: beside || fleet.agents.length > 0,
      // But for keys: each is named once, whichever stacks the credentials lie in that use it.
      signingKeys: fleet.credentials.flatMap(signingKeyOf),
    });
    if (beside) new ToldLinks(this, 'Told', { prefix: deployment.prefix, links: service.links });
    if (own) addFleetPart(this, { deployment, part: own, service: service.links });
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
      ...(service.signerKey && { SignerKeyArn: service.signerKey.keyArn }),
    });
  }

  #output(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

/** Properties of {@link CredentialsStack}. */
interface CredentialsStackProps {
  readonly deployment: Deployment;
  /** Names its stack. */
  readonly part: FleetPart;
}

/**
 * Credentials beside the stack of the service, and their agents. It knows the service by fixed names, and the service does not know
 * it: a credential that comes or goes changes the stack that it lies in, and no other. Only windows of
 * schedules depend on how many credentials of the whole fleet begin on one minute.
 */
class CredentialsStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, part }: CredentialsStackProps) {
    super(scope, id, {
      stackName: besideName(deployment, part),
      description: `OAuth 2.0 client secrets that ${deployment.prefix} rotates.`,
      ...commonProps(deployment),
    });
    addFleetPart(this, { deployment, part, service: linksBeside(this, deployment) });
  }
}

/**
 * The stack of the service, and those beside it, which are deployed after it.
 *
 * @returns that of the service first
 */
export function addStacks(app: Construct, { deployment, fleet }: ClientSecretRotationStackProps): Stack[] {
  const service = new ClientSecretRotationStack(app, deployment.prefix, { deployment, fleet });
  const others = fleet.parts.filter((part) => part.stack !== undefined);
  return [
    service,
    ...others.map((part) => {
      const stack = new CredentialsStack(app, besideName(deployment, part), { deployment, part });
      stack.addStackDependency(service);
      return stack;
    }),
  ];
}

/** No prefix has a capital letter in it: the stack of another deployment never has this name. */
function besideName({ prefix }: Deployment, { stack }: FleetPart): string {
  return `${prefix}-Fleet-${stack}`;
}

function commonProps({ local }: Deployment): StackProps {
  return {
    // A template may have 1 MB, blanks included.
    suppressTemplateIndentation: true,
    // An emulator has no bootstrap roles worth assuming.
    ...(local && { synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer }),
  };
}
