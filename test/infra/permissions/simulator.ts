import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { RequestContext } from '../../../infra/permissions/conditions.ts';
import type { ResourcePolicy, Statement } from '../../../infra/permissions/grants.ts';
import { ACCOUNT } from '../../../infra/permissions/resolved.ts';

/** One request of a principal of this account. */
export interface Request {
  readonly action: string;
  /** An ARN, or `*` where AWS knows no resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** Who asks, and what stands in the way or helps. */
export interface Principal {
  readonly arn: string;
  readonly statements: readonly Statement[];
  readonly resourcePolicies: readonly ResourcePolicy[];
}

/** Whether IAM allows a request, by the policies of the principal and of the resource. */
export async function isAllowed(principal: Principal, { action, resource, context }: Request): Promise<boolean> {
  const own = principal.statements.filter((one) => mayBeAbout(one, action));
  const resourcePolicy = policyOn(resource, principal.resourcePolicies);
  const result = await runSimulation(
    {
      request: {
        action,
        principal: principal.arn,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: simple({ 'aws:SecureTransport': 'true', ...context }),
      },
      identityPolicies: own.length > 0 ? [{ name: 'own', policy: documentOf(own) }] : [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    },
    {},
  );
  if (result.resultType === 'error' && result.errors.message === NO_SUCH_REQUEST) return false;
  if (result.resultType === 'error') throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
}

/** What the simulator says where an action is never about a resource of that kind. */
const NO_SUCH_REQUEST = 'no.resource.types';

/** Leaves out statements about other services, which the simulator would read all the same. */
function mayBeAbout({ Action }: Statement, action: string): boolean {
  const service = action.replace(/:.*/, ':');
  return Action.some((one) => one.startsWith(service) || /^[^:]*\*/.test(one));
}

/** The policy of a key, a queue, a topic, or the bucket of an object. */
function policyOn(resource: string, policies: readonly ResourcePolicy[]): object | undefined {
  const statements = policies.flatMap(({ arn, statements: own }) =>
    resource === arn || resource.startsWith(`${arn}/`) ? own : [],
  );
  if (statements.length > 0) return documentOf(statements);
  return resource.includes(':kms:') ? DEFAULT_KEY_POLICY : undefined;
}

/** The policy of any other key: whatever the account's own policies allow. */
const DEFAULT_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

function documentOf(statements: readonly Statement[]): object {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Action, Resource, ...one }) =>
      simple({ ...one, Action: [...Action], Resource: [...Resource] }),
    ),
  };
}

/**
 * The simulator knows no condition key with the name of an encryption context in it, and `lambda:SourceFunctionArn` for Lambda's own
 * actions alone: keys that it knows take their places, in policies and requests alike.
 */
function simple<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/kms:EncryptionContext:[\w:]+/g, 'aws:SourceIdentity')
      .replaceAll('lambda:SourceFunctionArn', 'aws:SourceArn'),
  );
}
