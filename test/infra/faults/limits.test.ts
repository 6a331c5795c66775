import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { assertLimits } from '../../../infra/faults/limits.ts';

const directory = mkdtempSync(join(tmpdir(), 'limits-'));
const app = new App();
const [one, other] = [new Stack(app, 'csr'), new Stack(app, 'csr-Fleet-acme')];
const nested = new NestedStack(one, 'Nested');

const topics = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`R${i}`, { Type: 'AWS::SNS::Topic' }]));
const outputs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`O${i}`, {}]));
const permissions = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `P${i}`,
      { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: 'rotate', Principal: 's'.repeat(100) } },
    ]),
  );

/** What is told of these templates; those that are not given are empty. */
function told(templates: { one?: object; other?: object; nested?: object }): readonly string[] {
  for (const [stack, template = {}] of [
    [one, templates.one],
    [other, templates.other],
    [nested, templates.nested],
  ] as const)
    writeFileSync(join(directory, stack.templateFile), JSON.stringify(template));
  try {
    assertLimits([one, other], { directory });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
}

describe('what AWS takes', () => {
  it.each<[string, object, object, RegExp]>([
    ['500 resources', { Resources: topics(500) }, { Resources: topics(501) }, / has 501 resources .*takes 500: /],
    ['200 outputs', { Outputs: outputs(200) }, { Outputs: outputs(201) }, / has 201 outputs, and AWS takes 200: /],
    [
      'a template of 1 MB',
      { Description: 'x'.repeat(999_900) },
      { Description: 'x'.repeat(1_000_000) },
      / has \d+ bytes of template, and AWS takes 1000000: /,
    ],
    [
      '20 kB of policy on a function',
      { Resources: permissions(30) },
      { Resources: permissions(60) },
      / has \d+ bytes of a function's policy, and AWS takes 20480: /,
    ],
  ])('is %s', (_what, most, more, line) => {
    expect(told({ one: most })).toEqual([]);
    expect(told({ one: more })).toEqual([expect.stringMatching(line)]);
  });

  it('is counted for each stack, with a line for each that holds too much and what to do', () => {
    expect(told({ one: { Resources: topics(501) }, other: { Resources: topics(502), Outputs: outputs(201) } })).toEqual(
      [
        expect.stringMatching(
          /^the stack csr has 501 resources .*: put what is new into a fleet file with a stack of its own$/,
        ),
        expect.stringMatching(/^the stack csr-Fleet-acme has 502 resources/),
        expect.stringMatching(/^the stack csr-Fleet-acme has 201 outputs/),
      ],
    );
  });

  it('counts a nested stack by itself', () => {
    expect(told({ one: { Resources: topics(400) }, nested: { Resources: topics(400) } })).toEqual([]);
    expect(told({ nested: { Resources: topics(501) } })).toEqual([
      expect.stringMatching(/^the stack csr\/Nested has 501 resources/),
    ]);
  });
});
