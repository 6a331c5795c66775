import type { Timing } from '../../rotation/run/context.ts';

/** How AWS is reached. Empty on AWS, where the SDK finds its region, credentials and endpoints by itself. */
export interface AwsAccess {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoints?: Readonly<Record<AwsService, string>>;
}

type AwsService = 'secretsManager' | 'scheduler' | 'lambda' | 'dynamoDb' | 'eventBridge' | 'sqs' | 'kms';

/** What an SDK client is told, whatever else it needs. */
export function clientOptions({ endpoints, ...access }: AwsAccess, service: AwsService) {
  return { ...access, ...(endpoints && { endpoint: endpoints[service] }) };
}

/** How long a call to AWS may take. */
export function requestHandlerOf({ httpTimeoutMs }: Pick<Timing, 'httpTimeoutMs'>) {
  return {
    connectionTimeout: httpTimeoutMs,
    requestTimeout: httpTimeoutMs,
    // Without it the SDK only warns.
    throwOnRequestTimeout: true,
  };
}
