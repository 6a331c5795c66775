import { describe, expect, it } from '@jest/globals';
import { fleetRotationDefinition } from '../../../infra/many/definition.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
  readonly ItemProcessor?: Machine;
  readonly [field: string]: unknown;
}
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const INPUT = {
  partition: 'aws-cn',
  rotateArn: 'arn:rotate',
  manyArn: 'arn:many',
  tableName: 'table',
  bucketName: 'bucket',
  leaseSeconds: 100,
};
const machine = fleetRotationDefinition(INPUT) as Machine;
const machines = (one: Machine): Machine[] => [
  one,
  ...Object.values(one.States).flatMap(({ ItemProcessor }) => (ItemProcessor ? machines(ItemProcessor) : [])),
];
const states = Object.fromEntries(machines(machine).flatMap(({ States }) => Object.entries(States)));

describe('the state machine of fleet rotations', () => {
  it.each(machines(machine).map((one) => [one.StartAt, one] as const))(
    'from %s leads from each state to states that are there, and reaches all of them',
    (_, { StartAt, States }) => {
      const reached = new Set([StartAt]);
      for (const name of reached) {
        const { Type, Next, End, Default, Choices = [], Catch = [] } = States[name] ?? {};
        const next = [Next, Default, ...[...Choices, ...Catch].map((one) => one.Next)].filter(
          (one) => one !== undefined,
        );
        for (const one of next) reached.add(one);
        expect([name, next.length > 0 || End === true || Type === 'Succeed' || Type === 'Fail']).toEqual([name, true]);
      }
      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    },
  );

  it('tries each task again, names no partition of its own, and calls nothing but two functions and the table', () => {
    const tasks = Object.values(states).filter(({ Type }) => Type === 'Task');

    expect(tasks.filter(({ Retry = [] }) => Retry.length === 0)).toEqual([]);
    expect(new Set(tasks.map(({ Resource }) => Resource))).toEqual(
      new Set(['arn:aws-cn:states:::lambda:invoke', 'arn:aws-cn:states:::dynamodb:updateItem']),
    );
    expect(JSON.stringify(machine)).not.toContain('arn:aws:');
  });

  it('lets the table decide whether a credential may begin, before anything else of it', () => {
    expect(states['May it begin?']).toMatchObject({
      Arguments: {
        ConditionExpression: 'attribute_not_exists(stopped) AND (attribute_not_exists(failed) OR failed <= tolerated)',
      },
      Catch: [{ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], Next: 'Not begun' }],
    });
    // An answer of the condition is no failure to be tried again.
    expect(states['May it begin?']?.Retry?.[0]).toEqual({
      ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'],
      MaxAttempts: 0,
    });
    expect(states.Wave?.ItemProcessor?.StartAt).toBe('May it begin?');
  });

  it('cuts nothing off: Step Functions bears every failure of a wave', () => {
    expect(states.Wave).toMatchObject({ ToleratedFailurePercentage: 100, MaxConcurrencyPath: '$.maxConcurrency' });
    expect(states.Waves).toMatchObject({ MaxConcurrency: 1 });
  });

  it('gives a function that died the same request once more, after the lease', () => {
    expect(states.Rotate?.Retry?.at(-1)).toEqual({ ErrorEquals: ['States.ALL'], IntervalSeconds: 100, MaxAttempts: 1 });
  });

  it('ends with the manifest, whatever has happened', () => {
    expect([states.Choose?.Catch, states.Waves?.Catch, states.Waves?.Next]).toMatchObject([
      [{ ErrorEquals: ['States.ALL'], Next: 'Finish' }],
      [{ ErrorEquals: ['States.ALL'], Next: 'Finish' }],
      'Finish',
    ]);
  });

  it('has a number instead of a path where an emulator reads none', () => {
    const local = JSON.stringify(fleetRotationDefinition({ ...INPUT, maxConcurrency: 4 }));

    expect(local).toContain('"MaxConcurrency":4');
    expect(local).not.toContain('MaxConcurrencyPath');
  });
});
