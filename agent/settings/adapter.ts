import * as z from 'zod';
import { FLOW_TYPES } from '../engine/contract.ts';
import { ENCODINGS } from '../stores/file/encoding.ts';
import { ESCAPES } from '../stores/file/text.ts';
import { absolutePath, argv, loopbackUrl, timeout } from './parts.ts';

/** A value that the file doesn't hold. It is shown, and never written. */
const fixed = z.strictObject({ value: z.union([z.string(), z.boolean()]) });

export type Fixed = z.infer<typeof fixed>;

/** Where the parts of a configuration stand in a file; `place` is what a place is in this kind of file. */
const fileParts = (place: z.ZodType<string>) => {
  const anywhere = z.union([place, fixed]);
  const section = z.strictObject({
    flowType: anywhere.default({ value: 'ClientCredentials' }),
    accessTokenUrl: anywhere,
    clientId: anywhere,
    clientSecret: place,
    scopes: anywhere,
  });
  return {
    file: absolutePath,
    encoding: z.enum(ENCODINGS).default('utf-8'),
    /** What the file calls a flow type, where its word isn't the contract's. */
    flowTypes: z.record(z.string(), z.enum(FLOW_TYPES)).default({}),
    name: anywhere.optional(),
    serviceUri: anywhere.default({ value: '' }),
    ifsVersion: anywhere.default({ value: 'IFS Cloud' }),
    breakWorkflowOnError: anywhere.default({ value: false }),
    sections: z.strictObject({
      designTime: section,
      runtime: section,
      studioTestBench: section.optional(),
      machineUsers: z.record(z.string().min(1), section).optional(),
    }),
  };
};

const pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)+$/, 'is not a JSON Pointer; for example /authentication/runtime/clientSecret');
const xpath = z.string().min(1);
const regex = z.string().refine(hasOneGroup, 'is not a regular expression with exactly one group');

function hasOneGroup(source: string): boolean {
  try {
    return new RegExp(`${source}|`, 'mu').exec('')?.length === 2;
  } catch {
    return false;
  }
}

/** Where a connector keeps its configuration, and how the agent gets at it. */
export const Adapter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('json'), ...fileParts(pointer) }),
  z.strictObject({
    type: z.literal('xml'),
    ...fileParts(xpath),
    namespaces: z.record(z.string().min(1), z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('text'), ...fileParts(regex), escape: z.enum(ESCAPES).default('none') }),
  z.strictObject({ type: z.literal('command'), command: argv, timeout: timeout.default('PT30S') }),
  z.strictObject({
    type: z.literal('http'),
    url: loopbackUrl,
    tokenFile: absolutePath,
    timeout: timeout.default('PT10S'),
  }),
]);

export type Adapter = z.infer<typeof Adapter>;
export type FileAdapter = Extract<Adapter, { file: string }>;
export type FileSection = FileAdapter['sections']['runtime'];
