import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contextWarnings, unknownContext } from '../../infra/context.ts';
import { faults, read } from '../support/context.ts';

const ISSUER = 'https://auth.example.org/realms/ops';
const TAKEN = "must not end with '-access', '-inbox', '-once' or '-signer': they name other things";

describe('readContext', () => {
  it('fills the defaults in', () => {
    expect(read({})).toEqual({
      prefix: 'client-secret-rotation',
      privateTargets: false,
      local: false,
      example: false,
      timeouts: { function: 'PT90S', http: 'PT10S' },
      metricsPerCredential: false,
      repair: false,
      existingSecrets: false,
      logLevel: 'INFO',
    });
  });

  it.each([true, 'true'])('takes shorter times with local=%p', (local) => {
    expect(read({ local })).toMatchObject({
      local: true,
      timeouts: { function: 'PT15S', http: 'PT3S' },
    });
  });

  it('reads the texts that a command line gives', () => {
    expect(
      read({ local: 'false', allowedHosts: '*.example.com, auth.example.org', timeouts: '{"function":"PT2M"}' }),
    ).toMatchObject({
      local: false,
      allowedHosts: ['*.example.com', 'auth.example.org'],
      timeouts: { function: 'PT2M', http: 'PT10S' },
    });
  });

  it.each([
    [{ prefix: 'Rotation' }, 'context.prefix: must be 3 to 40 lower-case letters, digits and hyphens'],
    [{ prefix: 'acme-access' }, `context.prefix: ${TAKEN}`],
    [{ prefix: 'acme-inbox' }, `context.prefix: ${TAKEN}`],
    [{ prefix: 'acme-once' }, `context.prefix: ${TAKEN}`],
    [{ prefix: 'acme-signer' }, `context.prefix: ${TAKEN}`],
    [{ prefix: 'default' }, "context.prefix: must not be 'default': every account has a schedule group of that name"],
    [{ local: 'yes' }, 'context.local: must be true or false'],
    ...[
      'https://example.com',
      '*',
      '*.',
      '*.*.com',
      'a..b',
      'EXAMPLE.com',
      'example.com:8443',
      'example.com.',
      'x,*.com',
    ].map(
      (host) =>
        [
          { allowedHosts: [host] },
          'context.allowedHosts[0]: is not a host name in lower case, or *. and a domain',
        ] as const,
    ),
    ...[
      '*.com',
      '*.co.uk',
      '*.gov.au',
      '*.kawasaki.jp',
      '*.github.io',
      '*.azurewebsites.net',
      '*.s3.amazonaws.com',
      '*.execute-api.eu-north-1.amazonaws.com',
      '*.cloudfront.net',
      '*.internal',
      '*.0.0.1',
    ].map(
      (host) =>
        [
          { allowedHosts: host },
          'context.allowedHosts[0]: covers too much: below a public suffix, such as com, co.uk or github.io, anybody can have a name; write *. and a domain of your own, as in *.example.com, or the exact hosts',
        ] as const,
    ),
    ...['169.254.169.254', '[fe80::1]', '[::ffff:a9fe:a9fe]', 'metadata.google.internal'].map(
      (host) =>
        [{ allowedHosts: host }, 'context.allowedHosts[0]: is a link-local address, which is never called'] as const,
    ),
    [
      { timeouts: { http: '10s' } },
      "context.timeouts.http: '10s' is not an ISO 8601 duration between PT1S and PT15M; for example PT90S",
    ],
    [{ timeouts: { undo: 'PT20S' } }, 'context.timeouts.undo: unknown key'],
    [
      { timeouts: { function: 'PT30S' } },
      "context.timeouts.function: 'PT30S' is too short: with http PT10S a run needs at least PT41S to take back what it has begun",
    ],
    [{ jwt: 'https://auth.example.org' }, 'context.jwt: must be an object { … }, not a text in quotes'],
    [{ jwt: { audience: ['rotation'] } }, 'context.jwt.issuer: is missing'],
    [{ jwt: { issuer: ISSUER } }, 'context.jwt.audience: is missing'],
    [
      { jwt: { issuer: ISSUER, audience: 'rotation' } },
      'context.jwt.audience: must be a list [ … ], not a text in quotes',
    ],
    [{ jwt: { issuer: ISSUER, audience: [] } }, 'context.jwt.audience: needs at least 1'],
    [{ jwt: { issuer: ISSUER, audience: [''] } }, 'context.jwt.audience[0]: must not be empty'],
    [{ jwt: { issuer: ISSUER, audience: ['rotation'], scope: 'x' } }, 'context.jwt.scope: unknown key'],
    ...[
      ['http://auth.example.org', 'must use https'],
      ['auth.example.org', 'is not an https URL; for example https://acme.example.com/path'],
      ['https://auth.example.org/?realm=ops', 'must have neither query nor fragment'],
      ['https://auth.example.org/#ops', 'must have neither query nor fragment'],
      ['https://me:secret@auth.example.org', 'must not carry user information; if it held a password, renew that'],
      ['https://localhost/realms/ops', "is the function's own machine, where nothing listens"],
      [`${ISSUER}/.well-known/openid-configuration`, 'is the discovery document; name what stands before /.well-known'],
    ].map(([issuer, line]) => [{ jwt: { issuer, audience: ['rotation'] } }, `context.jwt.issuer: ${line}`] as const),
    [{ alarmTopicArn: 'on-call' }, 'context.alarmTopicArn: is not the ARN of an SNS topic'],
    [
      { alarmTopicArn: 'arn:aws:sns:eu-north-1:111122223333:on-call', notify: { email: ['ops@example.com'] } },
      'context.notify: not together with alarmTopicArn: subscribe the recipients to that topic, or leave it out',
    ],
    [{ notify: {} }, 'context.notify: names nobody: email, webhook, slack or teams'],
    [{ notify: { mail: ['ops@example.com'] } }, 'context.notify.mail: unknown key'],
    [{ notify: { email: ['ops'] } }, 'context.notify.email[0]: is not an e-mail address'],
    [{ notify: { webhook: ['http://example.com/x'] } }, 'context.notify.webhook[0]: is not an https URL'],
    [
      { notify: { webhook: ['https://user:password@example.com/x'] } },
      'context.notify.webhook[0]: has a name or a password in it, which everybody reads in the template',
    ],
    ...['hooks.slack.com', 'acme.webhook.office.com', 'prod-01.northeurope.logic.azure.com'].map(
      (host) =>
        [
          { notify: { webhook: [`https://${host}/services/x`] } },
          `context.notify.webhook[0]: ${host} can't confirm a subscription of SNS; for Slack or Teams name the channel instead: slack or teams`,
        ] as const,
    ),
    [
      { notify: { slack: { workspaceId: 'acme', channelId: 'C0123456789' } } },
      "context.notify.slack.workspaceId: is not the id of a Slack workspace: 'T' and capitals or digits",
    ],
    [
      { notify: { teams: { teamId: 'ops', tenantId: '11111111-2222-4333-8444-555555555555', channelId: '19:a@b' } } },
      'context.notify.teams.teamId: is not a UUID',
    ],
    [
      { local: true, notify: { slack: { workspaceId: 'T012AB3C4', channelId: 'C0123456789' } } },
      'context.notify: slack and teams not with local=true: no emulator has them',
    ],
    [{ runbook: 'http://wiki.example.com' }, 'context.runbook: is not an https URL'],
    [{ runbook: 'https://wiki.example.com/x#y' }, "context.runbook: has a '#' in it: the section is added"],
    [
      { secretsManagerEndpoint: 'http://127.0.0.1:4510' },
      'context.secretsManagerEndpoint: only together with local=true',
    ],
  ])('refuses %j', (context, line) => {
    expect(faults(context)).toEqual([line]);
  });

  it.each([
    '*.example.com',
    '*.example.co.uk',
    '*.acme.github.io',
    '*.corp.internal',
    '*.xn--bcher-kva.example.de',
    'acme.github.io',
    'abc.execute-api.eu-north-1.amazonaws.com',
  ])('takes %s', (allowed) => {
    expect(read({ allowedHosts: allowed }).allowedHosts).toEqual([allowed]);
  });

  it('reads whose tokens are taken', () => {
    const jwt = { issuer: ISSUER, audience: ['rotation'] };
    expect([read({ jwt }).jwt, read({ jwt: JSON.stringify(jwt) }).jwt]).toEqual([jwt, jwt]);
  });

  it('reads the issuer that docs/api.md gives as an example', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
    const [, jwt] = /-c jwt='(.*)'/.exec(page) ?? [];
    expect(read({ jwt }).jwt).toEqual({
      issuer: 'https://auth.example.com/realms/operators',
      audience: ['client-secret-rotation'],
    });
  });

  it('tells every fault at once', () => {
    expect(faults({ prefix: '', local: 1, logLevel: 'LOUD' })).toHaveLength(3);
  });
});

