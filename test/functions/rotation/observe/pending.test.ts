import { describe, expect, it } from '@jest/globals';
import { isRotationError } from '../../../../functions/credential/errors.ts';
import { inClear, Secret } from '../../../../functions/credential/secret/secret.ts';
import { parsePending, regenerateIntent, retireIntent } from '../../../../functions/rotation/observe/pending.ts';

const DOCUMENT = {
  accessTokenUrl: 'https://iam.example.com/token',
  clientId: 'NC_Flow',
  clientSecret: new Secret('not-to-be-told'),
  scope: 'openid',
};

describe('parsePending', () => {
  it('reads a candidate', () => {
    expect(parsePending(new Secret(JSON.stringify(inClear(DOCUMENT))))).toEqual({
      kind: 'candidate',
      document: DOCUMENT,
    });
  });

  it('reads a retire intent, which is the format that other versions rely on', () => {
    const text = '{"format":"client-secret-rotation/retire/1","run":"r1","versionId":"old"}';
    expect(retireIntent({ run: 'r1', versionId: 'old' }).reveal()).toBe(text);
    expect(parsePending(new Secret(text))).toEqual({ kind: 'retire', versionId: 'old' });
  });

  it('reads the intent to regenerate', () => {
    const text = '{"format":"client-secret-rotation/regenerate/1","run":"r1","clientId":"NC_Flow","fingerprint":"f"}';
    expect(regenerateIntent({ run: 'r1', clientId: 'NC_Flow', fingerprint: 'f' }).reveal()).toBe(text);
    expect(parsePending(new Secret(text))).toEqual({ kind: 'regenerate', clientId: 'NC_Flow', fingerprint: 'f' });
  });

  it('tells the intents of two runs apart, so that Secrets Manager refuses the second under one id', () => {
    expect(retireIntent({ run: 'r1', versionId: 'old' })).not.toEqual(retireIntent({ run: 'r2', versionId: 'old' }));
  });

  it.each([undefined, ''])('takes %j for a mark without a value', (text) => {
    expect(parsePending(text === undefined ? undefined : new Secret(text))).toEqual({ kind: 'empty' });
  });

  it.each([
    'not JSON, with not-to-be-told',
    '{"format":"client-secret-rotation/retire/2","versionId":"old","x":"not-to-be-told"}',
    '{"format":"client-secret-rotation/retire/1","run":"r","versionId":"old","x":"not-to-be-told"}',
    JSON.stringify({ ...inClear(DOCUMENT), more: 1 }),
    JSON.stringify({ ...DOCUMENT, clientSecret: '****' }),
    '{"password":"not-to-be-told"}',
  ])('leaves alone what it does not know, and tells nothing of it: %s', (value) => {
    const error = thrownBy(() => parsePending(new Secret(value)));
    expect(isRotationError(error, 'pending-unknown')).toBe(true);
    expect(String(error)).not.toContain('not-to-be-told');
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
