import { describe, expect, it } from '@jest/globals';
import { dollarsOf } from '../../../bench/herd/prices.ts';
import { type QuotaTally, withQuotas, withSdkRetries } from '../../../bench/herd/quotas.ts';

const call = (operation: string) =>
  new Request('https://aws.example.com', {
    method: 'POST',
    headers: { 'x-amz-target': `secretsmanager.${operation}` },
  });

function limited(quotas = { writes: 2, lists: 1, reads: 3 }) {
  let now = 0;
  const tally: QuotaTally = { carriedOut: { writes: 0, lists: 0, reads: 0 }, throttled: 0 };
  const handler = withQuotas(async () => new Response('{}'), { quotas, now: () => now, tally });
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { handler, tally, sleep };
}

describe('quotas', () => {
  it('hold kinds of calls apart, and are full again after a second', async () => {
    const { handler, tally, sleep } = limited();
    const statuses = async (...operations: string[]) => {
      const answers = [];
      for (const operation of operations) answers.push((await handler(call(operation))).status);
      return answers;
    };
    expect(await statuses('PutSecretValue', 'UpdateSecretVersionStage', 'PutSecretValue')).toEqual([200, 200, 400]);
    expect(await statuses('ListSecretVersionIds', 'ListSecretVersionIds')).toEqual([200, 400]);
    expect(await statuses('GetSecretValue', 'DescribeSecret', 'GetSecretValue', 'GetSecretValue')).toEqual([
      200, 200, 200, 400,
    ]);
    await sleep(500);
    expect(await statuses('PutSecretValue', 'PutSecretValue')).toEqual([200, 400]);
    expect(tally).toEqual({ carriedOut: { writes: 3, lists: 1, reads: 3 }, throttled: 4 });
  });

  it('are borne by the SDK three times in all', async () => {
    const { handler, tally, sleep } = limited({ writes: 1, lists: 1, reads: 1 });
    const patient = withSdkRetries(handler, { sleep, random: () => 1 });
    expect((await patient(call('PutSecretValue'))).status).toBe(200);
    // After 500 ms half of one, after 1000 ms more there is one.
    expect((await patient(call('PutSecretValue'))).status).toBe(200);
    expect(tally.throttled).toBe(2);
    const hasty = withSdkRetries(handler, { sleep: async () => {}, random: () => 0 });
    await patient(call('PutSecretValue'));
    expect((await hasty(call('PutSecretValue'))).status).toBe(400);
  });
});

describe('prices', () => {
  it('add up', () => {
    const nothing = {
      kmsRequests: 0,
      invocations: 0,
      gigabyteSeconds: 0,
      schedulerInvocations: 0,
      tableWrites: 0,
      events: 0,
    };
    expect(dollarsOf({ ...nothing, secretsManagerCalls: 10_000 })).toBeCloseTo(0.05, 10);
    expect(dollarsOf({ ...nothing, secretsManagerCalls: 0, gigabyteSeconds: 3600 })).toBeCloseTo(0.048, 4);
  });
});
