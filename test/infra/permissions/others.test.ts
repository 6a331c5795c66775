import { describe, expect, it } from '@jest/globals';
import { CONDITIONS } from '../../../infra/permissions/conditions.ts';
import { grantedBy, type Statement, short } from '../../../infra/permissions/grants.ts';
import type { Need } from '../../../infra/permissions/needs.ts';
import { principalsOf } from '../../../infra/permissions/page.ts';
import { NEEDS_OF_PEOPLE } from '../../../infra/permissions/people.ts';
import { ACCOUNT, REGION } from '../../../infra/permissions/resolved.ts';
import { everyFeature, PREFIX, templatesOf } from '../../../infra/permissions/synthesized.ts';
import { casesOf } from './requests.ts';
import { isAllowed } from './simulator.ts';
import { actionsOn, serviceOf, universeOf } from './universe.ts';

const granted = grantedBy(templatesOf(everyFeature()));
const { resourcePolicies } = granted;
const universe = universeOf(granted);
const needed = new Set(Object.values(NEEDS_OF_PEOPLE).flatMap((needs) => needs.flatMap(({ actions }) => actions)));

/** A row of the page as somebody would grant it for one credential. */
function statementOf({ actions, on, when }: Need): Statement {
  const head = `arn:aws:${serviceOf(actions[0] ?? '')}:${REGION}:${ACCOUNT}:`;
  const known = granted.arns.find((one) => short(one) === on && one.startsWith(head));
  const resource = known ?? `${head}${on.replaceAll('<prefix>', PREFIX)}`;
  const condition = when && JSON.parse(JSON.stringify(CONDITIONS[when].condition).replaceAll('<region>', REGION));
  return { Effect: 'Allow', Action: actions, Resource: [resource], ...(condition && { Condition: condition }) };
}

/** Rows about a credential, for one that has both a secret and an inbox. */
const forOne = (needs: readonly Need[]) =>
  needs.map((need) => ({ ...need, on: need.on.replace('<id>', 'globex-test') }));

describe('people who are granted what a command of csr needs', () => {
  it.each(Object.entries(NEEDS_OF_PEOPLE))('%s: may do that, and nothing beside', async (_command, rows) => {
    const needs = forOne(rows);
    const person = { arn: `arn:aws:iam::${ACCOUNT}:role/person`, statements: needs.map(statementOf), resourcePolicies };
    const cases = await casesOf(needs, needed, universe);
    const came = await Promise.all(
      cases.map(async (one) => ((await isAllowed(person, one)) === (one.denied === undefined) ? [] : [one])),
    );

    expect(came.flat()).toEqual([]);
    expect(cases.filter(({ denied }) => denied).length).toBeGreaterThan(100);
    expect(cases.filter(({ denied }) => !denied).length).toBeGreaterThan(0);
  });
});

/** What a service is let in for, each as one case. */
const letIn = resourcePolicies.flatMap(({ arn, statements }) =>
  statements.flatMap((one) => principalsOf(one).map((service) => ({ service, arn, statement: one }))),
);

/** What a condition asks for, as a request carries it: the first of several values, and something in place of each `*`. */
function carriedFor({ Condition = {} }: Statement): Record<string, string> {
  const tests = Object.values(Condition).flatMap((one) => Object.entries(one));
  return Object.fromEntries(
    tests.map(([name, values]) => {
      const [first = ''] = [values].flat() as string[];
      return [name.replace(/^AWS:/, 'aws:'), first.replaceAll('*', 'one')];
    }),
  );
}

describe('a service that the stacks let in', () => {
  it.each(letIn.map((one) => [one.service, short(one.arn), one] as const))(
    '%s may use %s as the page says, for no other account, and in no other way',
    async (service, _on, { arn, statement }) => {
      const principal = { arn: service, statements: [], resourcePolicies };
      const may = (action: string, context: Record<string, string>) =>
        isAllowed(principal, { action, resource: arn, context });
      const carried = carriedFor(statement);
      for (const action of await actionsOn(arn, serviceOf(arn)))
        expect([action, await may(action, carried)]).toEqual([action, statement.Action.includes(action)]);
      for (const [name, value] of Object.entries(carried)) {
        const elsewhere = { ...carried, [name]: value.replace(ACCOUNT, '999988887777') };
        for (const action of statement.Action) expect([name, await may(action, elsewhere)]).toEqual([name, false]);
      }
    },
  );
});

describe('an administrator of another account', () => {
  it('may do nothing with any resource of the stacks, whatever that account grants', async () => {
    const statements: Statement[] = [{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }];
    const stranger = { arn: 'arn:aws:iam::444455556666:role/administrator', statements, resourcePolicies };
    const allowed: string[] = [];
    let asked = 0;
    for (const resource of granted.arns.filter((one) => !one.includes(':iam:') && !one.endsWith('*')))
      for (const action of await actionsOn(resource, serviceOf(resource))) {
        asked += 1;
        if (await isAllowed(stranger, { action, resource, context: {} }))
          allowed.push(`${action} on ${short(resource)}`);
      }

    expect(allowed).toEqual([]);
    expect(asked).toBeGreaterThan(500);
  });
});
