import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAgentHost } from '../../../../local/demo/agent-host/host.ts';
import { agentOf, CUSTOMERS, type Customer } from '../../../../local/demo/fleet/customers.ts';
import { configurationOf } from '../../../../local/demo/fleet/settings.ts';
import { createQueues } from '../../../../local/stand-ins/agent/serve.ts';
import { type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { SqsEngine } from '../../../../local/stand-ins/sqs/engine.ts';
import { sqsHandler } from '../../../../local/stand-ins/sqs/handler.ts';

const PREFIX = 'client-secret-rotation';
const ADDRESS = { accessTokenUrl: 'https://initech.example.com/token', scope: 'openid' };
const customer = CUSTOMERS.find(({ via }) => via === 'agent') as Customer;

let aws: Server;
beforeEach(async () => {
  const sqs = new SqsEngine();
  createQueues(sqs, { prefix: PREFIX, agents: [agentOf(customer)], credentials: [customer.id] });
  aws = await serve(sqsHandler(sqs));
});
afterEach(() => aws.close());

const start = (prefix: string) => {
  const endpoints = { sqs: aws.url, secretsManager: aws.url };
  const configuration = configurationOf(ADDRESS, 'secret-of-the-file');
  return startAgentHost({ prefix, customer, configuration }, { endpoints, onTrouble: () => {} });
};

describe("the agent's host of the demonstration", () => {
  it('has a connector that reads its file, and an agent whose clock can be set until it is closed', async () => {
    const host = await start(PREFIX);
    expect(host.section()).toMatchObject({ clientSecret: 'secret-of-the-file', scopes: 'openid' });
    await host.setClock(120_000);
    await host.close();
    expect(() => host.section()).toThrow('ENOENT');
    await expect(host.setClock(240_000)).rejects.toThrow('The agent has ended by itself');
  }, 60_000);

  it('tells what the agent says when it does not start, and leaves no files', async () => {
    const message = await start('Not a prefix').then(
      () => '',
      (error: Error) => error.message,
    );
    const [, file = ''] = /^The agent did not start: (\S+agent\.json): prefix: must be lower-case/.exec(message) ?? [];
    expect(file).toMatch(/agent\.json$/);
    expect(existsSync(file.slice(0, file.lastIndexOf('/')))).toBe(false);
  }, 60_000);
});
