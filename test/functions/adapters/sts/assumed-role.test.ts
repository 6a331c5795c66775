import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { assumedRole } from '../../../../functions/adapters/sts/assumed-role.ts';

const ACCOUNT = { roleArn: 'arn:aws:iam::222233334444:role/csr/acme-prod', externalId: 'drawn-for-one-customer' };
const KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-to-be-told', sessionToken: 'a-session' };
const GIVEN = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>ASIATHEIRS</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfi=</SecretAccessKey>
  <SessionToken>FwoGZXIvYXdzEJr//token+/=</SessionToken><Expiration>2026-03-01T03:15:00Z</Expiration>
  </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>a text of theirs</Message></Error></ErrorResponse>`;

let close = async () => {};
afterEach(() => close());

/** An STS that answers so, or not at all; `sent` holds the requests. */
async function sts(status: number, body: string | undefined) {
  const sent: { authorization: string; form: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    sent.push({ authorization: String(request.headers.authorization), form });
    if (body !== undefined) response.writeHead(status).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = {
    region: 'eu-north-1',
    endpoint,
    credentials: async () => KEYS,
    timeoutMs: body === undefined ? 50 : 60_000,
  };
  return { assume: assumedRole(ACCOUNT, 'acme-prod', options), sent };
}

describe('a role in another account', () => {
  it('is assumed with its external id, in a session that has the name of the credential, for as short as can be', async () => {
    const { assume, sent } = await sts(200, GIVEN);

    expect(await assume()).toEqual({
      accessKeyId: 'ASIATHEIRS',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfi=',
      sessionToken: 'FwoGZXIvYXdzEJr//token+/=',
      expiration: new Date('2026-03-01T03:15:00Z'),
    });
    expect(sent).toEqual([
      {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-north-1\/sts\/aws4_request/,
        ),
        form: {
          Action: 'AssumeRole',
          Version: '2011-06-15',
          RoleArn: ACCOUNT.roleArn,
          RoleSessionName: 'acme-prod',
          ExternalId: ACCOUNT.externalId,
          DurationSeconds: '900',
        },
      },
    ]);
  });

  it.each([
    [403, refusal('AccessDenied'), 'store-account-refused', "can't be assumed: AccessDenied"],
    [400, refusal('RegionDisabledException'), 'store-account-refused', "can't be assumed: RegionDisabledException"],
    [200, 'nothing of ours', 'store-account-refused', "can't be assumed: it gave no keys"],
    [403, '<Code>a secret of theirs</Code>', 'store-account-refused', "can't be assumed: it gave no keys"],
    [503, '', 'store-account-unavailable', 'was not assumed: STS did not answer (503)'],
    [429, refusal('Throttling'), 'store-account-unavailable', 'was not assumed: STS did not answer (429)'],
    [0, undefined, 'store-account-unavailable', 'was not assumed: STS did not answer (TimeoutError)'],
  ])('that STS answers with %d %j is %s', async (status, body, code, detail) => {
    const { assume, sent } = await sts(status, body);

    await expect(assume()).rejects.toMatchObject({
      code,
      message: `The role ${ACCOUNT.roleArn} of acme-prod ${detail}`,
    });
    expect(sent).toHaveLength(1);
  });
});
