import { globSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { inClear, Secret, sameSecret, secretText } from '../functions/credential/secret/secret.ts';
import { OPENED, secretUses } from './support/secret-uses.ts';

/** Where secrets are opened, and for what. Whoever adds a line has to say why a secret can't stay closed there. */
const OPENERS: Readonly<Record<string, string>> = {
  'agent/apply/token-check.ts': 'goes to oauth4webapi',
  'agent/stores/command-store.ts': 'goes to the adapter command, by stdin',
  'agent/stores/file/places.ts': "is spliced into the connector's file",
  'agent/stores/file/secret-form.ts': 'is looked at for signs of encryption',
  'agent/stores/http-store.ts': "goes to the adapter's server",
  'cli/access/entries.ts': 'is the text that is stored, and is checked',
  'cli/aws/secrets.ts': 'goes to Secrets Manager',
  'cli/commands/hand.ts': 'is checked before it is submitted; `reveal --stdout` prints it',
  'cli/commands/iam-options.ts': 'is trimmed',
  'cli/console/reveal.ts': 'goes to the page that has asked for it',
  'cli/iam/access-secret.ts': 'is read from a JSON text',
  'cli/iam/admin/sign-in.ts': 'goes to the token endpoint',
  'cli/terminal/clipboard.ts': 'goes to the clipboard',
  'functions/adapters/http/authorization.ts': 'becomes a header, closed again',
  'functions/adapters/http/connection/proxy.ts': 'goes to the proxy',
  'functions/adapters/http/connection/tls.ts': 'goes to node:tls',
  'functions/adapters/http/fetch.ts': 'goes over the wire',
  'functions/adapters/keycloak/updates.ts': 'becomes a body, closed again',
  'functions/adapters/oauth/client-credentials.ts': 'goes to oauth4webapi',
  'functions/adapters/odata-connector/configuration.ts': 'becomes a body, closed again',
  'functions/adapters/secrets-manager/access-secret-connector.ts': 'goes to Secrets Manager',
  'functions/adapters/secrets-manager/inbox.ts': 'is read from a text, and checked',
  'functions/adapters/secrets-manager/store.ts': 'goes to Secrets Manager',
  'functions/adapters/token-endpoint/token-endpoint.ts': 'a token is decoded',
  'functions/credential/document.ts': 'is read from, and becomes, the stored text',
  'functions/credential/secret/fingerprint.ts': 'is hashed',
  'functions/credential/secret/secret.ts': 'opens itself',
  'functions/rotation/observe/pending.ts': 'is read from the stored text',
};

const FILES = ['functions', 'agent', 'cli']
  .flatMap((folder) => globSync(`${folder}/**/*.ts`))
  .map((file) => file.replaceAll('\\', '/'))
  // The page runs in a browser, and holds what a person has asked for.
  .filter((file) => !file.startsWith('cli/console/page/'));

describe('secrets in functions/, agent/ and cli/', () => {
  const uses = secretUses(FILES);

  it('are opened where the table says, and nowhere else', () => {
    const opening = uses.filter(({ fault }) => fault === OPENED).map(({ file }) => file);
    expect([...new Set(opening)].sort()).toEqual(Object.keys(OPENERS).sort());
  });

  it('are no plain texts, and are neither compared as objects nor put into texts', () => {
    expect(uses.filter(({ fault }) => fault !== OPENED)).toEqual([]);
  });
});

describe('the check', () => {
  const HEAD = `import { Secret, inClear } from './secret/secret.ts';
declare const one: Secret, maybe: Secret | undefined, document: { readonly clientSecret: Secret; readonly scope: string };
`;
  const SOUND = 'sound';
  const OBJECTS = 'two secrets are compared as objects';
  const TEXT = 'a secret is put into a text';
  const TRUTH = 'a secret is asked whether it is true';

  it.each([
    ['export const a = one.reveal();', OPENED],
    ['export const a = maybe?.reveal();', OPENED],
    ['export const a = inClear(document);', OPENED],
    ['export const a = one === maybe;', OBJECTS],
    ['export const a = one !== document.clientSecret;', OBJECTS],
    ['export const a = [one].includes(document.clientSecret);', OBJECTS],
    ['export const a = new Set<Secret>().has(one);', OBJECTS],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    ['export const a = `Bearer ${one}`;', TEXT],
    ["export const a = 'Bearer ' + one;", TEXT],
    ['export const a = JSON.stringify(document);', 'a secret is put into JSON'],
    ['export const a = JSON.stringify({ sections: [document] });', 'a secret is put into JSON'],
    ['export const a = maybe ? 1 : 2;', TRUTH],
    ['export const a = maybe && 1;', TRUTH],
    ['export const a = !maybe;', TRUTH],
    ['if (maybe) throw new Error();', TRUTH],
    ['export interface A { readonly clientSecret: string }', 'clientSecret is a text'],
    ['export const a = (password: string | undefined) => password;', 'password is a text'],
    ["export const accessToken: string = 'x';", 'accessToken is a text'],
    ['export const a = one.equals(document.clientSecret);', SOUND],
    ['export const a = maybe === undefined;', SOUND],
    ['export const a = JSON.stringify({ scope: document.scope });', SOUND],
  ])('finds what is wrong with: %s', (line, fault) => {
    const file = 'functions/credential/x.ts';
    const found = secretUses([file], new Map([[file, `${HEAD}${line}\n`]])).map((use) => use.fault);
    expect([...new Set(found)]).toEqual(fault === SOUND ? [] : [fault]);
  });
});

describe('a Secret', () => {
  const CANARY = 'canary-of-a-secret';
  const secret = new Secret(CANARY);

  it.each([
    ['a text', () => String(secret)],
    ['a template', () => `${secret}`],
    ['a sum', () => `a ${secret}`.concat(secret as never)],
    ['JSON', () => JSON.stringify({ document: { clientSecret: secret, list: [secret] } })],
    ['util.inspect', () => inspect({ secret, deep: { deep: { deep: { secret } } } }, { depth: 9, showHidden: true })],
    ['the message of an error', () => new Error(`it was ${secret}`).stack ?? ''],
    ['an error with a cause', () => inspect(new Error('failed', { cause: { secret } }))],
    ['a copy', () => JSON.stringify([{ ...secret }, structuredClone({ ...secret }), Object.entries(secret)])],
  ])('is shown by nothing: %s', (_what, print) => {
    expect(print()).not.toContain(CANARY);
  });

  it('prints as [secret]', () => {
    expect([String(secret), JSON.stringify({ secret }), inspect(secret)]).toEqual([
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
  });

  it('is opened on demand, alone or with others', () => {
    expect(secret.reveal()).toBe(CANARY);
    expect(inClear({ clientId: 'NC_Flow', secret })).toEqual({ clientId: 'NC_Flow', secret: CANARY });
  });

  it('equals one with the same text, whatever object it is', () => {
    expect(sameSecret(secret, new Secret(CANARY))).toBe(true);
    for (const other of ['', 'canary-of-a-secreT', `${CANARY}x`])
      expect(sameSecret(secret, new Secret(other))).toBe(false);
    expect([sameSecret(secret, undefined), sameSecret(undefined, undefined)]).toEqual([false, false]);
  });

  it('wraps a text of a document as soon as it is read', () => {
    expect(secretText.parse(CANARY)).toEqual(secret);
    expect(secretText.safeParse('').success).toBe(false);
  });

  it('is told from another one by jest', () => {
    expect({ secret }).not.toEqual({ secret: new Secret('another') });
    expect({ secret }).not.toEqual({ secret: CANARY });
  });
});
