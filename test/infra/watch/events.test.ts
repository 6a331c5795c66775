import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  type DetailType,
  detailOf,
  EVENTS,
  type PublishedEvent,
} from '../../../functions/credential/published/vocabulary.ts';
import { eventSchema, schemaFile } from '../../../infra/watch/event-schemas.ts';

const TYPES = Object.keys(EVENTS) as DetailType[];
const published = (type: DetailType) => JSON.parse(readFileSync(schemaFile(type), 'utf8'));

describe('docs/events', () => {
  it.each(TYPES)('%s is what the code makes: after a change of a schema, run npm run events', (type) => {
    expect(eventSchema(type)).toEqual(published(type));
  });

  it('has a schema of each event, and no other', () => {
    const folder = dirname(schemaFile('Failed'));
    expect(readdirSync(folder).map((name) => resolve(folder, name))).toEqual(TYPES.map(schemaFile).toSorted());
  });
});

interface Example {
  readonly 'detail-type': DetailType;
  readonly detail: Readonly<Record<string, unknown>>;
}

describe('docs/events.md', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/events.md'), 'utf8');
  const examples = new Map(
    [...page.matchAll(/^## (.+)\n\n.*\n\n```json\n([\s\S]*?)^```$/gm)].map(
      ([, title = '', text = '']) => [title, JSON.parse(text) as Example] as const,
    ),
  );
  const exampleOf = (type: DetailType) => examples.get(type) as Example;
  const ajv = new Ajv2020({ formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/ } });

  it('has an example of each event, in order, and no other', () => {
    expect([...examples.keys()]).toEqual(TYPES);
    expect([...page.matchAll(/^\| \[`(.+?)`\]/gm)].map(([, type]) => type)).toEqual(TYPES);
  });

  it.each(TYPES)('%s: the example is what the schema describes', (type) => {
    const validate = ajv.compile(published(type));
    expect([validate(exampleOf(type)), validate.errors]).toEqual([true, null]);
  });

  it.each(TYPES)('%s: the example is what the code makes of its members', (type) => {
    const { stack, message, ...detail } = exampleOf(type).detail;
    const event = { detailType: type, detail } as unknown as PublishedEvent;
    expect(detailOf(event, 'client-secret-rotation')).toEqual({ stack, ...detail, message });
  });

  it.each(TYPES)('%s: a schema refuses an event that lacks a member, or is another', (type) => {
    const validate = ajv.compile(published(type));
    const example = exampleOf(type);
    const { message, ...rest } = example.detail;
    expect(validate({ ...example, detail: rest })).toBe(false);
    expect(validate({ ...example, 'detail-type': 'Another' })).toBe(false);
  });
});
