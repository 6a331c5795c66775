import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeSchedules } from '../../../../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { eventBridgeScheduleWatch } from '../../../../functions/adapters/event-bridge-schedules/schedule-watch.ts';
import { secretsManagerPins } from '../../../../functions/adapters/secrets-manager/pins.ts';
import { settingsPin } from '../../../../functions/credential/events/pin.ts';
import type { SecretOverview } from '../../../../functions/ports/secret-store.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';
import { SMALLEST, settingsWith } from '../../../support/settings.ts';

const WHERE = { context: { prefix: 'csr', local: false }, group: 'csr', onceGroup: 'csr-once' };
const OPTIONS = {
  ...WHERE,
  roleArn: 'arn:aws:iam::123456789012:role/scheduler',
  deadLetterQueueArn: 'arn:aws:sqs:eu-north-1:123456789012:csr-dlq',
  targets: { rotate: 'arn:rotate', retire: 'arn:retire' },
};
const WRITTEN = settingsWith();
const ELSEWHERE = 'https://flow.example.org/configurations/ifs';
const OTHER_KEY = 'arn:aws:kms:eu-north-1:123456789012:key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10';
const CHANGED = new Date('2026-03-01T02:00:00Z');

/** A schedule with settings in it, and what the stack wrote of them to the secret. */
function stage(inSchedule: object, pin: string | undefined | Error = settingsPin(WRITTEN)) {
  const holds: { settings: object; pin: string | undefined | Error } = { settings: inSchedule, pin };
  const scheduler = stubClient<SchedulerClient>(() => ({
    Target: { Input: JSON.stringify({ trigger: 'schedule', credential: holds.settings }) },
  }));
  const store = stubClient<SecretsManagerClient>(() => {
    if (holds.pin instanceof Error) throw holds.pin;
    return {
      LastChangedDate: CHANGED,
      VersionIdsToStages: { one: ['AWSCURRENT'] },
      Tags: [{ Key: 'credential', Value: 'acme-prod' }, ...(holds.pin ? [{ Key: 'settings', Value: holds.pin }] : [])],
    };
  });
  const pinOf = secretsManagerPins(store.client, 'csr');
  return {
    holds,
    asked: store.sent,
    settings: eventBridgeSchedules(scheduler.client, { ...OPTIONS, pinOf }).settings,
    watch: eventBridgeScheduleWatch(scheduler.client, { ...WHERE, pinOf }),
  };
}

