import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import {
  type DetailType,
  detailSchema,
  EVENT_SOURCE,
  EVENTS,
} from '../../functions/credential/published/vocabulary.ts';

/** Where the published schemas lie. */
const FOLDER = resolve(import.meta.dirname, '../../docs/events');

/** @returns the name of the file with the schema of an event: `rotation-succeeded.json` */
export function schemaFile(detailType: DetailType): string {
  return resolve(FOLDER, `${detailType.toLowerCase().replaceAll(' ', '-')}.json`);
}

/**
 * The schema of an event as a target of EventBridge receives it. Later versions may add members: whoever reads an event skips what it
 * doesn't know.
 *
 * @see [Structure of events](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html)
 */
export function eventSchema(detailType: DetailType): object {
  const schema = z
    .object({
      'detail-type': z.literal(detailType),
      source: z.literal(EVENT_SOURCE),
      time: z.iso.datetime().describe('When it was published.'),
      detail: detailSchema(detailType),
    })
    .describe('An event of client-secret-rotation. EventBridge adds members of its own beside these.');
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const detailType of Object.keys(EVENTS) as DetailType[])
    writeFileSync(schemaFile(detailType), `${JSON.stringify(eventSchema(detailType), null, 2)}\n`);
}
