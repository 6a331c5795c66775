import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import type { LambdaFunction, LambdaHandler } from '../../../../local/stand-ins/lambda/environments.ts';
import { lambdaHandler } from '../../../../local/stand-ins/lambda/handler.ts';
import { type Invocation, LambdaHost } from '../../../../local/stand-ins/lambda/host.ts';

const ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:greet';

/** A host with one function at 2026-03-01T03:00:00Z, whose time-outs come only when `timeOut` is called. */
function bench(handler: LambdaHandler, init: LambdaFunction['init'] = () => handler) {
  let now = Date.parse('2026-03-01T03:00:00Z');
  const ended: Invocation[] = [];
  const givenUp: Invocation[] = [];
  const timeOuts: (() => void)[] = [];
  const host = new LambdaHost({
    functions: [{ name: 'greet', timeoutMs: 6000, init }],
    clock: () => new Date(now),
    after: () => new Promise<void>((resolve) => timeOuts.push(resolve)),
    onInvoked: (invocation) => ended.push(invocation),
    onGivenUp: (invocation) => givenUp.push(invocation),
    newRequestId: () => 'request-1',
  });
  const client = new LambdaClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: 'http://lambda',
    maxAttempts: 1,
    requestHandler: inProcess(lambdaHandler(host)),
  });
  const pass = async (seconds: number) => {
    now += seconds * 1000;
    await host.tick();
  };
  const timeOut = () => timeOuts.at(-1)?.();
  return { client, ended, givenUp, pass, timeOut };
}

function text(payload: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(payload ?? []).toString());
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('an invocation that is waited for', () => {
  it('gives the event and Lambda’s context to the handler, and its answer to the caller', async () => {
    const { client, pass } = bench(async (event, context) => {
      const before = context.getRemainingTimeInMillis();
      await pass(2);
      return { event, id: context.awsRequestId, left: [before, context.getRemainingTimeInMillis()] };
    });
    const answer = await client.send(new InvokeCommand({ FunctionName: ARN, Payload: '{"name":"anna"}' }));
    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBeUndefined();
    expect(text(answer.Payload)).toEqual({ event: { name: 'anna' }, id: 'request-1', left: [6000, 4000] });
  });

  it('answers 200 with the error when the handler throws', async () => {
    const { client } = bench(async () => {
      throw new TypeError('no name');
    });
    const answer = await client.send(new InvokeCommand({ FunctionName: 'greet' }));
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(text(answer.Payload)).toEqual({ errorType: 'TypeError', errorMessage: 'no name' });
  });

  it('ends when its time is over, and its environment is not used again', async () => {
    let made = 0;
    const { client, timeOut } = bench(
      async () => undefined,
      () => {
        made += 1;
        return made === 1 ? () => new Promise(() => {}) : async () => 'second environment';
      },
    );
    const hanging = client.send(new InvokeCommand({ FunctionName: 'greet' }));
    while (made === 0) await nextTurn();
    timeOut();
    expect(text((await hanging).Payload)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 6.00 seconds',
    });
    expect(text((await client.send(new InvokeCommand({ FunctionName: 'greet' }))).Payload)).toBe('second environment');
  });

  it('has an environment to itself, which is used again afterwards', async () => {
    let made = 0;
    const gates: (() => void)[] = [];
    const { client } = bench(
      async () => undefined,
      () => {
        const own = ++made;
        return async (event) => {
          if (event === 'wait') await new Promise<void>((resolve) => gates.push(resolve));
          return own;
        };
      },
    );
    const invoke = async (event: string) =>
      text((await client.send(new InvokeCommand({ FunctionName: 'greet', Payload: JSON.stringify(event) }))).Payload);
    const waiting = invoke('wait');
    while (gates.length === 0) await nextTurn();
    expect(await invoke('at the same time')).toBe(2);
    gates[0]?.();
    expect(await waiting).toBe(1);
    expect([1, 2]).toContain(await invoke('afterwards'));
    expect(made).toBe(2);
  });
});

describe('an asynchronous invocation', () => {
  const failing: LambdaHandler = async () => {
    throw new Error('not now');
  };

  async function begin(handler: LambdaHandler) {
    const lab = bench(handler);
    const answer = await lab.client.send(
      new InvokeCommand({ FunctionName: ARN, InvocationType: 'Event', Payload: '{"name":"anna"}' }),
    );
    expect(answer.StatusCode).toBe(202);
    await nextTurn();
    return lab;
  }

  it('is tried again a minute after a failure, then two minutes later, then given up', async () => {
    const { ended, givenUp, pass } = await begin(failing);
    const attempts = () => ended.map(({ attempt }) => attempt);
    expect(attempts()).toEqual([1]);
    await pass(59);
    expect(attempts()).toEqual([1]);
    await pass(1);
    expect(attempts()).toEqual([1, 2]);
    await pass(119);
    expect(attempts()).toEqual([1, 2]);
    expect(givenUp).toEqual([]);
    await pass(1);
    expect(attempts()).toEqual([1, 2, 3]);
    const last = {
      functionName: 'greet',
      requestId: 'request-1',
      event: { name: 'anna' },
      attempt: 3,
      result: { error: { errorType: 'Error', errorMessage: 'not now' } },
    };
    expect(givenUp).toEqual([last]);
    await pass(3600);
    expect(attempts()).toEqual([1, 2, 3]);
  });

  it('is not repeated after a success', async () => {
    const { ended, givenUp, pass } = await begin(async () => 'done');
    await pass(3600);
    expect(ended.map(({ attempt, result }) => [attempt, result])).toEqual([[1, { payload: 'done' }]]);
    expect(givenUp).toEqual([]);
  });
});

describe('what is not there', () => {
  const { client } = bench(async () => 'hello');

  it('is a function that nobody defined', async () => {
    const unknown = client.send(new InvokeCommand({ FunctionName: 'other', InvocationType: 'Event' }));
    await expect(unknown).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-north-1:123456789012:function:other',
    });
  });

  it('is every other call, which the error names', async () => {
    await expect(client.send(new ListFunctionsCommand())).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/^The call GET \/2015-03-31\/functions\/? is not available here\.$/),
    });
  });
});
