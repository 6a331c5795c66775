import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { CUSTOMERS } from '../../../local/demo/fleet/customers.ts';
import { onboard } from '../../../local/demo/fleet/onboarding.ts';
import { configurationOf } from '../../../local/demo/fleet/settings.ts';
import { ACCOUNT, functionArn, OPERATOR, REGION } from '../../../local/embedded-stack/names.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../../local/embedded-stack/stack.ts';
import type { Invocation } from '../../../local/stand-ins/lambda/host.ts';

const TOKEN = 'connector-access-token';

/** The audit as it is deployed: real adapters over embedded services, started by the Scheduler. */
describe('an audit of the embedded stack', () => {
  const ended: Invocation[] = [];
  let stack: EmbeddedStack;
  let audits = 0;
  let aheadMs = 0;
  beforeAll(async () => {
    stack = await startEmbeddedStack({
      timeouts: { function: 'PT60S', http: 'PT14S' },
      connectorToken: TOKEN,
      clock: () => new Date(Date.now() + aheadMs),
      onInvoked: (invocation) => ended.push(invocation),
    });
  });
  afterAll(() => stack.close());

  /** Lets the Scheduler start an audit of one credential, and waits for its end. */
  const audit = async (id: string) => {
    const at = new Date(Date.now() + aheadMs + 2000).toISOString().slice(0, 19);
    await stack.scheduler.send(
      new CreateScheduleCommand({
        Name: `audit-${++audits}`,
        GroupName: `${stack.prefix}-once`,
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: functionArn(stack.prefix, 'audit'),
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/scheduler`,
          Input: JSON.stringify({ trigger: 'audit', scheduledTime: '<aws.scheduler.scheduled-time>', id }),
        },
      }),
    );
    const ofAudits = () => ended.filter(({ event }) => (event as { trigger?: string }).trigger === 'audit');
    while (ofAudits().length < audits) await new Promise((resolve) => setTimeout(resolve, 20));
    return ofAudits().at(-1)?.result;
  };

  it('finds nothing at rest, and the connector that is changed by hand then, once', async () => {
    const [acme] = CUSTOMERS;
    if (!acme) throw new Error('the fleet is empty');
    const credential = await onboard(stack, acme, { connectorToken: TOKEN, grace: 'PT3S' });
    const aws = new AwsClient({ ...OPERATOR, region: REGION, service: 'execute-api', retries: 0 });
    const adopted = await aws.fetch(`${stack.apiUrl}/credentials/${acme.id}/rotations`, { method: 'POST', body: '{}' });
    expect(await adopted.json()).toMatchObject({ outcome: 'adopted' });
    const told = () =>
      stack.events.map((event) => JSON.stringify(event)).filter((text) => text.includes('Drift Detected'));

    // Right after the adoption a difference could be a rotation at work.
    aheadMs += 600_000;
    expect((await audit(acme.id))?.error).toBeUndefined();
    expect(told()).toEqual([]);
    expect(stack.events.map((event) => JSON.stringify(event)).at(-1)).toContain('Audit Completed');

    stack.connector.configure(acme.id, configurationOf(credential, 'entered-by-hand'));
    await audit(acme.id);
    await audit(acme.id);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toMatch(/connector-differs/);
    expect(told()[0]).not.toContain('entered-by-hand');
  });
});
