import { describe, expect, it } from '@jest/globals';
import {
  credentialSchema,
  rotatesOwnSignIn,
  writtenAccessSecrets,
} from '../../../../functions/credential/settings/credential.ts';
import { faultLines } from '../../../../functions/credential/settings/fault-lines.ts';
import { CONNECTOR, rotator, SHARED_SECRET, settingsWith, TOKEN_URL } from '../../../support/settings.ts';

const schema = credentialSchema({ prefix: 'csr', local: false });

function faults(settings: unknown): string[] {
  const result = schema.safeParse(settings);
  return result.success ? [] : faultLines(result.error);
}

/** A client with which the rotator gets in at connectors, and not at this IAM. */
const caller = (change: Record<string, unknown> = {}) =>
  rotator({ clientId: 'flow-caller', 'iam.auth.secretId': 'csr-access/acme-rotator/iam', ...change });

describe('a connector via access-secret', () => {
  it.each(['dual-secret', 'auto', 'in-place'])(
    "may be the one with which the rotator signs in: strategy '%s'",
    (strategy) => {
      const settings = schema.parse(rotator({ strategy }));
      expect(settings.connectors).toEqual([
        { name: 'the rotator', via: 'access-secret', secretId: SHARED_SECRET, proof: 'loaded' },
      ]);
      expect([writtenAccessSecrets(settings), rotatesOwnSignIn(settings)]).toEqual([[SHARED_SECRET], true]);
    },
  );

  it('may be of a client that gets in at connectors only: then the IAM may make the secret too', () => {
    expect(
      faults(caller({ 'iam.renewal': 'regenerate', 'iam.auth.accessTokenUrl': 'https://x.example.com/t' })),
    ).toEqual([]);
    expect(rotatesOwnSignIn(schema.parse(caller()))).toBe(false);
    expect(faults(caller({ iam: { type: 'manual' } }))).toEqual([]);
  });

  it('may stand beside another', () => {
    const [own] = rotator().connectors as object[];
    expect(
      faults(
        rotator({ connectors: [own, { ...CONNECTOR, auth: { type: 'bearer', secretId: 'csr-access/shared/c' } }] }),
      ),
    ).toEqual([]);
  });

  it('is no matter to who has none', () => {
    const settings = schema.parse(settingsWith());
    expect([writtenAccessSecrets(settings), rotatesOwnSignIn(settings)]).toEqual([[], false]);
  });

  it.each([
    [
      { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] },
      'strategy: not with a connector via access-secret',
    ],
    [{ native: true }, 'native: not available yet with a connector via access-secret'],
    [
      { account: { roleArn: 'arn:aws:iam::222233334444:role/x', externalId: '12345678' } },
      "connectors[0].via: not available yet with account: 'access-secret'",
    ],
    [{ 'iam.renewal': 'regenerate' }, 'iam.renewal: must be set: a run that dies'],
    [{ 'iam.auth.clientId': 'other' }, "iam.auth.clientId: must be 'flow-secret-rotator': a rotation writes"],
    [
      { 'iam.auth.accessTokenUrl': TOKEN_URL.replace('acmeprod', 'master') },
      'iam.auth.accessTokenUrl: must be that of the credential',
    ],
    [
      { connectors: [{ name: 'x', via: 'access-secret', secretId: 'csr-access/globex-prod/iam' }] },
      'connectors[0].secretId: must begin with csr-access/acme-rotator/',
    ],
    [
      { connectors: [{ name: 'x', via: 'access-secret', secretId: 'csr/acme-prod' }] },
      'connectors[0].secretId: must begin with csr-access/acme-rotator/',
    ],
    [
      { connectors: [{ name: 'x', via: 'access-secret', secretId: SHARED_SECRET, proof: 'written' }] },
      'connectors[0].proof: must be loaded with this via',
    ],
    [
      { connectors: ['a', 'b'].map((name) => ({ name, via: 'access-secret', secretId: SHARED_SECRET })) },
      'connectors[1].secretId: is already the secretId of element 0',
    ],
  ])('is refused where it can not be finished or taken back (%#)', (change, line) => {
    expect(faults(rotator(change))).toEqual(expect.arrayContaining([expect.stringContaining(line)]));
  });

  it('relies on the shape of nothing', () => {
    for (const change of [{ connectors: null }, { connectors: [null, 1] }, { iam: null }, { iam: { auth: 7 } }])
      expect(() => faults(rotator(change))).not.toThrow();
  });
});
