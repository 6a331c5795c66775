import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { App, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { assertResources, assertTemplateSize } from '../../../infra/faults/limits.ts';

function stackOf(resources: number): Stack {
  const stack = new Stack(new App(), 'csr');
  for (let i = 0; i < resources; i++) new CfnResource(stack, `R${i}`, { type: 'AWS::SNS::Topic' });
  return stack;
}

describe('what CloudFormation takes', () => {
  it('is 500 resources in a stack', () => {
    expect(() => assertResources(stackOf(500), 150)).not.toThrow();
    expect(() => assertResources(stackOf(501), 150)).toThrow(
      /^credentials: 150 of them make 501 resources, .* split the file/,
    );
  });

  it('is counted without nested stacks, which have limits of their own', () => {
    // The nested stack itself is one of them.
    const stack = stackOf(499);
    const nested = new NestedStack(stack, 'Nested');
    for (let i = 0; i < 9; i++) new CfnResource(nested, `R${i}`, { type: 'AWS::SNS::Topic' });
    expect(() => assertResources(stack, 150)).not.toThrow();
    new CfnResource(stack, 'More', { type: 'AWS::SNS::Topic' });
    expect(() => assertResources(stack, 150)).toThrow(/ 501 resources/);
  });

  it('is a template of 1 MB', () => {
    const directory = mkdtempSync(join(tmpdir(), 'limits-'));
    const stack = stackOf(1);
    const write = (bytes: number) => writeFileSync(join(directory, stack.templateFile), 'x'.repeat(bytes));

    write(1_000_000);
    expect(() => assertTemplateSize(stack, { directory })).not.toThrow();
    write(1_000_001);
    expect(() => assertTemplateSize(stack, { directory })).toThrow(/^credentials: the template has 1000001 bytes/);
  });
});
