import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { CUSTOMERS } from '../../local/demo/fleet/customers.ts';
import { onboard, scheduleFrom } from '../../local/demo/fleet/onboarding.ts';
import { OPERATOR, REGION } from '../../local/embedded-stack/names.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../local/embedded-stack/stack.ts';

const run = promisify(execFile);
const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
const CONNECTOR_TOKEN = 'connector-access-token';

/** The first block of a section. */
function blockOf(heading: string, language: string): string {
  const [, section = ''] = PAGE.split(`\n## ${heading}\n`);
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1] ?? '';
}

const [definition = '', ...commands] = blockOf('Call it with curl', 'sh').split(/^(?=call )/m);

let stack: EmbeddedStack;
beforeAll(async () => {
  // A busy machine is slow, and nothing here depends on how slow.
  stack = await startEmbeddedStack({
    audits: false,
    timeouts: { function: 'PT60S', http: 'PT14S' },
    connectorToken: CONNECTOR_TOKEN,
  });
  const [acme] = CUSTOMERS;
  if (!acme) throw new Error('the fleet is empty');
  const credential = await onboard(stack, acme, { connectorToken: CONNECTOR_TOKEN, grace: 'PT1H' });
  const byHand = { name: 'IFS Test', via: 'manual', within: 'P3D', proof: 'attested' } as const;
  const settings = { ...credential, connectors: [...credential.connectors, byHand] };
  await scheduleFrom(stack, settings, new Date(Date.now() + 86_400_000));
});
afterAll(() => stack?.close());

/** What a shell says to a command after the function of the page. */
async function paste(command: string, env: Record<string, string> = {}) {
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = OPERATOR;
  const own = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION: REGION, API_URL: `${stack.apiUrl}/` };
  const { stdout, stderr } = await run('bash', ['--norc', '-c', `${definition}\n${command}`], {
    env: { PATH: process.env.PATH ?? '', ...own, ...env },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it('the commands of docs/api.md do what they say, as pasted', async () => {
  const [list = '', look = '', rotate = '', ofRotation = ''] = commands;
  expect(commands).toHaveLength(4);
  expect((await paste(list)).credentials).toMatchObject([{ id: 'acme-prod' }]);
  expect(await paste(look)).toMatchObject({ id: 'acme-prod', versionId: null });
  const rotation = (await paste(rotate)) as Rotation;
  expect(rotation).toMatchObject({ credential: 'acme-prod', outcome: 'adopted', reason: 'suspected leak' });
  const view = await paste(ofRotation, { ROTATION_ID: rotation.rotationId ?? '' });
  expect(view).toMatchObject({ rotationId: rotation.rotationId, status: 'ended', state: 'current' });
});

it('the bodies of docs/api.md are taken', async () => {
  const schedule = JSON.stringify(JSON.parse(blockOf('`PATCH /credentials/{id}/schedule`', 'json')));
  const paused = await paste(`call -X PATCH "\${API_URL}credentials/acme-prod/schedule" --json '${schedule}'`);
  expect(paused).toMatchObject({ credential: 'acme-prod', schedule: { state: 'DISABLED' }, changed: true });

  const heading = '`POST /credentials/{id}/connectors/{name}/acknowledgement`';
  const example = JSON.parse(blockOf(heading, 'json')) as { versionId: string };
  expect(Object.keys(example)).toEqual(['versionId']);
  const path = '/credentials/acme-prod/connectors/IFS%20Test/acknowledgement';
  const aws = new AwsClient({ ...OPERATOR, region: REGION, service: 'execute-api', retries: 0 });
  const acknowledge = async (body: object) =>
    await (await aws.fetch(`${stack.apiUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
  expect(await acknowledge(example)).toMatchObject({ code: 'version-not-current' });
  const { versionId } = await paste(commands[1] ?? '');
  expect(await acknowledge({ versionId })).toMatchObject({ connector: 'IFS Test', versionId, by: OPERATOR.userArn });
});
