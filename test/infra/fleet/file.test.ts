import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { readFleetFile } from '../../../infra/fleet/file.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';
import { customer } from '../../support/settings.ts';

const file = join(mkdtempSync(join(tmpdir(), 'fleet-file-')), 'fleet.json');
const deployment = readContext((key) => (key === 'prefix' ? 'csr' : undefined));
const NOW = new Date('2026-11-25T12:00:00Z');
const FLEET = JSON.stringify({ credentials: [customer('acme-prod')] }, null, 2);

/** What a synth says of a file, each line without the folder. */
function faults(content: string | Buffer): string[] {
  writeFileSync(file, content);
  try {
    loadFleet(file, deployment, NOW);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.lines.map((line) => line.replace(/[^ (]*fleet\.json/, 'fleet.json'));
  }
}

const faultsOf = (...credentials: unknown[]) => faults(JSON.stringify({ credentials }, null, 2));
const faultsWith = (change: Record<string, unknown>) => faultsOf(customer('acme-prod', change));

describe('the fleet file', () => {
  it('may have comments, trailing commas, a byte order mark and lines as Windows ends them', () => {
    const commented = FLEET.replace('{', '{ // our customers').replace(/\}\s*$/, ', /* and no more */ }');

    expect(faults(commented)).toEqual([]);
    expect(faults(`\uFEFF${FLEET}`)).toEqual([]);
    expect(faults(FLEET.replaceAll('\n', '\r\n'))).toEqual([]);
  });

  it.each([
    ['{\n  "credentials": [\n    { "id" "a" }\n  ]\n}', 'fleet.json:3:12: not JSON: colon expected'],
    ['{ "credentials": [', 'fleet.json:1:19: not JSON: close bracket expected'],
    ["{ 'credentials': [] }", 'fleet.json:1:3: not JSON: invalid symbol'],
    ['', 'fleet.json:1:1: not JSON: value expected'],
  ])('is told where it is not JSON: %j', (text, line) => {
    expect(faults(text)).toContain(line);
  });

  it('is not told more faults of its syntax than help', () => {
    expect(faults('{'.repeat(500)).length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['UTF-16, as PowerShell 5 writes it', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(FLEET, 'utf16le')])],
    ['UTF-16 the other way round', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(FLEET, 'utf16le').swap16()])],
    ['UTF-16 without a mark', Buffer.from(FLEET, 'utf16le')],
  ])('is refused in one line when it is %s', (_what, content) => {
    expect(faults(content)).toEqual(['fleet.json: is not UTF-8 but UTF-16; save it as UTF-8']);
  });

  it('is refused when it is Latin-1, with the line, instead of being misread', () => {
    const text = FLEET.replace('NC_Flow_OData', 'NC_Fl\u00f6w_OData');

    expect(faults(Buffer.from(text, 'latin1'))).toEqual([
      `fleet.json:${lineOf('clientId')}: is not UTF-8; save the file as UTF-8`,
    ]);
    expect(faults(text)).toEqual([]);
  });

  it('has no key twice: the first would be lost', () => {
    const twice = FLEET.replace('"clientId"', '"scope": "openid",\n      "scope": "openid profile",\n      "clientId"');
    const line = lineOf('"clientId"');

    expect(faults(twice)).toEqual([
      `credentials[0].scope: comes twice, on lines ${line} and ${line + 1}, and only one of them would count (acme-prod, fleet.json:${line})`,
    ]);
  });

  it.each(['"credentials": [],', '"\\u0063redentials": [],'])('has no key twice at its top: %s', (member) => {
    expect(faults(FLEET.replace('{', `{ ${member}`))).toContainEqual(
      expect.stringMatching(/^credentials: comes twice/),
    );
  });

  it('has no __proto__, which would change the object instead of its members', () => {
    const text = FLEET.replace('"clientId"', '"__proto__": { "native": true },\n      "clientId"');

    expect(faults(text)).toEqual([
      `credentials[0].__proto__: unknown key (acme-prod, fleet.json:${lineOf('"clientId"')})`,
    ]);
    writeFileSync(file, text);
    const [credential] = (readFleetFile(file).value as { credentials: object[] }).credentials;
    expect(Object.getPrototypeOf(credential)).toBe(Object.prototype);
  });
});

