import { describe, expect, it } from '@jest/globals';
import { parseRetireEvent, parseRotateEvent } from '../../../functions/lambda/events.ts';

const NOW = new Date('2026-03-01T03:00:00Z');
const AWS = { prefix: 'csr', local: false, now: NOW };
const LOCAL = { ...AWS, local: true };
const CREDENTIAL = {
  id: 'acme-prod',
  accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
  clientId: 'NC_Flow',
  iam: {
    adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod',
    auth: { clientId: 'rotator', secretId: 'csr-access/acme-prod/iam' },
  },
  connectors: [
    { name: 'ifs', url: 'https://flow.example.com/c', auth: { type: 'bearer', secretId: 'csr-access/acme-prod/c' } },
  ],
  schedule: { expression: 'cron(0 3 ? * SUN *)' },
};
const SCHEDULED = {
  trigger: 'schedule',
  credential: CREDENTIAL,
  scheduledTime: '2026-03-01T02:00:00Z',
};
const PLACEHOLDERS = { ...SCHEDULED, scheduledTime: '<aws.scheduler.scheduled-time>' };

describe("the scheduler's event", () => {
  it('names the credential and the time for which it was planned; of the settings beside it nothing is read', () => {
    const expected = { trigger: 'schedule', id: 'acme-prod', scheduledTime: new Date('2026-03-01T02:00:00Z') };
    expect(parseRotateEvent(SCHEDULED, AWS)).toEqual(expected);
    const forged = { ...CREDENTIAL, accessTokenUrl: 'https://attacker.example.com/token', grace: '1 day' };
    expect(parseRotateEvent({ ...SCHEDULED, credential: forged }, AWS)).toEqual(expected);
  });

  it('may be a repeat; one that an older version planned begins nothing', () => {
    const planned = { trigger: 'schedule', id: 'acme-prod', scheduledTime: '2026-03-01T02:00:00Z' };
    const repeat = { attempt: 2, due: true };
    expect(parseRotateEvent({ ...planned, repeat }, AWS)).toMatchObject({ id: 'acme-prod', repeat });
    const older = { ...planned, repeat: { versionId: 'v1', attempt: 2 } };
    expect(parseRotateEvent(older, AWS)).toMatchObject({ repeat: { attempt: 2, due: false } });
  });

  it('with a placeholder that was not filled in counts from its delivery, on one machine only', () => {
    expect(parseRotateEvent(PLACEHOLDERS, LOCAL)).toMatchObject({ scheduledTime: NOW });
    expect(() => parseRotateEvent(PLACEHOLDERS, AWS)).toThrow(
      expect.objectContaining({ code: 'settings-invalid', message: expect.stringContaining('scheduledTime') }),
    );
  });

  it.each([
    ['no time', { ...SCHEDULED, scheduledTime: undefined }, 'scheduledTime'],
    ['a time that is none', { ...SCHEDULED, scheduledTime: 'today' }, 'scheduledTime'],
    ['an unknown member', { ...SCHEDULED, colour: 'red' }, 'colour: unknown key'],
    ['no credential', { trigger: 'schedule', scheduledTime: SCHEDULED.scheduledTime }, 'names no credential'],
    ['another trigger', { ...SCHEDULED, trigger: 'cron' }, 'trigger'],
  ])('with %s is refused', (_what, event, place) => {
    expect(() => parseRotateEvent(event, AWS)).toThrow(
      expect.objectContaining({ code: 'settings-invalid', message: expect.stringContaining(place) }),
    );
  });
});

describe("the API's event", () => {
  it('names the credential and who called', () => {
    const event = { trigger: 'api', id: 'acme-prod', requestedBy: 'arn:x', reason: 'left', force: true };
    expect(parseRotateEvent(event, AWS)).toEqual(event);
  });

  it('is refused without a caller', () => {
    expect(() => parseRotateEvent({ trigger: 'api', id: 'acme-prod' }, AWS)).toThrow(/requestedBy/);
  });
});

describe("Secrets Manager's own four steps", () => {
  const ARN = 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:csr/acme-prod-AbCdEf';
  const step = (fields: object) => ({
    Step: 'createSecret',
    SecretId: ARN,
    ClientRequestToken: 'v1',
    RotationToken: 'r',
    ...fields,
  });

  it.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])('%s names the credential', (Step) => {
    expect(parseRotateEvent(step({ Step }), AWS)).toEqual({
      trigger: 'secrets-manager',
      id: 'acme-prod',
      step: Step,
      versionId: 'v1',
    });
  });

  it.each([
    ['another stack', ARN.replace('csr/', 'other/')],
    ['an access secret', ARN.replace('csr/', 'csr-access/')],
    ['no secret at all', 'acme-prod'],
  ])('about %s are refused', (_what, SecretId) => {
    expect(() => parseRotateEvent(step({ SecretId }), AWS)).toThrow(
      expect.objectContaining({ code: 'credential-unknown' }),
    );
  });

  it('has no fifth', () => {
    expect(() => parseRotateEvent(step({ Step: 'dropSecret' }), AWS)).toThrow(
      expect.objectContaining({ code: 'settings-invalid' }),
    );
  });
});

describe('anything else', () => {
  it.each([undefined, null, 'x', [], {}])('is refused: %j', (event) => {
    expect(() => parseRotateEvent(event, AWS)).toThrow(expect.objectContaining({ code: 'settings-invalid' }));
    expect(() => parseRetireEvent(event)).toThrow(expect.objectContaining({ code: 'settings-invalid' }));
  });
});

describe('the event of retire', () => {
  const EVENT = { trigger: 'retire', id: 'acme-prod', versionId: 'v1', attempt: 0 };

  it('names the version, and how often it was postponed', () => {
    expect(parseRetireEvent(EVENT)).toEqual(EVENT);
  });

  it.each([{ versionId: undefined }, { attempt: -1 }, { attempt: 1.5 }, { colour: 'red' }, { trigger: 'api' }])(
    'is refused with %j',
    (fault) => {
      expect(() => parseRetireEvent({ ...EVENT, ...fault })).toThrow(
        expect.objectContaining({ code: 'settings-invalid' }),
      );
    },
  );
});