describe('contextWarnings', () => {
  const alarmTopicArn = 'arn:aws:sns:eu-north-1:111122223333:on-call';

  it('warns when retries would be used up before a lease is over', () => {
    const timeouts = { function: 'PT170S', http: 'PT10S' };

    expect(contextWarnings(read({ alarmTopicArn, timeouts }))).toEqual([]);
    expect(contextWarnings(read({ alarmTopicArn, timeouts: { ...timeouts, http: 'PT11S' } }))).toEqual([
      expect.stringMatching(/^context\.timeouts\.function: 'PT170S' and http together exceed PT3M/),
    ]);
  });

  it('warns when alarms reach nobody, where that matters', () => {
    expect(contextWarnings(read({}))).toEqual([
      'context.notify: alarms reach nobody; name e-mail addresses or a chat, as in {"email":["ops@example.com"]}',
    ]);
    for (const context of [
      { alarmTopicArn },
      { notify: '{"email":["ops@example.com"]}' },
      { local: true },
      { example: true },
    ]) {
      expect(contextWarnings(read(context))).toEqual([]);
    }
  });
});

describe('unknownContext', () => {
  it('leaves names of ours and of the CDK alone', () => {
    const { context } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../cdk.json'), 'utf8'));
    const ours = ['prefix', 'local', 'credentials', 'example', 'allowedHosts', 'timeouts', 'logLevel', 'alarmTopicArn'];
    const cdks = [...Object.keys(context), 'aws:cdk:bundling-stacks', 'availability-zones:account=1:region=eu-north-1'];

    expect(unknownContext([...ours, ...cdks])).toEqual([]);
  });

  it.each([
    ['credential', 'credentials'],
    ['Credentials', 'credentials'],
    ['alarmTopic', 'alarmTopicArn'],
    ['alarm-topic-arn', 'alarmTopicArn'],
    ['allowedHost', 'allowedHosts'],
    ['loglevel', 'logLevel'],
    ['prefx', 'prefix'],
  ])('tells what %s may have been meant to be', (name, meant) => {
    expect(unknownContext([name])).toEqual([`context.${name}: unknown name; did you mean '${meant}'?`]);
  });

  it('tells which names there are where none is near', () => {
    expect(unknownContext(['foo'])).toEqual([
      expect.stringMatching(/^context\.foo: unknown name; known are prefix, local, /),
    ]);
  });
});