describe('settings in a schedule', () => {
  it('are taken when they are those that the stack wrote, and then not asked for again', async () => {
    const { settings, asked } = stage(WRITTEN);

    expect(await settings('acme-prod')).toMatchObject({ id: 'acme-prod' });
    expect(await settings('acme-prod')).toMatchObject({ id: 'acme-prod' });
    expect(asked).toEqual([['DescribeSecretCommand', { SecretId: 'csr/acme-prod' }]]);
  });

  it('come with what the same answer tells of the secret, so that a run need not ask for it', async () => {
    const { settings, holds } = stage(settingsWith({ grace: 'P30D' }));
    const noticed: SecretOverview[] = [];
    const read = () => settings('acme-prod', (overview) => noticed.push(overview));

    await expect(read()).rejects.toMatchObject({ code: 'settings-invalid' });
    expect(noticed).toEqual([]);

    holds.settings = WRITTEN;
    await read();
    // Known already: nobody was asked.
    await read();
    expect(noticed).toEqual([{ changedAt: CHANGED, labelled: [{ id: 'one', stages: ['AWSCURRENT'] }] }]);
  });

  it('may be moved to another time, by the API', async () => {
    const moved = { ...WRITTEN, schedule: { expression: 'rate(7 days)', timezone: 'UTC', state: 'DISABLED' } };

    expect(await stage(moved).settings('acme-prod')).toMatchObject({ schedule: { state: 'DISABLED' } });
  });

  it('may have come back with their members in another order', async () => {
    const turned = Object.fromEntries(Object.entries(WRITTEN).reverse());

    expect(await stage(turned).settings('acme-prod')).toMatchObject({ id: 'acme-prod' });
  });

  it.each([
    ['another host for the secret', { 'connectors.0.url': 'https://flow.example.org/configurations/ifs' }],
    ['another IAM', { 'iam.adminUrl': 'https://iam.example.org/admin/realms/acmeprod' }],
    ['another port of a host', { 'connectors.0.url': 'https://flow.acme.example.com:8443/odata-connector/x' }],
    [
      'another token endpoint',
      { accessTokenUrl: 'https://acme.example.com/auth/realms/x/protocol/openid-connect/token' },
    ],
    [
      "another token endpoint for the rotator's secret",
      { 'iam.auth.accessTokenUrl': 'https://acme.example.com/auth/x' },
    ],
    ['another place to try the secret at', { serviceUri: 'https://x.example.org' }],
    ['another client', { clientId: 'NC_Flow_Other' }],
    ['another rotator', { 'iam.auth.clientId': 'admin-cli' }],
    [
      'one more connector',
      { connectors: [...SMALLEST.connectors, { ...SMALLEST.connectors[0], name: 'x', url: ELSEWHERE }] },
    ],
    ['another access secret', { 'connectors.0.auth.secretId': 'csr-access/shared/admin' }],
    ["another of the IAM's access secrets", { 'iam.auth.secretId': 'csr-access/shared/admin' }],
    ['another authority for the IAM', { 'iam.tls': { secretId: 'csr-access/shared/tls' } }],
    ['another authority for a connector', { 'connectors.0.tls': { secretId: 'csr-access/acme-prod/other-tls' } }],
    ['another signing key', { 'iam.auth': { clientId: 'flow-secret-rotator', kmsKeyId: OTHER_KEY } }],
    ['an account and a role', { account: { roleArn: 'arn:aws:iam::111122223333:role/x', externalId: 'drawn-by-us' } }],
    ['an agent and its queue', { connectors: [{ name: 'x', via: 'agent', agent: 'other', configuration: 'y' }] }],
    ['a person', { connectors: [{ name: 'x', via: 'manual', owner: 'x', instructions: 'y' }] }],
    ['a rotation by Secrets Manager', { native: true }],
    ['a freeze', { freezes: [{ from: '2026-01-01', to: '2099-12-31', reason: 'x' }] }],
    ['another strategy', { strategy: 'in-place' }],
    ['a longer grace', { grace: 'P30D' }],
  ])('are refused when another hand changed them: %s', async (_what, change) => {
    const { settings, watch } = stage(settingsWith(change));
    const refused = { code: 'settings-invalid', message: expect.stringContaining('not those that its stack wrote') };

    await expect(settings('acme-prod')).rejects.toMatchObject(refused);
    await expect(watch.read('acme-prod')).rejects.toMatchObject(refused);
  });

  it('are refused again and again, and taken once a deployment has put them right', async () => {
    const { settings, holds } = stage(settingsWith({ grace: 'P30D' }));
    await expect(settings('acme-prod')).rejects.toMatchObject({ code: 'settings-invalid' });
    await expect(settings('acme-prod')).rejects.toMatchObject({ code: 'settings-invalid' });

    holds.settings = WRITTEN;
    expect(await settings('acme-prod')).toMatchObject({ grace: 'PT24H' });

    // A warm function meets the next deployment.
    holds.settings = settingsWith({ grace: 'P2D' });
    holds.pin = settingsPin(holds.settings);
    expect(await settings('acme-prod')).toMatchObject({ grace: 'P2D' });
  });

  it.each([
    ['a secret without a digest', undefined, 'settings-invalid'],
    [
      'a schedule that somebody made for a secret that is not there',
      serviceError('ResourceNotFoundException'),
      'secret-not-found',
    ],
    ['a store that is down', serviceError('InternalServiceError'), 'store-unavailable'],
  ])('are not believed without it: %s', async (_what, pin, code) => {
    const { settings, holds } = stage(WRITTEN);
    holds.pin = pin;

    await expect(settings('acme-prod')).rejects.toMatchObject({ code });
  });
});
