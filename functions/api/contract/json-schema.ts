import * as z from 'zod';
import { COMPONENTS } from './routes.ts';

/** A part of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** The dialect of OpenAPI 3.1, without what says nothing to a reader: the pattern of an instant, and what JavaScript can count. */
const FORM: z.core.ToJSONSchemaParams = {
  target: 'draft-2020-12',
  override: ({ jsonSchema }) => {
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
};

/** The schema of a part of a request. */
export function schemaOf(schema: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, { ...FORM, io: 'input' });
  return json;
}

/** The schemas of answers that have a name. */
export function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { ...FORM, uri, io: 'output' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

/**
 * Names a schema of an answer.
 *
 * @throws {Error} for a schema without a name, which would be written out at every place
 */
export function refTo(schema: z.ZodType): Json {
  const named = Object.entries(COMPONENTS).find(([, component]) => component === schema);
  if (!named) throw new Error('A schema of an answer is missing in COMPONENTS');
  return { $ref: `#/components/schemas/${named[0]}` };
}

/** Any of some schemas. */
export function oneOf(schemas: readonly Json[]): Json {
  return schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas };
}