describe('a fault of the fleet file', () => {
  it('names the credential, the file and the line, in the order of the file', () => {
    const found = faultsOf(
      customer('acme-prod', { 'schedule.timezone': 'Mars/X', grace: '24h' }),
      customer('globex-prod', { colour: 'red' }),
    );
    expect(found.map((line) => line.replace(/:\d+\)$/, ':…)'))).toEqual([
      "credentials[0].schedule.timezone: 'Mars/X' is not an IANA time zone; for example Europe/Stockholm (acme-prod, fleet.json:…)",
      "credentials[0].grace: '24h' is not an ISO 8601 duration of days, hours, minutes and seconds; for example PT24H (acme-prod, fleet.json:…)",
      'credentials[1].colour: unknown key (globex-prod, fleet.json:…)',
    ]);
    const lines = JSON.stringify({ credentials: [customer('a', { 'schedule.timezone': 'Mars/X' })] }, null, 2).split(
      '\n',
    );
    expect(faultsOf(customer('a-b', { 'schedule.timezone': 'Mars/X' }))[0]).toContain(
      `fleet.json:${lines.findIndex((line) => line.includes('Mars/X')) + 1})`,
    );
  });

  it('names the nearest line when something is missing', () => {
    expect(faultsWith({ connectors: undefined })).toEqual([
      'credentials[0].connectors: is missing (acme-prod, fleet.json:3)',
    ]);
    expect(faults('{}')).toEqual(['credentials: is missing (fleet.json:1)']);
    expect(faults('[]')).toEqual(['the file: must be an object { … }, not a list [ … ] (fleet.json:1)']);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ clientID: 'x' }, "clientID: unknown key; did you mean 'clientId'?"],
    [{ conectors: [] }, "conectors: unknown key; did you mean 'connectors'?"],
    [{ 'schedule.timeZone': 'UTC' }, "schedule.timeZone: unknown key; did you mean 'timezone'?"],
    [{ 'schedule.cron': 'x' }, 'schedule.cron: unknown key'],
    [
      { strategy: 'dualsecret' },
      "strategy: must be auto, dual-secret, alternating-clients or in-place; did you mean 'dual-secret'?",
    ],
    [{ 'iam.type': 'Keycloak' }, 'iam.type: must be keycloak or manual'],
    [{ 'schedule.state': 'PAUSED' }, 'schedule.state: must be ENABLED or DISABLED'],
    [{ native: 'yes' }, 'native: must be true or false, not a text in quotes'],
    [{ grace: 24 }, 'grace: must be a text in quotes, not a number'],
    [{ clientId: 7 }, 'clientId: must be a Client ID, or an array of two for alternating-clients'],
    [{ clientId: '' }, 'clientId: must not be empty'],
    [{ clientId: ' NC_Flow' }, 'clientId: has a blank at its beginning or end, or a control character in it'],
    [{ clientId: '..' }, 'clientId: is no Client ID'],
    [{ 'connectors.0.auth.type': 'beerer' }, 'connectors[0].auth.type: must be bearer, basic or client-credentials'],
    [
      { 'connectors.0.name': 'IFS ' },
      'connectors[0].name: has a blank at its beginning or end, or a control character in it',
    ],
    [{ 'connectors.0.url': 'https://flow.example.com/c#x' }, 'connectors[0].url: must not have a fragment'],
    [
      { 'connectors.0.url': `https://flow.example.com/${'c'.repeat(2048)}` },
      'connectors[0].url: is longer than 2048 characters',
    ],
    [
      { freezes: [{ from: '20.12.2026', to: '2026-12-24', reason: 'x' }] },
      'freezes[0].from: is not a day of the calendar; for example 2026-12-20',
    ],
    [
      { freezes: [{ from: '2026-12-20', to: '2026-12-24', reason: 'x'.repeat(900_000) }] },
      'freezes[0].reason: is longer than 200 characters',
    ],
    [{ freezes: Array(101).fill({ from: '2026-12-20', to: '2026-12-24', reason: 'x' }) }, 'freezes: has more than 100'],
    [
      { 'iam.adminUrl': 'https://acme-prod.example.com/auth/admin/realms/acmeprod' },
      "iam.adminUrl: its realm 'acmeprod' is not 'acme-prod', that of accessTokenUrl",
    ],
    [
      { 'connectors.0.url': 'https://169.254.169.254/c' },
      'connectors[0].url: is a link-local address, which is never called',
    ],
    [{ tags: { 'AWS:owner': 'me' } }, 'tags.AWS:owner: is not a key that AWS takes for a tag'],
    [{ tags: { credential: 'mine' } }, 'tags.credential: is the tag that the stack sets itself'],
    [{ tags: { Team: 'a', team: 'b' } }, "tags.team: differs from 'Team' in case only"],
    [
      { tags: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v'])) },
      "tags: has 50 tags; AWS takes 50 for a resource, and two are the stack's own",
    ],
  ])('says in plain words what is wrong with %j', (change, line) => {
    expect(faultsWith(change).map((one) => one.replace(/ \(acme-prod, fleet\.json:\d+\)$/, ''))).toEqual([
      `credentials[0].${line}`,
    ]);
  });

  it('accepts as many tags as AWS takes', () => {
    expect(faultsWith({ tags: Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`k${i}`, 'v'])) })).toEqual([]);
  });

  it.each([
    ['the secret itself for its name', { 'iam.auth.secretId': 'CANARY-9f8e7d6c5b4a' }],
    ["a connector's token for its name", { 'connectors.0.auth.secretId': 'CANARY{9f8e}' }],
    ['a key for it', { 'iam.auth.clientSecret': 'CANARY' }],
    ['a key for it at the top', { password: 'CANARY' }],
    ['a key in a URL', { 'connectors.0.url': 'https://flow.example.com/c?code=CANARY' }],
    ['a signature in a URL', { 'connectors.0.url': 'https://flow.example.com/c?a=b&X-Signature=CANARY' }],
    ['a password in a URL', { 'connectors.0.url': 'https://bob:CANARY@flow.example.com/c' }],
  ])('tells whoever wrote a secret into it to renew that, and does not repeat it: %s', (_what, change) => {
    const found = faultsWith(change);

    expect(found).not.toEqual([]);
    expect(found).toContainEqual(expect.stringContaining('renew'));
    expect(found.join()).not.toContain('CANARY');
  });

  it('tells no more unknown keys of one object than help, in time that grows with their number only', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`member${i}`, 0]));

    const found = faultsWith(many(5000));

    expect(found).toHaveLength(11);
    expect(found).toContainEqual(expect.stringMatching(/^credentials\[0\]: 4990 more unknown keys/));
    expect(found.join('\n').length).toBeLessThan(2000);
  });
});

