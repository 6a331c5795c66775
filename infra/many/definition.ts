/** What a fleet rotation works with. */
export interface DefinitionInput {
  readonly partition: string;
  readonly rotateArn: string;
  readonly manyArn: string;
  readonly tableName: string;
  readonly bucketName: string;
  /** How long a run may be alive, in seconds. */
  readonly leaseSeconds: number;
  /** Instead of what a request asks for: an emulator reads no path there. @default - what the request asks for */
  readonly maxConcurrency?: number;
}

/** The tries of a credential that meets another run, or the last change: as many as `select` draws ids for. */
const LAST_TRY = 2;
/** Failures after which the same call can succeed by itself. */
const NOT_NOW = ['rotation-in-progress', 'too-soon', 'store-throttled', 'signer-throttled', 'schedule-throttled'];
/** How long to wait where a failure doesn't say, in seconds. */
const WAIT_S = 60;

const REFUSED = 'DynamoDB.ConditionalCheckFailedException';
/** A condition that doesn't hold is an answer; what else fails is tried again. */
const TABLE_RETRY = [
  { ErrorEquals: [REFUSED], MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 6, BackoffRate: 2, JitterStrategy: 'FULL' },
];
/** Lambda has not run the function, or its answer was lost. */
const LAMBDA_BUSY = {
  ErrorEquals: [
    'Lambda.TooManyRequestsException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};
const TASK_RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }];

/** An expression in JSONata. */
const jsonata = (expression: string) => `{% ${expression} %}`;
const INPUT = jsonata('$states.input');

/** A state that calculates in JSONata. The maps don't: an emulator evaluates none of their fields. */
const state = (fields: object) => ({ QueryLanguage: 'JSONata', ...fields });

/** No run begins once somebody has ended the fleet rotation, or the wave has failed more often than it bears. */
const OPEN = 'attribute_not_exists(stopped) AND (attribute_not_exists(failed) OR failed <= tolerated)';

/**
 * What became of a run, out of what `rotate` answers: a `FleetEnd`. A freeze is kept, which is no failure; a previous secret that
 * could not be ended is one.
 */
const END = jsonata(`(
  $answer := $states.result.Payload;
  $why := $exists($answer.rotation.failure) ? $answer.rotation.failure : $answer.problem;
  $merge([$states.input, { 'retryAfter': $why.retryAfter, 'end': {
    'requestId': $states.input.item.requestIds[$states.input.try],
    'outcome': $answer.rotation.outcome,
    'failure': $exists($why) ? { 'code': $why.code, 'detail': $why.detail, 'next': $why.next },
    'nothingChanged': $exists($answer.rotation) ? $answer.rotation.nothingChanged : $answer.problem.nothingChanged,
    'repeatAt': $answer.rotation.repeatAt,
    'previousRevoked': $answer.rotation.previousRevoked,
    'failed': ($exists($why) and $why.code != 'frozen') or $answer.rotation.previousRevoked = false
  } }])
)`);

/** The end of a run whose function died, twice. */
const UNKNOWN_END = jsonata(`$merge([$states.input, { 'end': {
  'requestId': $states.input.item.requestIds[$states.input.try],
  'failure': {
    'code': 'internal-error',
    'detail': 'The run ended without an answer: ' & $states.errorOutput.Error,
    'next': "Look at the credential's history, then rotate it again."
  },
  'nothingChanged': null,
  'failed': true
} }])`);

/**
 * The state machine of fleet rotations: choose, then wave after wave, then the manifest. Each credential of a wave is a child
 * execution of its own, which notes in the table that it begins and how it ended. The table decides whether the next one may begin:
 * what has begun is never cut off.
 *
 * @see [Distributed map](https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html)
 */
export function fleetRotationDefinition(input: DefinitionInput): object {
  const { partition, manyArn } = input;
  const task = (name: 'select' | 'finish') =>
    state({
      Type: 'Task',
      Resource: `arn:${partition}:states:::lambda:invoke`,
      Arguments: {
        FunctionName: manyArn,
        Payload: { task: name, executionId: jsonata('$states.context.Execution.Name') },
      },
      Output: jsonata('$states.result.Payload'),
      Retry: TASK_RETRY,
    });
  return {
    Comment: 'Rotates many credentials, wave by wave.',
    StartAt: 'Choose',
    States: {
      Choose: { ...task('select'), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Finish' }], Next: 'Waves' },
      Waves: waves(input),
      Finish: { ...task('finish'), Next: 'Completed?' },
      'Completed?': state({
        Type: 'Choice',
        Choices: [{ Condition: jsonata("$states.input.outcome in ['completed', 'planned']"), Next: 'Completed' }],
        Default: 'Not completed',
      }),
      Completed: { Type: 'Succeed' },
      'Not completed': { Type: 'Fail', Error: 'NotCompleted', Cause: 'The manifest says what was not begun.' },
    },
  };
}

/** One wave after the other. A wave is left out once one before it has failed too often. */
function waves(input: DefinitionInput): object {
  const open = tableState(input, {
    UpdateExpression: 'SET failed = :none, tolerated = :tolerated',
    ConditionExpression: OPEN,
    ExpressionAttributeValues: {
      ':none': { N: '0' },
      ':tolerated': { N: jsonata('$string($states.input.wave.tolerated)') },
    },
  });
  return {
    Type: 'Map',
    ItemsPath: '$.waves',
    MaxConcurrency: 1,
    ItemSelector: {
      'wave.$': '$$.Map.Item.Value',
      'event.$': '$.event',
      'maxConcurrency.$': '$.maxConcurrency',
      'executionId.$': '$$.Execution.Name',
    },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'Open the wave',
      States: {
        'Open the wave': { ...open, Catch: [{ ErrorEquals: [REFUSED], Next: 'Leave it out' }], Next: 'Wave' },
        Wave: wave(input),
        'Leave it out': { Type: 'Pass', End: true },
      },
    },
    ResultPath: null,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.fault', Next: 'Finish' }],
    Next: 'Finish',
  };
}

