import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from './synthesize.ts';

jest.setTimeout(60_000);

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

  it('lets Secrets Manager invoke the function on behalf of that secret only', () => {
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
      SourceArn: { Ref: Match.stringLikeRegexp('Secret') },
    });
  });

  it('lets the function start a rotation, which it may not do otherwise', () => {
    const grants = { PolicyDocument: { Statement: Match.arrayWith([allow('secretsmanager:RotateSecret')]) } };
    template.hasResourceProperties('AWS::IAM::Policy', grants);
    const without = synthesize();
    expect(JSON.stringify(without.toJSON())).not.toContain('secretsmanager:RotateSecret');
  });

  it('is left out where an emulator lacks the type', () => {
    synthesize({ credentials: nativeFleet(), local: true }).resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });
});

function allow(action: string) {
  return Match.objectLike({ Effect: 'Allow', Action: Match.arrayWith([action]) });
}
