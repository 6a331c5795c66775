import { describe, expect, it } from '@jest/globals';
import { holdersOf } from '../../../infra/permissions/compared.ts';
import type { RequestContext } from '../../../infra/permissions/conditions.ts';
import { grantedBy, type Statement, short } from '../../../infra/permissions/grants.ts';
import { NEEDS_OF_PEOPLE } from '../../../infra/permissions/people.ts';
import { everyFeature, templatesOf } from '../../../infra/permissions/synthesized.ts';
import { type Case, casesOf } from './requests.ts';
import { isAllowed, type Principal } from './simulator.ts';
import { serviceOf, universeOf } from './universe.ts';

const granted = grantedBy(templatesOf(everyFeature()));
const universe = universeOf(granted);
const holders = holdersOf(granted);
const needed = new Set(
  [...holders.flatMap(({ needs }) => needs), ...Object.values(NEEDS_OF_PEOPLE).flat()].flatMap(
    ({ actions }) => actions,
  ),
);
const roles = await Promise.all(
  holders.map(async ({ role, needs }) => {
    const cases = await casesOf(needs, needed, universe);
    const principal = { arn: role.arn, statements: role.statements, resourcePolicies: granted.resourcePolicies };
    return { name: role.name, needs, cases, principal, tally: tallyOf(cases) };
  }),
);

/** `23 requests are allowed; 812 are denied: 410 for the resource, …` */
function tallyOf(cases: readonly Case[]): string {
  const count = (reason: Case['denied']) => cases.filter(({ denied }) => denied === reason).length;
  const reasons = (['another resource', 'another action', 'the condition', 'nothing of it'] as const).map(
    (reason) => `${count(reason)} for ${reason}`,
  );
  return `${count(undefined)} requests are allowed, ${cases.length - count(undefined)} are denied: ${reasons.join(', ')}`;
}

/** What came out otherwise than it has to. */
async function surprises(principal: Principal, cases: readonly Case[]): Promise<string[]> {
  const found: string[] = [];
  for (const one of cases) {
    const allowed = await isAllowed(principal, one);
    if (allowed !== (one.denied === undefined))
      found.push(`${allowed ? 'may' : 'may not'} ${one.action} on ${one.resource} ${JSON.stringify(one.context)}`);
  }
  return found;
}

describe('the roles of a deployment with every feature', () => {
  it.each(roles.map((role) => [role.name, role.tally, role] as const))(
    '%s: %s',
    async (_name, _tally, { principal, cases }) => {
      expect(await surprises(principal, cases)).toEqual([]);
    },
  );

  it('are asked several hundred times each, and every action that a role needs is among what is allowed', () => {
    for (const { name, needs, cases } of roles) {
      if (name === 'chat') continue;
      expect(cases.length).toBeGreaterThan(500);
      const allowed = new Set(cases.filter(({ denied }) => denied === undefined).map(({ action }) => action));
      const allows = needs.filter((one) => !one.denied);
      const untried = new Set(allows.flatMap(({ actions }) => actions).filter((action) => !allowed.has(action)));
      // What the simulator knows of them is a log group, and not a log stream.
      for (const action of ['logs:CreateLogStream', 'logs:DescribeLogStreams']) untried.delete(action);
      expect([name, ...untried]).toEqual([name]);
    }
  });
});

