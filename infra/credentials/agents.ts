import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  ArnPrincipal,
  CompositePrincipal,
  type IPrincipal,
  type PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MESSAGE_RETENTION_MS, replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import { acknowledge } from '../faults/findings.ts';
import type { AgentSettings } from '../fleet/agents.ts';
import type { ServiceLinks } from '../service/links.ts';
import { type AgentGrants, agentPermissions } from '../service/permissions.ts';
import { agentSilent } from '../watch/alarm-table.ts';

/** After a crash a message comes again while somebody still waits; what comes twice is carried out once. */
const VISIBILITY = Duration.seconds(30);

/** A credential, and the ARN of its secret. */
interface Served {
  readonly credential: Credential;
  readonly secretArn: string;
}

/** Properties of {@link Agents}. */
export interface AgentsProps {
  readonly deployment: Deployment;
  readonly service: ServiceLinks;
  readonly agents: readonly AgentSettings[];
  readonly served: readonly Served[];
}

/** What agents need: for each a queue of requests and a role, and for each credential behind one a queue of replies. */
export class Agents extends Construct {
  constructor(scope: Construct, id: string, { deployment, service, agents, served }: AgentsProps) {
    super(scope, id);
    const queueProps = { key: service.key, local: deployment.local };
    const behind = served.filter(({ credential }) => credential.connectors.some(({ via }) => via === 'agent'));
    const replies = new Map(
      behind.map(({ credential }) => [
        credential.id,
        this.#queue(`Replies-${credential.id}`, replyQueueName(deployment.prefix, credential.id), queueProps),
      ]),
    );
    for (const agent of agents) {
      const { name } = agent;
      const requests = this.#queue(`Requests-${name}`, requestQueueName(deployment.prefix, name), queueProps);
      const own = behind.filter(({ credential }) => isServedBy(credential, name));
      const role = new Role(this, `Role-${name}`, {
        description: `What the agent ${name} of ${deployment.prefix} may do.`,
        assumedBy: whoMayBe(agent),
      });
      const statements = agentPermissions({
        key: service.key,
        requests: requests.queueArn,
        replies: own.flatMap(({ credential }) => replies.get(credential.id)?.queueArn ?? []),
        secrets: own.map(({ secretArn }) => secretArn),
        local: deployment.local,
      });
      for (const statement of statements) role.addToPolicy(statement);
      service.addAlarm(agentSilent(name, requests));
      new CfnOutput(Stack.of(this), `AgentRoleArn${pascal(name)}`, { value: role.roleArn });
    }
  }

  #queue(id: string, queueName: string, { key, local }: Pick<AgentGrants, 'key' | 'local'>): Queue {
    const queue = new Queue(this, id, {
      queueName,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      // An emulator on loopback has no TLS, and would let nobody in.
      enforceSSL: !local,
      retentionPeriod: Duration.millis(MESSAGE_RETENTION_MS),
      visibilityTimeout: VISIBILITY,
      // Nothing in it is worth keeping.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(queue, { 'AwsSolutions-SQS3': 'After a minute nobody waits for a message any more: it is dropped.' });
    return queue;
  }
}

function isServedBy({ connectors }: Credential, name: string): boolean {
  return connectors.some((one) => one.via === 'agent' && one.agent === name);
}

/** Who may take the role of an agent. */
function whoMayBe({ principalArns = [], rolesAnywhere }: AgentSettings): IPrincipal {
  if (!rolesAnywhere) return new CompositePrincipal(...principalArns.map((arn) => new ArnPrincipal(arn)));
  const conditions = {
    ArnEquals: { 'aws:SourceArn': rolesAnywhere.trustAnchorArn },
    StringEquals: { 'aws:PrincipalTag/x509Subject/CN': rolesAnywhere.subject },
  };
  return new CertificatePrincipal('rolesanywhere.amazonaws.com', { conditions });
}

/**
 * Roles Anywhere gives a session its certificate's subject as tags, and its serial number as source identity.
 *
 * @see [Trust in IAM Roles Anywhere](https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html)
 */
class CertificatePrincipal extends ServicePrincipal {
  override addToAssumeRolePolicy(document: PolicyDocument): void {
    const actions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
    const { conditions } = this.policyFragment;
    document.addStatements(
      new PolicyStatement({ actions, principals: [new ServicePrincipal(this.service)], conditions }),
    );
  }
}

/** An agent's name as part of an output's. */
function pascal(name: string): string {
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
}
