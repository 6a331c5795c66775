import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { fleetSchema } from './fleet-schema.ts';
import { DESCRIPTIONS } from './schema-descriptions.ts';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema | Schema[];
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
  readonly format?: string;
  readonly pattern?: string;
  /** Ours: known, and refused. */
  readonly unavailable?: boolean;
}

/** Where the published schema lies. `$schema` in a fleet's file names it, so that editors check and complete. */
export const SCHEMA_FILE = resolve(import.meta.dirname, '../docs/credentials.schema.json');

/**
 * The JSON Schema of the fleet file, made from the schema that the functions use. It can't say everything: what only code
 * checks (time zones, schedules, hosts, what fits together) is checked at synth.
 *
 * @returns the content of {@link SCHEMA_FILE}
 */
export function fleetJsonSchema(): object {
  const schema = fleetSchema({ prefix: 'client-secret-rotation', local: false });
  const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-07' });
  return { title: 'The fleet file of client-secret-rotation', ...describe(json as Schema, '') };
}

/** Adds the descriptions, by the path of each setting. A copy: zod may use one object in several places. */
function describe(node: Schema, path: string): Schema {
  const below = (one: Schema) => describe(one, path);
  const { anyOf, oneOf, properties, items, format, ...rest } = node;
  const offered = anyOf?.filter(({ unavailable }) => !unavailable).map(below);
  // One that is left alone needs no choice.
  if (offered?.length === 1) return { ...rest, ...offered[0] };
  return {
    ...rest,
    // A pattern says it to every validator; formats are an option of theirs.
    ...(format && !node.pattern && { format }),
    ...(properties && { properties: describeAll(properties, path) }),
    ...(items && { items: Array.isArray(items) ? items.map(below) : below(items) }),
    ...(offered && { anyOf: offered }),
    ...(oneOf && { oneOf: oneOf.map(below) }),
  };
}

function describeAll(properties: Record<string, Schema>, path: string): Record<string, Schema> {
  const entries = Object.entries(properties).map(([key, value]) => {
    const setting = path ? `${path}.${key}` : key;
    const description = DESCRIPTIONS[setting];
    return [key, { ...describe(value, setting), ...(description && { description }) }];
  });
  return Object.fromEntries(entries);
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