describe('among what is denied', () => {
  const SIGNER = 'key/ServiceSignerKey';
  const CUSTOMER = 'arn:aws:iam::222233334444:role/<prefix>-initech';
  const INTERFACE = 'network-interface/eni-0a1b2c3d4e5f60718';
  const signing = (algorithm: string, type: string) => ({
    'kms:SigningAlgorithm': algorithm,
    'kms:MessageType': type,
  });
  const fromCode = {
    'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-north-1:111122223333:function:the-prefix-rotate',
  };

  const WHATEVER = {};

  it.each<[role: string, action: string, on: string, context: RequestContext]>([
    ['rotate', 'kms:Sign', 'key/ServiceKey', WHATEVER],
    ['rotate', 'kms:Sign', 'key/Other-7f1e-4a4e-9a3c-2a6f1b6c9d10', WHATEVER],
    ['rotate', 'kms:Sign', SIGNER, signing('ECDSA_SHA_256', 'DIGEST')],
    ['rotate', 'kms:Sign', SIGNER, signing('ECDSA_SHA_384', 'RAW')],
    ['rotate', 'kms:GetPublicKey', SIGNER, WHATEVER],
    ['retire', 'kms:ScheduleKeyDeletion', SIGNER, WHATEVER],
    ['audit', 'kms:PutKeyPolicy', SIGNER, WHATEVER],
    ['api', 'kms:Sign', SIGNER, signing('ECDSA_SHA_256', 'RAW')],
    ['many', 'kms:Sign', SIGNER, signing('ECDSA_SHA_256', 'RAW')],
    ['scheduler', 'kms:Sign', SIGNER, signing('ECDSA_SHA_256', 'RAW')],
    ['rotate', 'sts:AssumeRole', 'arn:aws:iam::222233334444:role/other-prefix-initech', WHATEVER],
    ['rotate', 'sts:AssumeRole', 'arn:aws:iam::999988887777:role/<prefix>-initech', WHATEVER],
    ['rotate', 'sts:AssumeRole', 'role/administrator', WHATEVER],
    ['rotate', 'sts:TagSession', CUSTOMER, WHATEVER],
    ['api', 'sts:AssumeRole', CUSTOMER, WHATEVER],
    ['rotate', 'ec2:CreateNetworkInterface', INTERFACE, fromCode],
    ['rotate', 'ec2:DescribeSubnets', '*', fromCode],
    ['rotate', 'ec2:DetachNetworkInterface', INTERFACE, WHATEVER],
    ['rotate', 'ec2:CreateNetworkInterface', `arn:aws:ec2:us-east-1:<account>:${INTERFACE}`, WHATEVER],
    ['many', 'ec2:CreateNetworkInterface', INTERFACE, WHATEVER],
  ])('to %s is %s on %s', (name, action, on, context) => {
    const asked = roles
      .find((role) => role.name === name)
      ?.cases.filter((one) => one.action === action && short(one.resource) === on)
      .filter((one) => Object.entries(context).every(([key, value]) => one.context[key] === value));

    expect(asked).not.toEqual([]);
    expect(asked?.filter(({ denied }) => denied === undefined)).toEqual([]);
  });
});

/** Each grant of a role, wider in one respect, by itself. */
function widened(statements: readonly Statement[]): [what: string, Statement][] {
  const grants = statements.filter(({ Effect }) => Effect === 'Allow');
  return grants.flatMap((one) => {
    const { Condition, ...unconditional } = one;
    const [first = ''] = one.Action;
    const everything = { ...unconditional, Action: [`${serviceOf(first)}:*`] };
    const wider: [string, Statement][] = [[`${serviceOf(first)}:* instead of`, everything]];
    if (!one.Resource.includes('*')) wider.push(['any resource for', { ...one, Resource: ['*'] }]);
    if (Condition) wider.push(['no condition for', unconditional]);
    return wider.map(([what, statement]) => [`${what} ${one.Action.join()} on ${one.Resource.join()}`, statement]);
  });
}

/** All statements of a role, of which one takes away less: one action less, or only from a function that isn't there. */
function loosened(statements: readonly Statement[]): [what: string, changed: Statement, all: Statement[]][] {
  const denials = statements.filter(({ Effect }) => Effect === 'Deny');
  return denials.flatMap((one) => {
    const others = statements.filter((other) => other !== one);
    const granted = new Set(others.flatMap(({ Action }) => Action));
    const nobody = JSON.parse(JSON.stringify(one.Condition).replaceAll('-prefix-', '-nobody-'));
    const less = [
      { ...one, Condition: nobody },
      ...one.Action.filter((action) => granted.has(action)).map((action) => ({
        ...one,
        Action: one.Action.filter((other) => other !== action),
      })),
    ];
    return less.map((changed): [string, Statement, Statement[]] => [
      `denied are only ${changed.Action.join()} if ${JSON.stringify(changed.Condition)}`,
      one,
      [...others, changed],
    ]);
  });
}

/** Whether a request that has to be denied is allowed. */
async function isNoticed(
  { principal, cases }: (typeof roles)[number],
  statement: Statement,
  statements: readonly Statement[] = [statement],
): Promise<boolean> {
  const services = new Set(statement.Action.map(serviceOf));
  const denied = cases.filter(({ denied, action }) => denied && services.has(serviceOf(action)));
  const first = (one: Case) => (statement.Action.includes(one.action) ? 0 : 1);
  for (const one of denied.toSorted((a, b) => first(a) - first(b)))
    if (await isAllowed({ ...principal, statements }, one)) return true;
  return false;
}

describe('a grant that is wider than needed', () => {
  it.each(roles.filter(({ principal }) => principal.statements.length > 0).map((role) => [role.name, role] as const))(
    'is noticed, whichever statement of %s it is',
    async (_name, role) => {
      const unnoticed: string[] = [];
      for (const [what, statement] of widened(role.principal.statements))
        if (!(await isNoticed(role, statement))) unnoticed.push(what);
      for (const [what, changed, all] of loosened(role.principal.statements))
        if (!(await isNoticed(role, changed, all))) unnoticed.push(what);
      expect(unnoticed).toEqual([]);
    },
  );
});
