import { JANUARY, TOKEN_URL } from '../../local/stand-ins/connector/fixture.ts';

/** The client of the fixtures. */
export const CLIENT_ID = 'NC_Flow_ClientCredentials';
const SCOPES = 'openid microprofile-jwt';

/** The secrets of a file: of the client's three sections, and of bo's, which is another client's. */
export interface Secrets {
  readonly designTime: string;
  readonly runtime: string;
  readonly anna: string;
  readonly bo: string;
}

/** All secrets as they are at first. */
export const AT_FIRST: Secrets = {
  designTime: JANUARY.secret,
  runtime: JANUARY.secret,
  anna: JANUARY.secret,
  bo: 'secret-of-bo',
};

/** A kind of file: its text with some secrets, written as the format writes them, and the adapter that reads it. */
export interface Form {
  readonly type: 'json' | 'xml' | 'text';
  readonly encoding: 'utf-8' | 'utf-16le' | 'windows-1252';
  readonly bom: string;
  text(secrets: Secrets): string;
  readonly adapter: object;
}

const jsonSection = (secret: string, id = CLIENT_ID) =>
  `{ "grant": "client_credentials", "url": "${TOKEN_URL}", /* the client */ "id": "${id}", "secret": "${secret}",\r\n\t\t"scopes": "${SCOPES}", "other": [1, 2.50] }`;

const pointers = (at: string) => ({
  flowType: `${at}/grant`,
  accessTokenUrl: `${at}/url`,
  clientId: `${at}/id`,
  clientSecret: `${at}/secret`,
  scopes: `${at}/scopes`,
});

const json: Form = {
  type: 'json',
  encoding: 'utf-8',
  bom: '\uFEFF',
  text: ({ designTime, runtime, anna, bo }) =>
    `// the connector's own file: åäö\r\n{ "Name": "IFS Production",\r\n  "a/b": { "m~n": ${jsonSection(designTime)} },\r\n  "list": [ ${jsonSection(runtime)} ],\r\n  "users": { "anna": ${jsonSection(anna)}, "bo": ${jsonSection(bo, 'other')}, },\r\n}\r\n`,
  adapter: {
    type: 'json',
    flowTypes: { client_credentials: 'ClientCredentials' },
    name: '/Name',
    serviceUri: { value: 'https://acme.example.com' },
    sections: {
      designTime: pointers('/a~1b/m~0n'),
      runtime: pointers('/list/0'),
      machineUsers: { anna: pointers('/users/anna'), bo: pointers('/users/bo') },
    },
  },
};

const setting = (key: string, value: string) => `    <add key='${key}' value="${value}" />\n`;
const xmlSettings = (name: string, secret: string, id = CLIENT_ID) =>
  `${setting(`${name}.Url`, TOKEN_URL)}${setting(`${name}.Id`, id)}${setting(`${name}.Secret`, secret)}${setting(`${name}.Scopes`, SCOPES)}`;

const xpaths = (name: string) => ({
  accessTokenUrl: `/configuration/appSettings/add[@key='${name}.Url']/@value`,
  clientId: `/configuration/appSettings/add[@key='${name}.Id']/@value`,
  clientSecret: `/configuration/appSettings/add[@key='${name}.Secret']/@value`,
  scopes: `/configuration/appSettings/add[@key='${name}.Scopes']/@value`,
});

const xml: Form = {
  type: 'xml',
  encoding: 'utf-16le',
  bom: '\uFEFF',
  text: ({ designTime, runtime, anna, bo }) =>
    `<?xml version="1.0" encoding="utf-16"?>\n<!-- 😀 kept -->\n<configuration  xmlns:x="urn:x">\n  <appSettings>\n${xmlSettings('Design', designTime)}${xmlSettings('Anna', anna)}${xmlSettings('Bo', bo, 'other')}  </appSettings>\n  <x:run><url>${TOKEN_URL}</url><id>${CLIENT_ID}</id><x:secret><![CDATA[${runtime}]]></x:secret><scopes>${SCOPES}</scopes></x:run>\n</configuration>\n`,
  adapter: {
    type: 'xml',
    namespaces: { n: 'urn:x' },
    name: { value: 'IFS Production' },
    encoding: 'utf-16le',
    sections: {
      designTime: xpaths('Design'),
      runtime: {
        accessTokenUrl: '//n:run/url',
        clientId: '//n:run/id/text()',
        clientSecret: '//n:run/n:secret',
        scopes: '//n:run/scopes',
      },
      machineUsers: { anna: xpaths('Anna'), bo: xpaths('Bo') },
    },
  },
};

const lines = (name: string, secret: string, id = CLIENT_ID) =>
  `${name}_URL=${TOKEN_URL}\r\n${name}_ID=${id}\r\n${name}_SECRET=${secret}\r\n${name}_SCOPES="${SCOPES}"\r\n`;
const regexes = (name: string) => ({
  accessTokenUrl: `^${name}_URL=(.*)$`,
  clientId: `^${name}_ID=(.*)$`,
  clientSecret: `^${name}_SECRET=(.*)$`,
  scopes: `^${name}_SCOPES=(.*)$`,
});

const text: Form = {
  type: 'text',
  encoding: 'windows-1252',
  bom: '',
  text: ({ designTime, runtime, anna, bo }) =>
    `# 5 € a day, åäö\r\n${lines('DESIGN', designTime)}\r\n${lines('RUN', runtime)}${lines('ANNA', anna)}${lines('BO', bo, 'other')}LAST=1`,
  adapter: {
    type: 'text',
    encoding: 'windows-1252',
    escape: 'env',
    name: { value: 'IFS Production' },
    sections: {
      designTime: regexes('DESIGN'),
      runtime: regexes('RUN'),
      machineUsers: { anna: regexes('ANNA'), bo: regexes('BO') },
    },
  },
};

/** One file of each kind. */
export const FORMS = { json, xml, text } as const;

/** The bytes of a file: made without the agent's own encoder. */
export function bytesOf({ encoding, bom, text }: Form, secrets: Secrets = AT_FIRST): Buffer {
  const whole = bom + text(secrets);
  if (encoding === 'windows-1252') return Buffer.from(whole.replaceAll('€', '\u0080'), 'latin1');
  return Buffer.from(whole, encoding === 'utf-8' ? 'utf8' : 'utf16le');
}
