import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { RotationError } from '../../credential/errors.ts';
import type { Executions } from '../../ports/many/executions.ts';
import { awsErrorName } from '../aws/aws-error.ts';

/**
 * Executions of a Standard state machine. A name is taken once in 90 days, and its input is the same each time, so a start may be
 * repeated.
 *
 * @see [StartExecution](https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html)
 */
export function stepFunctionsExecutions(
  client: Pick<SFNClient, 'send'>,
  { stateMachineArn }: { readonly stateMachineArn: string },
): Executions {
  const arnOf = (executionId: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionId}`;
  return {
    start: async (executionId) => {
      const start = new StartExecutionCommand({ stateMachineArn, name: executionId, input: '{}' });
      await client.send(start).catch((error: unknown) => {
        if (!(error instanceof ExecutionAlreadyExists)) throw failureOf(error, executionId);
      });
    },
    isRunning: async (executionId) => {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(executionId) }));
        return status === 'RUNNING';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw failureOf(error, executionId);
      }
    },
  };
}

function failureOf(error: unknown, executionId: string): RotationError {
  const name = awsErrorName(error);
  const code = name === 'ThrottlingException' ? 'executions-throttled' : 'executions-unavailable';
  // A start that was not answered may have been carried out.
  const changed = code === 'executions-unavailable' ? null : false;
  return new RotationError(code, `Step Functions, ${executionId}: ${name}`, { changed });
}
