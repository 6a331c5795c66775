import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { fleetSchema } from '../../infra/fleet/schema.ts';
import { fleetJsonSchema, SCHEMA_FILE } from '../../infra/schema.ts';
import { customer } from '../support/settings.ts';

const published = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));

const ACCEPTED: Record<string, unknown>[] = [
  {},
  { grace: 'PT0S', maxAge: 'P999D', 'schedule.flexibleWindow': 'PT30M', 'schedule.timezone': 'America/Port-au-Prince' },
  { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] },
  { serviceUri: 'https://acme.example.com', probePath: '/a?$top=1' },
  { 'schedule.expression': 'rate(30 days)', 'schedule.timezone': 'Etc/GMT+5' },
  { 'connectors.0.url': 'https://flow.example.com/c?version=2' },
  { tags: { 'cost centre': 'Göteborg' } },
  { freezes: [{ from: '2026-12-20', to: '2027-01-04', reason: 'year end' }] },
  { 'connectors.0.via': 'https', 'connectors.0.proof': 'loaded' },
  { connectors: [{ name: 'By hand', via: 'manual' }] },
  { connectors: [{ name: 'By hand', via: 'manual', owner: 'Eve', instructions: 'Ring.', within: 'PT8H' }] },
  { iam: { type: 'manual' } },
  { 'iam.auth': { clientId: 'x', kmsKeyId: 'alias/csr-signer' } },
  {
    'iam.auth': {
      clientId: 'x',
      kmsKeyId: 'arn:aws:kms:eu-north-1:123456789012:key/mrk-0f4b0a527f1e4a4e9a3c2a6f1b6c9d10',
    },
  },
  { iam: { type: 'manual', owner: 'Eve', instructions: 'Two\nlines.', within: 'P7D' } },
];

/** Each with one fault that a pattern can tell. */
const REFUSED: Record<string, unknown>[] = [
  { id: 'Acme' },
  { id: 'shared' },
  { accessTokenUrl: 'http://acme.example.com/auth/realms/a/protocol/openid-connect/token' },
  { accessTokenUrl: 'https://me:pw@acme.example.com/token' },
  { accessTokenUrl: 'https://acme.example.com/token?x=1' },
  { 'iam.adminUrl': 'https://acme.example.com/auth/admin' },
  { 'iam.auth.secretId': 'the-secret-itself' },
  { 'iam.auth': { clientId: 'x', kmsKeyId: 'alias/x' } },
  { 'iam.auth': { clientId: 'x', secretId: 'csr-access/acme-prod/iam', kmsKeyId: 'alias/csr-signer' } },
  { clientId: 'IFS_connect' },
  { grace: '24h' },
  { maxAge: 'P3M' },
  { 'schedule.expression': 'every sunday' },
  { 'schedule.timezone': '+02:00' },
  { probePath: '//evil.example.net' },
  { freezes: [{ from: '20.12.2026', to: '2027-01-04', reason: 'year end' }] },
  { tags: { 'aws:x': 'y' } },
  { colour: 'red' },
  { 'connectors.0.proof': 'used' },
  { 'connectors.0.proof': 'attested' },
  { connectors: [{ name: 'By hand', via: 'manual', proof: 'used' }] },
  { connectors: [{ name: 'By hand', via: 'manual', within: '3 days' }] },
  { connectors: [{ name: 'By hand', via: 'manual', url: 'https://flow.example.com/c' }] },
  { 'connectors.0.via': 'post' },
  { iam: { type: 'manual', adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod' } },
  { iam: { type: 'manual', within: 'P1Y' } },
];

describe('the published JSON Schema', () => {
  it('is up to date: otherwise run npm run schema', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(fleetJsonSchema())));
  });

  it('asks only for what has no default, and knows no other keys', () => {
    const { items } = published.properties.credentials;

    expect(items.required).toEqual(['id', 'accessTokenUrl', 'clientId', 'iam', 'connectors', 'schedule']);
    expect(items.additionalProperties).toBe(false);
    expect(items.properties.grace.default).toBe('PT24H');
  });

  it('describes every setting', () => {
    const described = settingsOf(published);

    expect(described.filter(({ description }) => !description)).toEqual([]);
    expect(described.length).toBeGreaterThan(40);
  });

  it('is valid, in the strictest reading', () => {
    const ajv = new Ajv({
      strict: true,
      strictTypes: true,
      strictTuples: true,
      validateFormats: true,
      allErrors: true,
    });

    expect(ajv.validateSchema(published)).toBe(true);
    expect(() => ajv.compile(published)).not.toThrow();
  });

  const validate = new Ajv({ allErrors: true }).compile(published);
  const check = (change: Record<string, unknown>) => {
    const valid = validate({ credentials: [customer('acme-prod', change)] });
    return valid ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath.replace('/credentials/0/', ''));
  };

  it('accepts the example', () => {
    const example = resolve(import.meta.dirname, '../../credentials.example.json');
    expect(validate(JSON.parse(readFileSync(example, 'utf8')))).toBe(true);
  });

  it.each(ACCEPTED)('accepts what a synth accepts: %j', (change) => {
    expect([synthFaults(change), check(change)]).toEqual([[], []]);
  });

  it.each(REFUSED)('refuses what a synth refuses: %j', (change) => {
    expect(synthFaults(change)).not.toEqual([]);
    expect(check(change)).not.toEqual([]);
  });

  it("is what the example's $schema names", () => {
    const example = resolve(import.meta.dirname, '../../credentials.example.json');
    const { $schema } = JSON.parse(readFileSync(example, 'utf8'));

    expect(resolve(example, '..', $schema)).toBe(SCHEMA_FILE);
  });
});

function synthFaults(change: Record<string, unknown>): unknown[] {
  const schema = fleetSchema({ prefix: 'csr', local: false });
  return schema.safeParse({ credentials: [customer('acme-prod', change)] }).error?.issues ?? [];
}

interface Node {
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: Node[];
  readonly oneOf?: Node[];
  readonly description?: string;
}

function settingsOf(node: Node, prefix = ''): { path: string; description: string | undefined }[] {
  const below = [node.items, ...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter((one) => one !== undefined);
  const own = Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    return [{ path, description: value.description }, ...settingsOf(value, path)];
  });
  return [...own, ...below.flatMap((one) => settingsOf(one, prefix))];
}
