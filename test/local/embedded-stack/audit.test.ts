import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { CONNECTOR_NAME, CUSTOMERS } from '../../../local/demo/fleet/customers.ts';
import { onboard } from '../../../local/demo/fleet/onboarding.ts';
import { configurationOf } from '../../../local/demo/fleet/settings.ts';
import { OPERATOR, REGION } from '../../../local/embedded-stack/names.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../../local/embedded-stack/stack.ts';
import type { Invocation } from '../../../local/stand-ins/lambda/host.ts';
import { auditOnce } from '../../support/embedded-audit.ts';

const TOKEN = 'connector-access-token';

/** The audit as it is deployed: real adapters over embedded services, started by the Scheduler. */
describe('an audit of the embedded stack', () => {
  const ended: Invocation[] = [];
  let stack: EmbeddedStack;
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const open = async (audits: boolean) => {
    stack = await startEmbeddedStack({
      audits,
      timeouts: { function: 'PT60S', http: 'PT14S' },
      connectorToken: TOKEN,
      clock: now,
      onInvoked: (invocation) => ended.push(invocation),
    });
  };
  afterEach(() => stack.close());

  const audit = async (id: string) => await auditOnce(id, { stack, ended, now });

  it('finds nothing at rest, and the connector that is changed by hand then, once', async () => {
    await open(false);
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
    expect((await audit(acme.id)).error).toBeUndefined();
    expect(told()).toEqual([]);
    expect(stack.events.map(({ detailType }) => detailType)).toContain('Audit Completed');

    stack.connector.configure(acme.id, configurationOf(credential, 'entered-by-hand'));
    await audit(acme.id);
    await audit(acme.id);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toMatch(/connector-differs/);
    expect(told()[0]).not.toContain('entered-by-hand');

    const shown = await aws.fetch(`${stack.apiUrl}/credentials/${acme.id}`);
    expect(await shown.json()).toMatchObject({ findings: [{ kind: 'connector-differs', about: CONNECTOR_NAME }] });
  });

  it('begins by itself each quarter of an hour, as in the deployed stack', async () => {
    await open(true);
    const byItself = () =>
      ended.filter(
        ({ event }) => (event as { trigger?: string; id?: string }).trigger === 'audit' && !('id' in (event as object)),
      );
    const before = byItself().length;
    aheadMs += 15 * 60_000;
    while (byItself().length === before) await new Promise((resolve) => setTimeout(resolve, 20));
    const { event, result } = byItself()[before] as Invocation;
    expect(event).toEqual({
      trigger: 'audit',
      scheduledTime: expect.stringMatching(/T\d\d:(00|15|30|45):00Z$/),
      repair: false,
    });
    expect([result.error, result.payload]).toEqual([undefined, expect.objectContaining({ failed: 0, outages: [] })]);
  });
});
