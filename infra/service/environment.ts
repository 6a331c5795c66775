import type { EnvironmentVariables } from '../../functions/lambda/surroundings/environment.ts';
import type { Deployment } from '../context.ts';
import { METRICS_NAMESPACE } from '../watch/own-metric.ts';
import type { Names } from './names.ts';

/** What the environment is made of. */
export interface EnvironmentInput {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly schedulerRoleArn: string;
  readonly deadLetterArn: string;
  readonly keyArn: string;
}

/** What the functions read by themselves, and what their libraries read. */
type FunctionEnvironment = EnvironmentVariables & {
  readonly POWERTOOLS_SERVICE_NAME: string;
  readonly POWERTOOLS_METRICS_NAMESPACE: string;
  readonly POWERTOOLS_LOG_LEVEL: string;
  readonly AWS_ENDPOINT_URL_SECRETS_MANAGER?: string;
};

/** The functions' environment: names, addresses and durations. Nothing in it is secret. */
export function functionEnvironment(input: EnvironmentInput): FunctionEnvironment {
  const { deployment, names, schedulerRoleArn, deadLetterArn, keyArn } = input;
  const { prefix, local, timeouts, logLevel, allowedHosts, metricsPerCredential, secretsManagerEndpoint } = deployment;
  return {
    PREFIX: prefix,
    FUNCTION_TIMEOUT: timeouts.function,
    HTTP_TIMEOUT: timeouts.http,
    SCHEDULE_GROUP: names.groups.recurring,
    ONCE_GROUP: names.groups.once,
    SCHEDULER_ROLE_ARN: schedulerRoleArn,
    DLQ_ARN: deadLetterArn,
    KEY_ARN: keyArn,
    TABLE_NAME: names.table.name,
    ROTATE_FUNCTION_ARN: names.functions.rotate.arn,
    RETIRE_FUNCTION_ARN: names.functions.retire.arn,
    POWERTOOLS_SERVICE_NAME: prefix,
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    POWERTOOLS_LOG_LEVEL: logLevel,
    ...(allowedHosts && { ALLOWED_HOSTS: allowedHosts.join(',') }),
    ...(local && { LOCAL: 'true' }),
    ...(deployment.privateTargets && { PRIVATE_TARGETS: 'true' }),
    ...(deployment.proxy && { PROXY_URL: deployment.proxy.url }),
    ...(deployment.proxy?.secretId && { PROXY_SECRET: deployment.proxy.secretId }),
    ...(metricsPerCredential && { METRICS_PER_CREDENTIAL: 'true' }),
    ...(secretsManagerEndpoint && { AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManagerEndpoint }),
  };
}
