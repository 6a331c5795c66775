import { describe, expect, it } from '@jest/globals';
import { buildStack, synthesize } from './synthesize.ts';

describe('the stack of the example', () => {
  const template = synthesize({ example: 'true' });

  it('can not be deployed: a parameter has no default, and no value matches its pattern', () => {
    const parameters = Object.entries(template.toJSON().Parameters as Record<string, Record<string, string>>);
    const blocking = parameters.filter(([, { Default }]) => Default === undefined);

    expect(blocking.map(([name]) => name)).toEqual(['TheExampleCanNotBeDeployed']);
    const pattern = new RegExp(`^(?:${blocking[0]?.[1].AllowedPattern})$`);
    for (const value of ['', 'x', 'yes', '\n', ' ', '😀']) expect(value).not.toMatch(pattern);
  });

  it('has another name than a real one, so that it can not be destroyed in its place', () => {
    const { stack } = buildStack({ example: 'true' });

    expect(stack.stackName).toBe('client-secret-rotation-example');
    expect(buildStack().stack.stackName).toBe('client-secret-rotation');
  });

  it('differs in nothing else from one that can', () => {
    const { Parameters: _, ...example } = template.toJSON();
    const { Parameters: __, ...real } = synthesize().toJSON();

    expect(example.Resources).toEqual(real.Resources);
  });
});
