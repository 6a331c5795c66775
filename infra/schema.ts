import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { fleetSchema } from './fleet/schema.ts';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema | Schema[];
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
  readonly format?: string;
  readonly pattern?: string;
}

/** Where the published schema lies. `$schema` in a fleet file names it, so that editors check and complete. */
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
  return { title: 'The fleet file of client-secret-rotation', ...publish(json as Schema) };
}

/** Made once: a file can have many faults. */
let known: Schema | undefined;

/** The names of the settings right below a path, for example those of `credentials.iam`. */
export function settingsBelow(path: readonly string[]): string[] {
  known ??= fleetJsonSchema();
  const nodes = path.reduce(
    (found, name) => found.flatMap((node) => objectsIn(node.properties?.[name])),
    objectsIn(known),
  );
  return [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** A schema, or its elements', or every choice that it offers. */
function objectsIn(node: Schema | undefined): Schema[] {
  if (!node) return [];
  const { items = [], anyOf = [], oneOf = [] } = node;
  return [node, ...[items, anyOf, oneOf].flat().flatMap(objectsIn)];
}

/** Leaves out what only the functions have to know. A copy: zod may use one object in several places. */
function publish(node: Schema): Schema {
  const { anyOf, oneOf, properties, items, format, ...rest } = node;
  return {
    ...rest,
    // A pattern says it to every validator; formats are an option of theirs.
    ...(format && !node.pattern && { format }),
    ...(properties && { properties: mapValues(properties, publish) }),
    ...(items && { items: Array.isArray(items) ? items.map(publish) : publish(items) }),
    ...(anyOf && { anyOf: anyOf.map(publish) }),
    ...(oneOf && { oneOf: oneOf.map(publish) }),
  };
}

function mapValues(record: Record<string, Schema>, change: (value: Schema) => Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
