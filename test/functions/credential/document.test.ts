import { describe, expect, it } from '@jest/globals';
import { isUsableSecret, parseDocument, serializeDocument } from '../../../functions/credential/document.ts';
import { isRotationError } from '../../../functions/credential/errors.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';

const URL = 'https://iam.example.com/auth/realms/acme/protocol/openid-connect/token';
const TEXT = `{"accessTokenUrl":"${URL}","clientId":"NC_Flow","clientSecret":"not-to-be-told","scope":"openid"}`;

function refusal(text: string): string {
  try {
    parseDocument(new Secret(text));
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a credential document', () => {
  it('has its four members in the order in which the connector asks for them, without white space', () => {
    const document = {
      scope: 'openid',
      clientSecret: new Secret('not-to-be-told'),
      clientId: 'NC_Flow',
      accessTokenUrl: URL,
    };
    expect(serializeDocument(document).reveal()).toBe(TEXT);
  });

  it('is read whatever its order and white space', () => {
    const text = `{ "scope": "openid",\n "clientId": "NC_Flow", "clientSecret": "not-to-be-told", "accessTokenUrl": "${URL}" }`;
    expect(serializeDocument(parseDocument(new Secret(text))).reveal()).toBe(TEXT);
  });

  it('carries no member that the caller smuggles in', () => {
    const wide = { ...parseDocument(new Secret(TEXT)), password: 'extra' };
    expect(serializeDocument(wide).reveal()).toBe(TEXT);
  });

  it('is refused with other members, which are counted', () => {
    expect(refusal(TEXT.replace('{', '{"comment":"x","owner":"y",'))).toMatch(/unknown members \(2\)/);
  });

  it('tells no member that it does not have: a secret may stand in its place', () => {
    expect(refusal(TEXT.replace('{', '{"not-to-be-told":"",'))).not.toContain('not-to-be-told');
    expect(refusal('{"not-to-be-told":""}')).not.toContain('not-to-be-told');
  });

  it.each(['accessTokenUrl', 'clientId', 'clientSecret', 'scope'])('is refused without %s, which is named', (name) => {
    const { [name]: _, ...rest } = JSON.parse(TEXT);
    expect(refusal(JSON.stringify(rest))).toContain(name);
    expect(refusal(JSON.stringify({ ...rest, [name]: 42 }))).toContain(name);
    expect(refusal(JSON.stringify({ ...rest, [name]: null }))).toContain(name);
  });

  it.each(['', '**********', '*', '   '])('is refused with the secret %j', (clientSecret) => {
    expect(refusal(JSON.stringify({ ...JSON.parse(TEXT), clientSecret }))).toMatch(/clientSecret/);
  });

  it.each(['', '[]', '"text"', 'null', '{}', 'clientSecret=not-to-be-told', `${TEXT},`])('is refused as %j', (text) => {
    expect(refusal(text)).not.toContain('not-to-be-told');
  });

  it('tells no value when it is refused', () => {
    for (const value of ['not-to-be-told', 42]) {
      const text = JSON.stringify({ clientSecret: value, clientId: 'nobody-knows', extra: 'hidden-value' });
      expect(refusal(text)).not.toMatch(/not-to-be-told|42|nobody-knows|hidden-value/);
    }
  });
});

describe('isUsableSecret', () => {
  it('knows a mask from a secret with an asterisk in it', () => {
    expect(isUsableSecret(new Secret('**********'))).toBe(false);
    expect(isUsableSecret(new Secret('a*b'))).toBe(true);
  });
});
