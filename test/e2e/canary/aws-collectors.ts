import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand, ListSecretsCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { tableItems, type Written } from '../scan.ts';
import type { Stage } from '../stage.ts';
import type { Collector } from './collector.ts';

const FUNCTIONS = ['rotate', 'retire', 'api', 'audit', 'many'] as const;

/** Whatever a deployment keeps in AWS, but in queues. */
export function awsCollectors(stage: Stage): Collector[] {
  return [
    logs(stage),
    table(stage),
    schedules(stage),
    executions(stage),
    files(stage),
    secrets(stage),
    settings(stage),
  ];
}

/** What functions have written to stdout and stderr, and what Lambda has written of them. */
function logs({ aws, prefix }: Stage): Collector {
  const client = new CloudWatchLogsClient(aws);
  const groups = async () => {
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}));
    return logGroups.flatMap(({ logGroupName = '' }) => (logGroupName.includes(prefix) ? logGroupName : []));
  };
  return {
    what: 'logs',
    collect: async () => {
      const written: Written[] = [];
      for (const logGroupName of await groups())
        for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName }))
          written.push(...events.map(({ message = '' }) => ({ where: `log group ${logGroupName}`, text: message })));
      return written;
    },
    plant: async (message) => {
      const [logGroupName] = await groups();
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'planted' }));
      const logEvents = [{ message, timestamp: Date.now() }];
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'planted', logEvents }));
    },
  };
}

function table(stage: Stage): Collector {
  const client = new DynamoDBClient(stage.aws);
  const Item = (text: string) => ({ pk: { S: 'planted' }, sk: { S: 'planted' }, reason: { S: text } });
  return {
    what: 'table',
    collect: () => tableItems(stage),
    plant: (text) => client.send(new PutItemCommand({ TableName: stage.prefix, Item: Item(text) })),
  };
}

/** Each schedule with its input. */
function schedules({ scheduler, prefix }: Stage): Collector {
  const once = `${prefix}-once`;
  const all = async () => {
    const written: Written[] = [];
    for (const GroupName of [prefix, once]) {
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName }));
      for (const { Name } of Schedules) {
        const schedule = await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
        written.push({ where: `schedule ${Name}`, text: JSON.stringify(schedule) });
      }
    }
    return written;
  };
  return {
    what: 'schedules',
    collect: all,
    plant: async (Input) => {
      const { Schedules: [one] = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName: prefix }));
      const { Target } = await scheduler.send(new GetScheduleCommand({ GroupName: prefix, Name: one?.Name }));
      const at = { ScheduleExpression: 'at(2099-01-01T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' as const } };
      const RoleArn = Target?.RoleArn;
      const there = { Arn: Target?.Arn, RoleArn, Input };
      await scheduler.send(new CreateScheduleCommand({ Name: 'planted', GroupName: once, ...at, Target: there }));
    },
  };
}

/** The executions of the state machine with all that went in and out of their steps. */
function executions({ aws, prefix }: Stage): Collector {
  const client = new SFNClient(aws);
  const machine = async () => {
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    return stateMachines.find(({ name = '' }) => name.startsWith(prefix))?.stateMachineArn;
  };
  return {
    what: 'executions',
    collect: async () => {
      const stateMachineArn = await machine();
      const list = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 100 }));
      const ofOne = async (executionArn: string | undefined) => [
        await client.send(new DescribeExecutionCommand({ executionArn })),
        await client.send(
          new GetExecutionHistoryCommand({ executionArn, includeExecutionData: true, maxResults: 1000 }),
        ),
      ];
      const told = await Promise.all((list.executions ?? []).map(({ executionArn }) => ofOne(executionArn)));
      return told.flat().map((one) => ({ where: 'execution', text: JSON.stringify(one) }));
    },
    plant: async (text) =>
      await client.send(
        new StartExecutionCommand({ stateMachineArn: await machine(), input: JSON.stringify({ planted: text }) }),
      ),
  };
}

/** Lists and manifests of rotations of many. */
function files({ aws, deployment, prefix }: Stage): Collector {
  const client = new S3Client({ ...aws, forcePathStyle: true });
  const bucket = async () => {
    const lambda = new LambdaClient(aws);
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: `${prefix}-many` }));
    return Environment?.Variables?.MANY_BUCKET ?? deployment.outputs.Bucket ?? '';
  };
  return {
    what: 'files',
    collect: async () => {
      const Bucket = await bucket();
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      return Promise.all(
        Contents.map(async ({ Key }) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          return { where: `s3 ${Key}`, text: (await Body?.transformToString()) ?? '' };
        }),
      );
    },
    plant: async (Body) => await client.send(new PutObjectCommand({ Bucket: await bucket(), Key: 'planted', Body })),
  };
}

/** What Secrets Manager shows of a secret to those who may not read it. */
function secrets({ secretsManager, prefix }: Stage): Collector {
  const names = async () => {
    const { SecretList = [] } = await secretsManager.send(new ListSecretsCommand({ MaxResults: 100 }));
    return SecretList.flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? Name : []));
  };
  return {
    what: 'descriptions of secrets',
    collect: async () => {
      const described = (await names()).map((SecretId) => secretsManager.send(new DescribeSecretCommand({ SecretId })));
      return (await Promise.all(described)).map((one) => ({ where: `secret ${one.Name}`, text: JSON.stringify(one) }));
    },
    plant: async (Value) => {
      const [SecretId] = await names();
      await secretsManager.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'planted', Value }] }));
    },
  };
}

/** How functions are set up, their environment included, and the template of the stack. */
function settings({ aws, prefix }: Stage): Collector {
  const lambda = new LambdaClient(aws);
  const cloudFormation = new CloudFormationClient(aws);
  const nameOf = (name: string) => `${prefix}-${name}`;
  return {
    what: 'settings of functions',
    collect: async () => {
      const of = (name: string) => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: nameOf(name) }));
      const all = await Promise.all(FUNCTIONS.map(of));
      const { TemplateBody = '' } = await cloudFormation.send(new GetTemplateCommand({ StackName: prefix }));
      const texts = all.map((one) => ({ where: `settings of ${one.FunctionName}`, text: JSON.stringify(one) }));
      return [...texts, { where: 'template', text: TemplateBody }];
    },
    plant: (Description) =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: nameOf('many'), Description })),
  };
}