/** Every credential of one wave, some at a time. */
function wave(input: DefinitionInput): object {
  const { partition, bucketName, maxConcurrency } = input;
  return {
    Type: 'Map',
    Label: 'credentials',
    ItemReader: {
      Resource: `arn:${partition}:states:::s3:getObject`,
      ReaderConfig: { InputType: 'JSON' },
      Parameters: { Bucket: bucketName, 'Key.$': '$.wave.list' },
    },
    ItemSelector: {
      'item.$': '$$.Map.Item.Value',
      'event.$': '$.event',
      'executionId.$': '$.executionId',
      try: 0,
    },
    ...(maxConcurrency === undefined ? { MaxConcurrencyPath: '$.maxConcurrency' } : { MaxConcurrency: maxConcurrency }),
    // Beyond a threshold of its own, Step Functions would cut off what has begun.
    ToleratedFailurePercentage: 100,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'May it begin?',
      States: oneCredential(input),
    },
    // What thousands of executions leave is larger than a state may be.
    ResultWriter: {
      Resource: `arn:${partition}:states:::s3:putObject`,
      Parameters: { Bucket: bucketName, 'Prefix.$': '$.executionId' },
    },
    ResultPath: null,
    End: true,
  };
}

/** From the question whether it may begin to the note how it ended. */
function oneCredential(input: DefinitionInput): object {
  const ask = tableState(input, {
    UpdateExpression: 'SET lastBegun = :id',
    ConditionExpression: OPEN,
    ExpressionAttributeValues: { ':id': { S: jsonata('$states.input.item.id') } },
  });
  const ownRecord = jsonata('$states.input.item.record');
  const begin = tableState(input, {
    sk: ownRecord,
    UpdateExpression: 'SET begunAt = :at',
    ExpressionAttributeValues: { ':at': { S: jsonata('$now()') } },
  });
  const end = tableState(input, {
    sk: ownRecord,
    UpdateExpression: 'SET #end = :end',
    ExpressionAttributeNames: { '#end': 'end' },
    ExpressionAttributeValues: { ':end': { S: jsonata('$string($states.input.end)') } },
  });
  // A repeat of this counts twice, which stops earlier than asked, and never later.
  const count = tableState(input, {
    UpdateExpression: 'ADD failed :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });
  const again = `$states.input.try < ${LAST_TRY} and $states.input.end.failure.code in ${JSON.stringify(NOT_NOW)}`;
  return {
    'May it begin?': { ...ask, Catch: [{ ErrorEquals: [REFUSED], Next: 'Not begun' }], Next: 'Note that it begins' },
    'Note that it begins': { ...begin, Next: 'Rotate' },
    Rotate: { ...rotate(input), Next: 'Again?' },
    'Again?': state({
      Type: 'Choice',
      Choices: [{ Condition: jsonata(again), Next: 'Wait' }],
      Default: 'Note how it ended',
    }),
    Wait: state({
      Type: 'Wait',
      Seconds: jsonata(`$exists($states.input.retryAfter) ? $states.input.retryAfter : ${WAIT_S}`),
      Output: jsonata("$merge([$states.input, { 'try': $states.input.try + 1 }])"),
      Next: 'Rotate',
    }),
    'Note how it ended': { ...end, Next: 'Failed?' },
    'Failed?': state({
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$states.input.end.failed'), Next: 'Count the failure' }],
      Default: 'Done',
    }),
    'Count the failure': { ...count, Next: 'Failed' },
    Failed: { Type: 'Fail', Error: 'RotationFailed', Cause: "The credential's history says why." },
    Done: { Type: 'Succeed' },
    'Not begun': { Type: 'Succeed' },
  };
}

/**
 * A function that died is given the same request once more, after the lease: that finishes what was left, and begins nothing.
 */
function rotate({ partition, rotateArn, leaseSeconds }: DefinitionInput): object {
  const own = "{ 'id': $states.input.item.id, 'requestId': $states.input.item.requestIds[$states.input.try] }";
  return state({
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Arguments: { FunctionName: rotateArn, Payload: jsonata(`$merge([$states.input.event, ${own}])`) },
    Output: END,
    Retry: [LAMBDA_BUSY, { ErrorEquals: ['States.ALL'], IntervalSeconds: leaseSeconds, MaxAttempts: 1 }],
    Catch: [{ ErrorEquals: ['States.ALL'], Output: UNKNOWN_END, Next: 'Note how it ended' }],
  });
}

/** Updates one item of the fleet rotation: as a whole, or a credential's own. */
function tableState(
  { partition, tableName }: DefinitionInput,
  { sk = 'head', ...update }: { readonly sk?: string; readonly [field: string]: unknown },
): object {
  const Key = { pk: { S: jsonata("'many#' & $states.input.executionId") }, sk: { S: sk } };
  return state({
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:updateItem`,
    Arguments: { TableName: tableName, Key, ...update },
    Output: INPUT,
    Retry: TABLE_RETRY,
  });
}
