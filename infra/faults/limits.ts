import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ConfigurationError } from './configuration-error.ts';

/** The part of a template that is counted. */
interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;
  readonly Outputs?: object;
}

/** A quota: how much of something a template has, and how much is taken. */
interface Limit {
  readonly what: string;
  readonly most: number;
  measure(template: Template, text: string): number;
}

/**
 * What a deployment would refuse, or the CDK with a stack trace.
 *
 * @see [CloudFormation quotas](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)
 * @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)
 */
const LIMITS: readonly Limit[] = [
  {
    what: 'resources (a credential makes two, with native or a manual IAM three, and two more behind agents; an agent makes five)',
    most: 500,
    measure: ({ Resources = {} }) => Object.keys(Resources).length,
  },
  { what: 'bytes of template', most: 1_000_000, measure: (_, text) => Buffer.byteLength(text) },
  { what: 'outputs', most: 200, measure: ({ Outputs = {} }) => Object.keys(Outputs).length },
  { what: "bytes of a function's policy", most: 20_480, measure: largestFunctionPolicy },
];

/** Switches off the CDK's own count, which stops at the first stack. */
export const COUNTED_HERE = { '@aws-cdk/core:stackResourceLimit': 0 };

/** What a statement has beside its permission's properties: its id, its effect and the function's ARN. */
const STATEMENT_BYTES = 300;

function largestFunctionPolicy({ Resources = {} }: Template): number {
  const sizes = new Map<string, number>();
  for (const { Type, Properties = {} } of Object.values(Resources)) {
    if (Type !== 'AWS::Lambda::Permission') continue;
    const name = JSON.stringify((Properties as { FunctionName?: unknown }).FunctionName);
    sizes.set(name, (sizes.get(name) ?? 0) + JSON.stringify(Properties).length + STATEMENT_BYTES);
  }
  return Math.max(0, ...sizes.values());
}

/**
 * Measures every template, those of nested stacks included.
 *
 * @throws {ConfigurationError} with a line for each stack and limit
 */
export function assertLimits(stacks: readonly Stack[], { directory }: Pick<CloudAssembly, 'directory'>): void {
  const all = stacks.flatMap((stack) => stack.node.findAll().filter((one) => Stack.isStack(one)));
  const lines = all.flatMap((stack) => {
    const text = readFileSync(join(directory, stack.templateFile), 'utf8');
    return faultsOf(text, stack.nestedStackParent ? stack.node.path : stack.stackName);
  });
  if (lines.length > 0) throw new ConfigurationError(lines);
}

function faultsOf(text: string, name: string): string[] {
  const template = JSON.parse(text) as Template;
  return LIMITS.flatMap(({ what, most, measure }) => {
    const found = measure(template, text);
    if (found <= most) return [];
    return [
      `the stack ${name} has ${found} ${what}, and AWS takes ${most}: put what is new into a fleet file with a stack of its own`,
    ];
  });
}
