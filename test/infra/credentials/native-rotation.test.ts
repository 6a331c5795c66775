import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { ACCOUNT, mayDo, REGION, roleOf, statementsByRole } from '../policies.ts';
import { synthesize } from '../synthesize.ts';

jest.setTimeout(60_000);

const PRINCIPAL = 'secretsmanager.amazonaws.com';
const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:client-secret-rotation/acme-prod-AbCdEf`;
const lambda = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/** The example fleet, with rotation of its first credential handed over to Secrets Manager. */
function nativeFleet(): string {
  const fleet = JSON.parse(readFileSync('credentials.example.json', 'utf8')) as { credentials: object[] };
  const [first, ...others] = fleet.credentials;
  const file = join(mkdtempSync(join(tmpdir(), 'native-')), 'credentials.json');
  writeFileSync(file, JSON.stringify({ credentials: [{ ...first, native: true, maxAge: 'P90D' }, ...others] }));
  return file;
}

describe('a credential with native: true', () => {
  const template = synthesize({ credentials: nativeFleet() });

  it('has its rotation function registered, with the maximum age as interval, and is not rotated by the deployment', () => {
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 1);
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotateImmediatelyOnUpdate: false,
      RotationRules: { AutomaticallyAfterDays: 90 },
    });
  });

  it('waits for the permission and for the settings, since Secrets Manager tries the function out', () => {
    const [rotation] = Object.values(template.findResources('AWS::SecretsManager::RotationSchedule'));
    const schedules = template.findResources('AWS::Scheduler::Schedule', { Properties: { Name: 'acme-prod' } });
    const permissions = template.findResources('AWS::Lambda::Permission', { Properties: { Principal: PRINCIPAL } });
    const [schedule = '', permission = ''] = [schedules, permissions].flatMap((found) => Object.keys(found));
    expect(rotation?.DependsOn).toEqual(expect.arrayContaining([schedule, permission]));
  });

  it("lets Secrets Manager invoke the function on behalf of the stack's secrets only, in one permission", () => {
    const permissions = Object.values(
      template.findResources('AWS::Lambda::Permission', { Properties: { Principal: PRINCIPAL } }),
    );
    expect(permissions).toHaveLength(1);
    expect(permissions[0]?.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
    expect(JSON.stringify(permissions[0]?.Properties.SourceArn)).toContain(':secret:client-secret-rotation/*');
  });

  it('lets the function start a rotation with itself and no other function, which it may not do otherwise', async () => {
    const statements = statementsByRole(template).get(roleOf(template, 'client-secret-rotation-rotate')) ?? [];
    const rotateSecret = (context = {}) =>
      mayDo(statements, { action: 'secretsmanager:RotateSecret', resource: SECRET, context });
    const named = (name: string) => ({ 'secretsmanager:RotationLambdaARN': lambda(name) });

    expect(await rotateSecret()).toBe(true);
    expect(await rotateSecret(named('client-secret-rotation-rotate'))).toBe(true);
    expect(await rotateSecret(named('exfiltrate'))).toBe(false);
    expect(
      await mayDo(statements, { action: 'lambda:InvokeFunction', resource: lambda('client-secret-rotation-rotate') }),
    ).toBe(true);
    expect(
      await mayDo(statements, { action: 'lambda:InvokeFunction', resource: lambda('client-secret-rotation-retire') }),
    ).toBe(false);
    expect(JSON.stringify(synthesize().toJSON())).not.toContain('secretsmanager:RotateSecret');
  });

  it('is left out where an emulator lacks the type', () => {
    synthesize({ credentials: nativeFleet(), local: true }).resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });
});
