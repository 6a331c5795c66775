import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import type { Rotation } from '../../../functions/credential/outcome.ts';
import { CLIENT_ID, CUSTOMERS, type Customer } from '../../../local/demo/fleet/customers.ts';
import { onboard, scheduleFrom } from '../../../local/demo/fleet/onboarding.ts';
import { isRefused } from '../../../local/demo/operator.ts';
import { OPERATOR, REGION } from '../../../local/embedded-stack/names.ts';
import {
  type EmbeddedStack,
  type EmbeddedStackOptions,
  startEmbeddedStack,
} from '../../../local/embedded-stack/stack.ts';
import type { LogLine } from '../../../local/embedded-stack/telemetry.ts';
import type { Invocation } from '../../../local/stand-ins/lambda/host.ts';

const OPTIONS: EmbeddedStackOptions = {
  audits: false,
  // A busy machine is slow, and nothing here depends on how slow.
  timeouts: { function: 'PT60S', http: 'PT14S' },
  connectorToken: 'connector-access-token',
};

describe('the embedded stack', () => {
  const lines: LogLine[] = [];
  const ended: Invocation[] = [];
  let stack: EmbeddedStack;
  beforeAll(async () => {
    const onLog = (line: LogLine) => lines.push(line);
    stack = await startEmbeddedStack({ ...OPTIONS, onLog, onInvoked: (invocation) => ended.push(invocation) });
  });
  afterAll(() => stack.close());

  const signed = (path: string, body?: object, headers: Record<string, string> = {}) => {
    const aws = new AwsClient({ ...OPERATOR, region: REGION, service: 'execute-api', retries: 0 });
    const post = body && { method: 'POST', body: JSON.stringify(body), headers };
    return aws.fetch(`${stack.apiUrl}${path}`, post);
  };

  it('refuses an unsigned call', async () => {
    const response = await fetch(`${stack.apiUrl}/credentials`);
    expect([response.status, await response.text()]).toEqual([403, '{"message":"Forbidden"}']);
  });

  it('answers a signed one from the real functions', async () => {
    const list = await signed('/credentials');
    expect([list.status, await list.json()]).toEqual([200, { credentials: [] }]);
    const rotation = await signed('/credentials/nobody/rotations', {});
    expect(rotation.status).toBe(404);
    expect(await rotation.json()).toMatchObject({ code: 'credential-unknown', nothingChanged: true });
  });

  it('adopts through the API, and runs what the Scheduler delivers', async () => {
    const [acme] = CUSTOMERS;
    if (!acme) throw new Error('the fleet is empty');
    const credential = await onboard(stack, acme, { connectorToken: OPTIONS.connectorToken, grace: 'PT3S' });
    const adoption = await signed(`/credentials/${acme.id}/rotations`, { reason: 'first run' });
    expect(await adoption.json()).toMatchObject({ outcome: 'adopted', trigger: 'api', requestedBy: OPERATOR.userArn });
    expect(lines).toContainEqual({ level: 'INFO', message: 'rotation adopted', credential: acme.id });

    await scheduleFrom(stack, credential, new Date(Math.ceil(Date.now() / 1000) * 1000));
    const byScheduler = () => ended.find(({ event }) => (event as { trigger?: string }).trigger === 'schedule');
    while (!byScheduler()) await new Promise((resolve) => setTimeout(resolve, 10));
    // Within a lease of the adoption nothing may begin; Lambda tries again in a minute.
    expect(byScheduler()?.result.error?.errorMessage).toMatch(/last lease/);

    const secret = stack.iam.findClient(acme.realm, CLIENT_ID)?.secret ?? '';
    const asked = { clientId: CLIENT_ID, secret };
    expect(await isRefused(credential.accessTokenUrl, asked)).toBe(false);
    expect(await isRefused(credential.accessTokenUrl, { ...asked, secret: 'guessed' })).toBe(true);
  });

  it('tells of a failure its credential, its code and its detail', async () => {
    const [, globex] = CUSTOMERS;
    if (!globex) throw new Error('the fleet has one customer only');
    await onboard(stack, globex, { connectorToken: 'another-token', grace: 'PT3S' });
    lines.length = 0;
    await signed(`/credentials/${globex.id}/rotations`, {});
    expect(lines).toContainEqual({
      level: 'ERROR',
      message: 'rotation refused',
      credential: 'globex-prod',
      cause: expect.stringMatching(/^connector-unauthorized: ./),
    });
  });

  it('asks a person by an event, and takes that person at their word', async () => {
    const initech = {
      id: 'initech-prod',
      realm: 'initechprod',
      overlap: true,
      iam: 'keycloak',
      via: 'https',
    } as const satisfies Customer;
    const credential = await onboard(stack, initech, { connectorToken: OPTIONS.connectorToken, grace: 'PT1H' });
    const byHand = { name: 'IFS Produktion "Ä"', via: 'manual', within: 'PT2H', proof: 'attested' } as const;
    const connectors = [...credential.connectors, byHand];
    await scheduleFrom(stack, { ...credential, connectors }, new Date(Date.now() + 86_400_000));

    const adoption = (await (await signed('/credentials/initech-prod/rotations', {})).json()) as Rotation;
    const versionId = adoption.rotationId ?? '';
    const task = { kind: 'enter-secret', connector: byHand.name, versionId };
    expect(adoption).toMatchObject({ outcome: 'adopted', tasks: [{ ...task, overdue: false }] });
    const about = { ...task, credential: 'initech-prod', stage: 'opened', dueAt: adoption.tasks?.[0]?.dueAt };
    const adopted = { credential: 'initech-prod', outcome: 'adopted' };
    const ours = stack.events.filter(({ detail }) => (detail as typeof about).credential === 'initech-prod');
    expect(ours).toMatchObject([
      { detailType: 'Acknowledgement Needed', detail: about },
      { detailType: 'Rotation Succeeded', detail: adopted },
    ]);

    const path = `/credentials/initech-prod/connectors/${encodeURIComponent(byHand.name)}/acknowledgement`;
    expect((await signed(path, { versionId: 'an-older-one' })).status).toBe(409);
    const word = await signed(path, { versionId });
    expect([word.status, await word.json()]).toEqual([
      200,
      { credential: 'initech-prod', connector: byHand.name, versionId, by: OPERATOR.userArn, at: expect.any(String) },
    ]);
    expect(await (await signed('/credentials/initech-prod')).json()).toMatchObject({
      versionId,
      connectors: [
        { name: 'IFS Production', via: 'https', proof: null },
        { name: byHand.name, via: 'manual', proof: { level: 'attested', by: OPERATOR.userArn } },
      ],
      tasks: [],
    });
    const secret = stack.iam.findClient(initech.realm, CLIENT_ID)?.secret;
    expect(JSON.stringify(stack.events)).not.toContain(secret);
  });

  it('makes one run of twenty parallel calls with one key, and the history leads to it', async () => {
    const umbrella: Customer = {
      id: 'umbrella-prod',
      realm: 'umbrellaprod',
      overlap: true,
      iam: 'keycloak',
      via: 'https',
    };
    await onboard(stack, umbrella, { connectorToken: OPTIONS.connectorToken, grace: 'PT1H' });
    const path = '/credentials/umbrella-prod/rotations';
    const before = ended.length;
    const call = () => signed(path, { reason: 'first run' }, { 'idempotency-key': 'k-1' });
    const answers = await Promise.all(Array.from({ length: 20 }, call));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect([new Set(answers.map(({ status }) => status)), new Set(bodies).size]).toEqual([new Set([200]), 1]);
    expect(ended.slice(before).filter(({ functionName }) => functionName.endsWith('-rotate'))).toHaveLength(1);
    const rotation = JSON.parse(bodies[0] ?? '') as Rotation;
    expect(rotation).toMatchObject({ outcome: 'adopted', requestedBy: OPERATOR.userArn });
    expect((await signed(path, { reason: 'another' }, { 'idempotency-key': 'k-1' })).status).toBe(422);

    for (const id of [rotation.requestId, rotation.rotationId])
      expect(await (await signed(`${path}/${id}`)).json()).toMatchObject({
        ...rotation,
        status: 'ended',
        state: 'current',
      });
    // Within a lease of the adoption nothing may begin.
    const tooSoon = await signed(path, {}, { prefer: 'respond-async' });
    expect([tooSoon.status, tooSoon.headers.get('preference-applied')]).toEqual([202, 'respond-async']);
    const { requestId } = (await tooSoon.json()) as { requestId: string };
    expect(tooSoon.headers.get('location')).toBe(`${path}/${requestId}`);
    const view = async () => (await (await signed(`${path}/${requestId}`)).json()) as { status: string };
    while ((await view()).status !== 'ended') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await view()).toMatchObject({ rotationId: null, failure: { code: 'too-soon' }, nothingChanged: true });

    const first = (await (await signed(`${path}?limit=1`)).json()) as { rotations: object[]; nextToken: string };
    expect(first.rotations).toMatchObject([{ requestId }]);
    const second = await signed(`${path}?limit=1&nextToken=${first.nextToken}`);
    expect(await second.json()).toEqual({ rotations: [expect.objectContaining({ requestId: rotation.requestId })] });
    expect((await signed(`${path}?nextToken=${first.nextToken}x`)).status).toBe(422);
  });

  it('does not start when the port of the API is taken', async () => {
    const apiPort = Number(new URL(stack.apiUrl).port);
    await expect(startEmbeddedStack({ ...OPTIONS, apiPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
