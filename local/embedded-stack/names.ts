import type { EnvironmentVariables } from '../../functions/lambda/surroundings/environment.ts';

/** What the embedded parts have in common, as an AWS account would name it. */
export const REGION = 'eu-north-1';
export const ACCOUNT = '123456789012';

/** Who may call the embedded API. It answers on loopback only, and is gone with the process: these keys open nothing else. */
export const OPERATOR = {
  accessKeyId: 'AKIAEMBEDDEDOPERATOR',
  secretAccessKey: 'embedded-operator',
  userArn: `arn:aws:iam::${ACCOUNT}:user/operator`,
} as const;

/** The keys of everything else: the other embedded parts don't check signatures. */
export const KEYS = { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' } as const;

/** How long things may take, as ISO 8601 durations. */
export interface Timeouts {
  readonly function: string;
  readonly http: string;
}

/** The functions' environment variables, as the stack would set them. */
export function environmentOf(prefix: string, timeouts: Timeouts): EnvironmentVariables {
  return {
    PREFIX: prefix,
    LOCAL: 'true',
    ALLOWED_HOSTS: '127.0.0.1',
    FUNCTION_TIMEOUT: timeouts.function,
    HTTP_TIMEOUT: timeouts.http,
    SCHEDULE_GROUP: prefix,
    ONCE_GROUP: `${prefix}-once`,
    SCHEDULER_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/${prefix}-scheduler`,
    DLQ_ARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${prefix}-dead-letters`,
    TABLE_NAME: prefix,
    ROTATE_FUNCTION_ARN: functionArn(prefix, 'rotate'),
    RETIRE_FUNCTION_ARN: functionArn(prefix, 'retire'),
  };
}

/** The ARN of one of the functions. */
export function functionArn(prefix: string, file: 'rotate' | 'retire' | 'api' | 'audit'): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${prefix}-${file}`;
}
