import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type IDestination,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { MAX_EVENT_AGE_MS } from '../../functions/credential/events/on-demand.ts';
import type { Deployment } from '../context.ts';
import { acknowledgeNamespaces } from '../faults/findings.ts';
import type { Network } from '../network/network.ts';
import { networkPermissions } from '../network/permissions.ts';
import { encryptedLogs } from './logs.ts';
import type { FunctionName, Names } from './names.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Where else the SDK would look for credentials once the environment has none: Lambda's always has. They are asked for at run time, and
 * would be a hundred kilobytes of every function.
 */
const OTHER_CREDENTIALS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** What the SDK asks for at run time where an operation streams events: none of ours does. */
const EVENT_STREAMS = '@smithy/core/event-streams';

/** The HTTP parser that undici asks for where WebAssembly has no SIMD: Lambda's has. */
const PARSER_WITHOUT_SIMD = '*/llhttp-wasm.js';

/** One bundle a function with everything in it that it runs: no layer, nothing that the runtime brings along. */
const BUNDLING = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  bundleAwsSDK: true,
  externalModules: [...OTHER_CREDENTIALS, EVENT_STREAMS, PARSER_WITHOUT_SIMD],
  define: {
    // Leaves out undici's second HTTP parser, an experiment, as Node's own build of undici does.
    esbuildDetection: '1',
    // Under Jest, undici asks for the parser without SIMD.
    'process.env.JEST_WORKER_ID': 'undefined',
  },
  // Its size is no news.
  logLevel: LogLevel.ERROR,
  mainFields: ['module', 'main'],
  // undici is CommonJS and calls require(), which an ES module doesn't have.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
} satisfies BundlingOptions;

/** How a function is bundled. S3's client, which only `many` has, knows operations that stream events, and asks for their part as it starts. */
export function bundlingOf(file: FunctionName): typeof BUNDLING {
  if (file !== 'many') return BUNDLING;
  return { ...BUNDLING, externalModules: BUNDLING.externalModules.filter((name) => name !== EVENT_STREAMS) };
}

/** Properties of {@link RotationFunction}. */
export interface RotationFunctionProps {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly key: Key;
  /** The file in `functions/` that exports `handler`. */
  readonly file: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  readonly permissions: readonly PolicyStatement[];
  /**
   * Where an asynchronous event goes that failed three times, or waited ten minutes.
   *
   * @default - the function is not called asynchronously
   */
  readonly onFailure?: IDestination;
  /** Where it runs. @default - in Lambda's own network, which reaches the internet and no private one */
  readonly network?: Network | undefined;
}

/** A Lambda function, its log group, and a role that may do exactly what it was given. */
export class RotationFunction extends Construct {
  readonly function: NodejsFunction;

  constructor(scope: Construct, id: string, props: RotationFunctionProps) {
    super(scope, id);
    const { deployment, names, key, file, description, timeout, environment, permissions, onFailure, network } = props;
    const logGroup = encryptedLogs(this, 'Logs', { deployment, key, logGroupName: names.logGroups[file] });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
    logGroup.grantWrite(role);
    for (const statement of permissions) role.addToPolicy(statement);
    const placing = network ? networkPermissions(this, names.functions[file].arn) : [];
    for (const statement of placing) role.addToPolicy(statement);

    this.function = new NodejsFunction(this, 'Function', {
      functionName: names.functions[file].name,
      description,
      entry: resolve(ROOT, `functions/${file}.ts`),
      projectRoot: ROOT,
      depsLockFilePath: resolve(ROOT, 'package-lock.json'),
      bundling: bundlingOf(file),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout,
      environment,
      awsSdkConnectionReuse: false,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel[deployment.logLevel],
      systemLogLevelV2: SystemLogLevel.INFO,
      tracing: Tracing.ACTIVE,
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: { subnets: [...network.subnets] },
        securityGroups: [...network.securityGroups],
      }),
      ...(onFailure && { onFailure, retryAttempts: 2, maxEventAge: Duration.millis(MAX_EVENT_AGE_MS) }),
    });
    acknowledgeNamespaces(role, deployment.prefix);
  }
}
