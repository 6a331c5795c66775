import { describe, expect, it } from '@jest/globals';
import { holdersOf } from '../../../infra/permissions/compared.ts';
import { grantedBy, type Statement } from '../../../infra/permissions/grants.ts';
import { NEEDS_OF_PEOPLE } from '../../../infra/permissions/needs.ts';
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
      const untried = new Set(needs.flatMap(({ actions }) => actions).filter((action) => !allowed.has(action)));
      // What the simulator knows of it is a log group, and not a log stream.
      untried.delete('logs:CreateLogStream');
      expect([name, ...untried]).toEqual([name]);
    }
  });
});

/** Each statement of a role, wider in one respect. */
function widened(statements: readonly Statement[]): [what: string, Statement][] {
  return statements.flatMap((one) => {
    const { Condition, ...unconditional } = one;
    const [first = ''] = one.Action;
    const everything = { ...unconditional, Action: [`${serviceOf(first)}:*`] };
    const wider: [string, Statement][] = [[`${serviceOf(first)}:* instead of`, everything]];
    if (!one.Resource.includes('*')) wider.push(['any resource for', { ...one, Resource: ['*'] }]);
    if (Condition) wider.push(['no condition for', unconditional]);
    return wider.map(([what, statement]) => [`${what} ${one.Action.join()} on ${one.Resource.join()}`, statement]);
  });
}

/** Whether a request that has to be denied is allowed. */
async function isNoticed({ principal, cases }: (typeof roles)[number], statement: Statement): Promise<boolean> {
  const services = new Set(statement.Action.map(serviceOf));
  const denied = cases.filter(({ denied, action }) => denied && services.has(serviceOf(action)));
  const first = (one: Case) => (statement.Action.includes(one.action) ? 0 : 1);
  for (const one of denied.toSorted((a, b) => first(a) - first(b)))
    if (await isAllowed({ ...principal, statements: [statement] }, one)) return true;
  return false;
}

describe('a grant that is wider than needed', () => {
  it.each(roles.filter(({ principal }) => principal.statements.length > 0).map((role) => [role.name, role] as const))(
    'is noticed, whichever statement of %s it is',
    async (_name, role) => {
      const unnoticed: string[] = [];
      for (const [what, statement] of widened(role.principal.statements))
        if (!(await isNoticed(role, statement))) unnoticed.push(what);
      expect(unnoticed).toEqual([]);
    },
  );
});
