import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFunction } from '../../../bench/processes/function-process.ts';

const HANDLER = `let count = 0;
export const handler = async (event, context) => {
  if (event.fail) throw new Error('it fails');
  if (event.leave) process.exit(3);
  return { count: ++count, endpoint: process.env.AWS_ENDPOINT_URL_SQS, left: context.getRemainingTimeInMillis() };
};`;

describe('a function in a process of its own', () => {
  let folder = '';
  let bundle = '';
  const aws = { endpoints: { sqs: 'http://127.0.0.1:1' } } as never;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    bundle = join(folder, 'handler.mjs');
    await writeFile(bundle, HANDLER);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('keeps what it keeps between invocations, and tells its memory', async () => {
    const child = await startFunction({ bundle, aws, timeoutMs: 5000 });
    await child.invoke({});
    const answer = (await child.invoke({})) as { readonly left: number };
    expect(answer).toMatchObject({ count: 2, endpoint: 'http://127.0.0.1:1' });
    expect(answer.left).toBeGreaterThan(0);
    expect(child.megabytes()).toBeGreaterThan(10);
    await expect(child.invoke({ fail: true })).rejects.toThrow('it fails');
    await child.end();
  });

  it('is an error where the process ends instead', async () => {
    const child = await startFunction({ bundle, aws });
    await expect(child.invoke({ leave: true })).rejects.toThrow("the function's process ended with 3");
  });
});
