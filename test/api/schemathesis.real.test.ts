import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { OPERATOR, REGION } from '../../local/embedded-stack/names.ts';
import type { EmbeddedStack } from '../../local/embedded-stack/stack.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { startFleet } from './fleet.ts';
import { runSchemathesis } from './schemathesis.ts';
import { type SigningProxy, startSigningProxy } from './signing-proxy.ts';

const { timeouts } = await patience({ function: 15, http: 5 });
jest.setTimeout(900_000);

describeReal('the API, as its OpenAPI document describes it', ['ministack'], () => {
  const token = randomUUID();
  const seed = Number(process.env.SCHEMATHESIS_SEED ?? randomInt(1_000_000));
  let stack: EmbeddedStack;
  let proxy: SigningProxy;

  beforeAll(async () => {
    stack = await startFleet(timeouts);
    proxy = await startSigningProxy({ target: stack.apiUrl, keys: OPERATOR, region: REGION, token });
  });

  afterAll(async () => {
    await proxy?.close();
    await stack?.close();
  });

  it(`keeps every promise to 2,000 generated calls (SCHEMATHESIS_SEED=${seed})`, async () => {
    const began = Date.now();
    const { passed, output } = await runSchemathesis({
      url: proxy.url,
      token,
      seed,
      examples: 100,
      settings: process.env.ST_SETTINGS ?? '',
      mostSeconds: 150,
    });
    console.log(output, proxy.answers, Date.now() - began);
    expect(passed).toBe(true);
  });
});
