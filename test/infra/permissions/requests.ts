import { CONDITIONS, type ConditionName, type RequestContext } from '../../../infra/permissions/conditions.ts';
import { short } from '../../../infra/permissions/grants.ts';
import type { Need } from '../../../infra/permissions/needs.ts';
import { ACCOUNT, REGION } from '../../../infra/permissions/resolved.ts';
import { PREFIX } from '../../../infra/permissions/synthesized.ts';
import type { Request } from './simulator.ts';
import { actionsOn, serviceOf } from './universe.ts';

const via = (service: string) => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });
const scheduling = (group: string) => ({
  ...via('scheduler'),
  'kms:EncryptionContext:aws:scheduler:schedule:arn': `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${group}/acme-prod`,
});
const keys = (...items: string[]) => ({ 'dynamodb:LeadingKeys': items });
const sources = (...names: string[]) => ({ 'events:source': names });
const rotatedBy = (name: string) => ({
  'secretsmanager:RotationLambdaARN': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
});
const passedTo = (service: string) => ({ 'iam:PassedToService': `${service}.amazonaws.com` });
const signing = (algorithm: string, type: string) => ({
  'kms:SigningAlgorithm': algorithm,
  'kms:MessageType': type,
});
const fromCode = (name: string) => ({
  'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${PREFIX}-${name}`,
});
const WITHOUT_TLS = { 'aws:SecureTransport': 'false' };

/** What requests of a service, or of one action, may carry: what a condition asks for, and what comes near it. */
const CONTEXTS: Readonly<Record<string, readonly RequestContext[]>> = {
  kms: [
    {},
    ...['dynamodb', 's3', 'secretsmanager', 'sqs', 'lambda'].map(via),
    ...[PREFIX, `${PREFIX}-once`, 'default'].map(scheduling),
  ],
  dynamodb: [keys('audit#acme-prod'), keys('many#one'), keys('acme-prod'), keys('many#one', 'acme-prod')],
  events: [
    sources('client-secret-rotation'),
    sources('aws.secretsmanager'),
    sources('client-secret-rotation', 'other'),
  ],
  iam: ['scheduler', 'lambda', 'states'].map(passedTo),
  sqs: [{}, WITHOUT_TLS],
  sns: [{}, WITHOUT_TLS],
  s3: [{}, WITHOUT_TLS],
  ec2: [{}, ...['rotate', 'retire', 'audit'].map(fromCode)],
  'kms:Sign': [
    {},
    signing('ECDSA_SHA_256', 'RAW'),
    signing('ECDSA_SHA_256', 'DIGEST'),
    signing('ECDSA_SHA_384', 'RAW'),
    { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' },
    { 'kms:MessageType': 'RAW' },
  ],
  'secretsmanager:GetSecretValue': [{}, { 'secretsmanager:VersionId': '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f' }],
  'secretsmanager:RotateSecret': [{}, rotatedBy(`${PREFIX}-rotate`), rotatedBy('other')],
};

const contextsOf = (action: string) => CONTEXTS[action] ?? CONTEXTS[serviceOf(action)] ?? [{}];

/** A request, and what has to come of it. */
export interface Case extends Request {
  /** Why it is denied; absent where it is allowed. */
  readonly denied?: 'another action' | 'another resource' | 'the condition' | 'nothing of it';
}

/**
 * Every action that anybody needs, on everything that it can be about, with everything that it can carry; and every other action of AWS
 * on one thing of each kind that the principal has to do with.
 *
 * @param needs what the principal needs
 * @param actions what anybody needs
 * @param universe what there is
 */
export async function casesOf(
  needs: readonly Need[],
  actions: ReadonlySet<string>,
  universe: readonly string[],
): Promise<Case[]> {
  const all = [...(await crossed(actions, universe)), ...(await siblings(needs, universe))];
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()].map((one) => judged(one, needs));
}

async function crossed(actions: ReadonlySet<string>, universe: readonly string[]): Promise<Request[]> {
  const services = [...new Set([...actions].map(serviceOf))];
  const requests = universe.map(async (resource) => {
    const about = resource === '*' ? services : servicesAbout(resource);
    const possible = (await Promise.all(about.map((service) => actionsOn(resource, service)))).flat();
    return possible
      .filter((action) => actions.has(action))
      .flatMap((action) => contextsOf(action).map((context) => ({ action, resource, context })));
  });
  return (await Promise.all(requests)).flat();
}

/** The services with actions about a resource: a role is IAM's, and STS gives sessions of it. */
function servicesAbout(resource: string): string[] {
  const own = serviceOf(resource);
  return own === 'iam' ? [own, 'sts'] : [own];
}

async function siblings(needs: readonly Need[], universe: readonly string[]): Promise<Request[]> {
  const requests = needs.map(async (need) => {
    const resource = universe.find((one) => matches(need.on, one));
    if (resource === undefined) return [];
    const context = contextsOf(need.actions[0] ?? '').find((one) => isMet(need.when, one)) ?? {};
    const others = await actionsOn(resource, serviceOf(need.actions[0] ?? ''));
    return others.map((action) => ({ action, resource, context }));
  });
  return (await Promise.all(requests)).flat();
}

function judged(request: Request, all: readonly Need[]): Case {
  const { action, resource, context } = request;
  const needs = all.filter(({ denied }) => !denied);
  const isTaken = all.some(({ denied, actions, when }) => denied && actions.includes(action) && isMet(when, context));
  const same = needs.filter(({ actions }) => actions.includes(action));
  const here = needs.filter(({ on }) => matches(on, resource));
  const both = same.filter((need) => here.includes(need));
  const secure = context['aws:SecureTransport'] !== 'false';
  if (secure && !isTaken && both.some(({ when }) => isMet(when, context))) return request;
  if (both.length > 0) return { ...request, denied: 'the condition' };
  if (same.length > 0) return { ...request, denied: 'another resource' };
  return { ...request, denied: here.length > 0 ? 'another action' : 'nothing of it' };
}

function isMet(when: ConditionName | undefined, context: RequestContext): boolean {
  return when === undefined || CONDITIONS[when].isMet(context);
}

/** Whether a resource is one that a need is about, as the page writes it. */
function matches(on: string, resource: string): boolean {
  if (on === '*' || resource === '*') return on === resource;
  const pattern = on
    .replaceAll(/[.+^$()|[\]\\{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(/(-\?+)$/g, '');
  return new RegExp(`^${pattern}$`).test(short(resource));
}
