import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fleetJsonSchema, SCHEMA_FILE } from '../../infra/schema.ts';
import { DESCRIPTIONS } from '../../infra/schema-descriptions.ts';

const published = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));

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

  it('describes every setting, and none that does not exist', () => {
    const described = settingsOf(published);

    expect(described.filter(({ description }) => !description)).toEqual([]);
    expect(new Set(described.map(({ path }) => path))).toEqual(new Set(Object.keys(DESCRIPTIONS)));
  });

  it("is what the example's $schema names", () => {
    const example = resolve(import.meta.dirname, '../../credentials.example.json');
    const { $schema } = JSON.parse(readFileSync(example, 'utf8'));

    expect(resolve(example, '..', $schema)).toBe(SCHEMA_FILE);
  });
});

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
