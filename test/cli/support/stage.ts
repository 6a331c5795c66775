import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { CLIENT_ID, type Customer } from '../../../local/demo/fleet/customers.ts';
import { onboard, scheduleFrom } from '../../../local/demo/fleet/onboarding.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../../local/embedded-stack/stack.ts';
import type { Invocation } from '../../../local/stand-ins/lambda/host.ts';
import { serve } from '../../../local/stand-ins/serve.ts';
import { auditOnce } from '../../support/embedded-audit.ts';
import { csr, type Ended, type Surroundings } from './csr.ts';

const DAY_MS = 86_400_000;
/** Longer than a lease. */
const LEASE_MS = 60_000;

/** The embedded stack, and the command line in front of it. */
export interface Stage {
  readonly stack: EmbeddedStack;
  /** Environment variables with which the command line finds the embedded parts, as an operator's would find AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command against the stack, which is found by its prefix. */
  csr(args: readonly string[], surroundings?: Surroundings): Promise<Ended>;
  /** Makes a customer; `change` replaces settings. */
  onboard(customer: Customer, change?: (credential: Credential) => object): Promise<Credential>;
  /** Audits a credential in full. */
  audit(id: string): Promise<void>;
  /** Lets a lease go by in AWS. */
  pass(): void;
  /** The secret that the IAM holds. */
  secretOf(realm: string): string;
  /** What a person does in the IAM: makes a new secret, which ends the one before. */
  refresh(realm: string): string;
  /** The text of a secret in Secrets Manager. */
  stored(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts the stack. */
export async function openStage(connectorToken = 'connector-access-token'): Promise<Stage> {
  let passedMs = 0;
  const now = () => new Date(Date.now() + passedMs);
  const ended: Invocation[] = [];
  const stack = await startEmbeddedStack({
    audits: false,
    timeouts: { function: 'PT45S', http: 'PT10S' },
    connectorToken,
    clock: now,
    onInvoked: (invocation) => ended.push(invocation),
  });
  const cloudFormation = await serve(describeStacks(stack));
  const env = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await endpointOf(stack),
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    AWS_ENDPOINT_URL_KMS: stack.endpoints.kms,
  };
  return {
    stack,
    env,
    csr: (args, surroundings = {}) => csr(args, { ...surroundings, env: { ...env, ...surroundings.env } }),
    onboard: async (customer, change) => {
      const credential = await onboard(stack, customer, { connectorToken, grace: 'PT1H', everyMinutes: 1440 });
      if (change) await reschedule(stack, { ...credential, ...change(credential) } as Credential);
      return credential;
    },
    audit: async (id) => {
      await auditOnce(id, { stack, ended, now });
    },
    pass: () => {
      passedMs += LEASE_MS;
    },
    secretOf: (realm) => stack.iam.findClient(realm, CLIENT_ID)?.secret ?? '',
    refresh: (realm) => stack.iam.regenerateSecret(realm, stack.iam.findClient(realm, CLIENT_ID)?.id ?? ''),
    stored: async (name) =>
      (await stack.secretsManager.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '',
    close: async () => {
      await cloudFormation.close();
      await stack.close();
    },
  };
}

async function reschedule(stack: EmbeddedStack, credential: Credential): Promise<void> {
  await scheduleFrom(stack, credential, new Date(Date.now() + DAY_MS));
  if (credential.iam.type !== 'manual') return;
  await stack.secretsManager.send(new CreateSecretCommand({ Name: `${stack.prefix}-inbox/${credential.id}` }));
}

async function endpointOf({ secretsManager }: EmbeddedStack): Promise<string> {
  const { protocol, hostname, port } = (await secretsManager.config.endpoint?.()) ?? {};
  return `${protocol}//${hostname}:${port}`;
}

/** As much of CloudFormation as the command line calls. */
function describeStacks({ prefix, apiUrl }: EmbeddedStack) {
  return async (request: Request): Promise<Response> => {
    const name = new URLSearchParams(await request.text()).get('StackName');
    const [status, body] = name === prefix ? [200, described(prefix, apiUrl)] : [400, absent(name ?? '')];
    return new Response(body, { status, headers: { 'content-type': 'text/xml' } });
  };
}

function described(prefix: string, apiUrl: string): string {
  const output = `<member><OutputKey>ApiUrl</OutputKey><OutputValue>${apiUrl}/</OutputValue></member>`;
  const stack = `<member><StackName>${prefix}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${output}</Outputs></member>`;
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function absent(name: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`;
}
