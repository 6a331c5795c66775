import { ExecutionAlreadyExists, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { stepFunctionsExecutions } from '../../../../functions/adapters/step-functions/executions.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const ARN = 'arn:aws:states:eu-north-1:111122223333:stateMachine:csr-many';
const META = { message: '', $metadata: {} };

function executions(answer: () => unknown) {
  const { client, sent } = stubClient<SFNClient>(answer);
  return { port: stepFunctionsExecutions(client, { stateMachineArn: ARN }), sent };
}
const fails = (error: Error) => () => {
  throw error;
};

describe('executions', () => {
  it('are started by name, with the same input each time', async () => {
    const { port, sent } = executions(() => ({}));
    await port.start('one');

    expect(sent).toEqual([['StartExecutionCommand', { stateMachineArn: ARN, name: 'one', input: '{}' }]]);
  });

  it('are started once: a name that is taken is a success', async () => {
    await expect(executions(fails(new ExecutionAlreadyExists(META))).port.start('one')).resolves.toBeUndefined();
  });

  it.each([
    ['RUNNING', true],
    ['SUCCEEDED', false],
    ['ABORTED', false],
  ])('that are %s go on: %p', async (status, running) => {
    const { port, sent } = executions(() => ({ status }));

    expect(await port.isRunning('one')).toBe(running);
    expect(sent).toEqual([
      ['DescribeExecutionCommand', { executionArn: `${ARN.replace('stateMachine', 'execution')}:one` }],
    ]);
  });

  it('that nobody knows are neither', async () => {
    expect(await executions(fails(new ExecutionDoesNotExist(META))).port.isRunning('one')).toBeUndefined();
  });

  it.each([
    ['ThrottlingException', 'executions-throttled', false],
    ['InternalFailure', 'executions-unavailable', null],
  ])('answer %s: %s, changed: %p', async (name, code, changed) => {
    const { port } = executions(fails(serviceError(name)));

    await expect(port.start('one')).rejects.toMatchObject({ code, changed });
    await expect(port.isRunning('one')).rejects.toMatchObject({ code });
  });
});
