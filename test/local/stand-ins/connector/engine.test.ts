import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { configuration, engineWith, JANUARY, section, UMLAUT } from './fixture.ts';

describe('the configurations of an OData connector', () => {
  it('shows the fingerprint of a secret, base64url of SHA-256 over its UTF-8 bytes, and never the secret', () => {
    const engine = engineWith({ runtime: section({ clientSecret: UMLAUT.secret }) });
    const view = engine.read('ifs-production')?.view;
    expect(view?.authentication.runtime).toEqual({
      flowType: 'ClientCredentials',
      accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
      clientId: 'NC_Flow_ClientCredentials',
      scopes: 'openid microprofile-jwt',
      clientSecretFingerprint: UMLAUT.fingerprint,
    });
    expect(view?.authentication.designTime.clientSecretFingerprint).toBe(JANUARY.fingerprint);
  });

  it('shows null where there is no secret', () => {
    const { clientSecret: _, ...without } = section();
    const engine = engineWith({ runtime: without });
    expect(engine.read('ifs-production')?.view.authentication.runtime.clientSecretFingerprint).toBeNull();
    expect(engine.secretOf('ifs-production', 'runtime')).toBeNull();
  });

  it('gives the secret of any section to the connector itself', () => {
    const engine = engineWith({
      studioTestBench: section({ clientSecret: 'bench' }),
      machineUsers: { anna: section({ clientSecret: 'of-anna' }) },
    });
    expect(engine.secretOf('ifs-production', 'designTime')).toBe('secret-of-january');
    expect(engine.secretOf('ifs-production', 'studioTestBench')).toBe('bench');
    expect(engine.secretOf('ifs-production', 'machineUsers.anna')).toBe('of-anna');
    expect(() => engine.secretOf('ifs-production', 'machineUsers.bo')).toThrow('no section machineUsers.bo');
    expect(() => engine.secretOf('other', 'runtime')).toThrow('no configuration other');
  });

  it('has another ETag after each write, also where nothing changed', () => {
    const engine = engineWith();
    const first = engine.read('ifs-production')?.etag;
    const second = engine.configure('ifs-production', configuration());
    expect(second).not.toBe(first);
    expect(engine.read('ifs-production')?.etag).toBe(second);
  });

  it('restores a backup with its secrets under an ETag that was never seen', () => {
    const engine = engineWith();
    const backup = engine.backup('ifs-production');
    const etags = [engine.read('ifs-production')?.etag];
    etags.push(engine.configure('ifs-production', configuration({ runtime: section({ clientSecret: 'of-may' }) })));
    etags.push(engine.restore('ifs-production', backup));
    expect(engine.secretOf('ifs-production', 'runtime')).toBe('secret-of-january');
    expect(new Set(etags).size).toBe(3);
  });

  it('remembers who wrote and when, with fingerprints', () => {
    const engine = engineWith({ machineUsers: { anna: section() } });
    const patch = { authentication: { machineUsers: { anna: { clientSecret: UMLAUT.secret } } } };
    engine.patch('ifs-production', patch, { matches: () => true, by: 'bearer' });
    expect(engine.writes.map(({ by, at, configuration }) => ({ by, at, configuration }))).toEqual([
      { by: 'hand', at: 1_767_571_200_000, configuration: 'ifs-production' },
      { by: 'bearer', at: 1_767_571_200_000, configuration: 'ifs-production' },
    ]);
    expect(engine.writes[1]?.fingerprints).toEqual({
      designTime: JANUARY.fingerprint,
      runtime: JANUARY.fingerprint,
      'machineUsers.anna': UMLAUT.fingerprint,
    });
  });

  it('prints no secret, whichever way it is printed', () => {
    const engine = engineWith();
    const printed = [engine, engine.backup('ifs-production'), engine.writes, engine.read('ifs-production')].flatMap(
      (each) => [inspect(each, { depth: 9, showHidden: true }), JSON.stringify(each)],
    );
    expect(printed.join()).not.toContain('secret-of-january');
  });
});