describe('whatever stands in the fleet file', () => {
  /** Paths of everything in a value, itself excluded. */
  function paths(value: unknown): PropertyKey[][] {
    if (typeof value !== 'object' || value === null) return [];
    const keys: PropertyKey[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    return keys.flatMap((key) => [
      [key],
      ...paths((value as Record<PropertyKey, unknown>)[key]).map((path) => [key, ...path]),
    ]);
  }
  const fleet = () => ({ credentials: [customer('acme-prod'), customer('globex-prod')] });

  it('a fault of any part is told in lines with its place, never by an exception of the code', () => {
    const path = fc.constantFrom(...paths(fleet()));
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', '//', 'https://', [], [null], {}, 0, '__proto__'));
    fc.assert(
      fc.property(path, value, (where, anything) => {
        const changed = fleet();
        const last = where.at(-1) ?? '';
        const holder = where
          .slice(0, -1)
          .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], changed);
        (holder as Record<PropertyKey, unknown>)[last] = anything;
        for (const line of faults(JSON.stringify(changed)))
          expect(line).toMatch(/^[\s\S]+: [\s\S]+ \(([^()]*, )?fleet\.json:1\)$/);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

function lineOf(text: string): number {
  return FLEET.split('\n').findIndex((line) => line.includes(text)) + 1;
}
