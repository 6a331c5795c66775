import * as z from 'zod';
import { text } from './text.ts';

/** Few stars: with many, a comparison could take for ever. */
const PATTERN = /^(?=.{1,60}$)[a-z0-9?-]*(\*[a-z0-9?-]*){0,3}$/;

/** What chooses credentials: all that is named has to hold. */
const choice = {
  tags: z
    .record(text(1, 128), text(0, 256))
    .optional()
    .describe('Tags that a credential has, all of them, as the fleet file names them.'),
  match: z
    .string()
    .regex(PATTERN, "must be of small letters, digits, '-', '?' and at most three '*'")
    .optional()
    .describe('A pattern of ids: `*` stands for any characters, `?` for one; for example `acme-*`.'),
};

/** How many failures a wave bears. */
const Tolerated = z
  .strictObject({
    count: z.int().min(0).max(10_000).optional().describe('So many failures.'),
    percent: z.number().min(0).max(100).optional().describe('Such a part of the wave, rounded down.'),
  })
  .refine(({ count, percent }) => (count === undefined) !== (percent === undefined), 'needs either count or percent')
  .meta({ minProperties: 1, maxProperties: 1 });

const Wave = z
  .strictObject({ ...choice, tolerated: Tolerated.optional() })
  .refine(({ tags: named, match }) => named !== undefined || match !== undefined, 'needs tags or match')
  .meta({ anyOf: [{ required: ['tags'] }, { required: ['match'] }] });

const Select = z
  .strictObject({ all: z.literal(true).optional().describe('Every credential.'), ...choice })
  .refine(
    ({ all, tags: named, match }) => (all === true) !== (named !== undefined || match !== undefined),
    'needs either all, or tags, match or both',
  )
  .meta({
    oneOf: [
      { required: ['all'], maxProperties: 1 },
      { anyOf: [{ required: ['tags'] }, { required: ['match'] }], not: { required: ['all'] } },
    ],
  });

/** A rotation of many credentials, as somebody asks for it. */
export const FleetRequest = z
  .strictObject({
    select: Select.describe('Which credentials.'),
    waves: z
      .array(Wave)
      .min(1)
      .max(20)
      .optional()
      .describe('One after the other. A credential is in the first wave that takes it; the rest comes last.'),
    tolerated: Tolerated.optional().describe(
      'How many failures a wave bears that says nothing itself; 10 % by default.',
    ),
    maxConcurrency: z.int().min(1).max(1000).default(20).describe('How many credentials are rotated at a time.'),
    reason: text(1, 500).optional().describe('Stands in each log and history. Needed with force and revokePrevious.'),
    force: z.boolean().optional().describe('Rotates in spite of freezes.'),
    revokePrevious: z
      .boolean()
      .optional()
      .describe('Ends each previous secret as soon as every connector has the new one.'),
    dryRun: z.boolean().optional().describe('Chooses and plans, and rotates nothing.'),
  })
  .refine(({ reason, force, revokePrevious, dryRun }) => reason !== undefined || dryRun || !(force || revokePrevious), {
    error: 'is needed with force and revokePrevious',
    path: ['reason'],
  })
  .meta({
    anyOf: [
      { required: ['reason'] },
      { properties: { dryRun: { const: true } }, required: ['dryRun'] },
      { properties: { force: { const: false }, revokePrevious: { const: false } } },
    ],
  });

export type FleetRequest = z.output<typeof FleetRequest>;

/** What the function of fleet rotations is invoked with, by its state machine. */
export const FleetTask = z.strictObject({
  /** Chooses the credentials, or ends the fleet rotation. */
  task: z.enum(['select', 'finish']),
  executionId: z.string().min(1),
});

export type FleetTask = z.infer<typeof FleetTask>;
