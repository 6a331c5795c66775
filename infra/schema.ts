import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { fleetSchema } from './fleet-schema.ts';
import { DESCRIPTIONS } from './schema-descriptions.ts';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
}

/** Where the published schema lies. `$schema` in a fleet's file names it, so that editors check and complete. */
export const SCHEMA_FILE = resolve(import.meta.dirname, '../docs/credentials.schema.json');

/**
 * The JSON Schema of the fleet's file, made from the schema that the functions use. It can't say everything: what only code
 * checks (time zones, expressions, durations, hosts) is checked at synth.
 *
 * @returns the content of {@link SCHEMA_FILE}
 */
export function fleetJsonSchema(): object {
  const schema = fleetSchema({ prefix: 'client-secret-rotation', local: false });
  const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-07' });
  return { title: "The fleet's file of client-secret-rotation", ...describe(json as Schema, '') };
}

/** Adds the descriptions, by the path of each setting. A copy: zod may use one object in several places. */
function describe(node: Schema, path: string): Schema {
  const below = (one: Schema) => describe(one, path);
  const properties = Object.entries(node.properties ?? {}).map(([key, value]) => {
    const setting = path ? `${path}.${key}` : key;
    const description = DESCRIPTIONS[setting];
    return [key, { ...describe(value, setting), ...(description && { description }) }];
  });
  return {
    ...node,
    ...(node.properties && { properties: Object.fromEntries(properties) }),
    ...(node.items && !Array.isArray(node.items) && { items: below(node.items) }),
    ...(node.anyOf && { anyOf: node.anyOf.map(below) }),
    ...(node.oneOf && { oneOf: node.oneOf.map(below) }),
  };
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
