import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { customer } from '../../support/settings.ts';
import { ACCOUNT, REGION, roleOf, statementsByRole } from '../policies.ts';
import { buildStacks, synthesize } from '../synthesize.ts';

const PREFIX = 'client-secret-rotation';
const ALIAS = `alias/${PREFIX}-signer`;
const OWN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10`;
const CONDITIONS = { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' } };

/** A fleet file with one credential for each key that is named; undefined: the rotator has a secret. */
function fleetOf(keys: readonly (string | undefined)[], stack?: string): object {
  const credentials = keys.map((kmsKeyId, index) => {
    const id = `${stack ?? 'acme'}-${index}`;
    const auth = kmsKeyId === undefined ? { secretId: `${PREFIX}-access/${id}/iam` } : { kmsKeyId };
    const realm = { accessTokenUrl: `https://${id}.example.com/auth/realms/a/protocol/openid-connect/token` };
    return customer(id, {
      ...realm,
      'iam.adminUrl': `https://${id}.example.com/auth/admin/realms/a`,
      'iam.auth': { clientId: 'flow-secret-rotator', ...auth },
      'connectors.0.auth.secretId': `${PREFIX}-access/shared/connector`,
    });
  });
  return { ...(stack !== undefined && { stack }), credentials };
}

function folderOf(...files: object[]): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'signers-')), 'fleet');
  mkdirSync(folder);
  for (const [index, file] of files.entries()) writeFileSync(join(folder, `${index}.json`), JSON.stringify(file));
  return folder;
}

/** What each function may sign with. */
function signing(template: Template) {
  const roles = statementsByRole(template);
  const of = (file: string) =>
    (roles.get(roleOf(template, `${PREFIX}-${file}`)) ?? []).filter(({ Action }) => Action.includes('kms:Sign'));
  return { of, others: ['api', 'many'].flatMap(of) };
}

const signers = (template: Template) =>
  template.findResources('AWS::KMS::Key', { Properties: { KeyUsage: 'SIGN_VERIFY' } });

describe('the signing key of the stack', () => {
  it('is made once where credentials name it, and retained', () => {
    const template = synthesize({ credentials: folderOf(fleetOf([ALIAS, ALIAS, undefined])) });
    const made = signers(template);
    expect(Object.values(made)).toMatchObject([
      {
        Properties: { KeySpec: 'ECC_NIST_P256' },
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      },
    ]);
    template.hasResourceProperties('AWS::KMS::Alias', { AliasName: ALIAS });
    template.hasOutput('SignerKeyArn', {});
  });

  it('lets rotate, retire and audit sign with it in one way, and nobody else', () => {
    const template = synthesize({ credentials: folderOf(fleetOf([ALIAS])) });
    const [id] = Object.keys(signers(template));
    const { of, others } = signing(template);
    const one = {
      Effect: 'Allow',
      Action: ['kms:Sign'],
      Resource: [`arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`],
      Condition: CONDITIONS,
    };
    expect(['rotate', 'retire', 'audit'].map(of)).toEqual([[one], [one], [one]]);
    expect(others).toEqual([]);
  });

  it('is absent, with every right to sign, where each rotator has a secret', () => {
    const template = synthesize({ credentials: folderOf(fleetOf([undefined])) });
    expect(signers(template)).toEqual({});
    expect(['rotate', 'retire', 'audit'].flatMap(signing(template).of)).toEqual([]);
    expect(Object.keys(template.findOutputs('SignerKeyArn'))).toEqual([]);
  });

  it('is that of the service also where the credentials lie in stacks beside', () => {
    const credentials = folderOf(fleetOf([undefined]), fleetOf([ALIAS, OWN], 'globex'));
    const [service, beside] = buildStacks({ credentials }).stacks.map((stack) => Template.fromStack(stack));
    if (!service || !beside) throw new Error('two stacks were expected');
    expect([signers(service), signers(beside)].map((made) => Object.keys(made).length)).toEqual([1, 0]);
    const [id] = Object.keys(signers(service));
    const [statement] = signing(service).of('rotate');
    expect(statement?.Resource.toSorted()).toEqual([OWN, `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`]);
  });
});

describe('keys that exist already', () => {
  it('may be signed with by their exact ARNs, and none is made', () => {
    const other = OWN.replace('0f4b', '1a2c');
    const template = synthesize({ credentials: folderOf(fleetOf([other, OWN, OWN])) });
    expect(signers(template)).toEqual({});
    expect(signing(template).of('rotate')).toMatchObject([{ Resource: [OWN, other], Condition: CONDITIONS }]);
  });
});

describe('keys that do not fit into a policy', () => {
  it('are refused where forty-one are named; forty fit', () => {
    const named = (count: number) =>
      Array.from({ length: count }, (_, index) => OWN.replace('0f4b', `${1000 + index}`));
    const refusal = 'credentials: 41 signing keys are named by their ARNs, and the policy of a role takes 40';
    expect(() => synthesize({ credentials: folderOf(fleetOf(named(41))) })).toThrow(refusal);
    const template = synthesize({ credentials: folderOf(fleetOf(named(40))) });
    const [statement] = signing(template).of('rotate');
    expect(statement?.Resource).toHaveLength(40);
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(Math.max(...policies.map((policy) => JSON.stringify(policy).length))).toBeLessThan(10_240);
  });
});

describe('with local=true', () => {
  it('the alias itself may be signed with, which an emulator asks for, and conditions are left out', () => {
    const template = synthesize({ credentials: folderOf(fleetOf([ALIAS])), local: 'true' });
    const [statement] = signing(template).of('rotate');
    expect(statement?.Resource).toContain(`arn:aws:kms:${REGION}:${ACCOUNT}:${ALIAS}`);
    expect(statement).not.toHaveProperty('Condition');
  });
});
