import type { RotateAnswer } from '../../credential/answer.ts';
import type { OnDemandEvent } from '../../credential/events/on-demand.ts';
import { RefusedError, type RotateFunction } from '../../ports/api/rotate-function.ts';
import { dnsSuffix } from '../aws/dns-suffix.ts';
import { type AwsKeys, signerOf } from '../aws/signer.ts';

/** Where the function is, and as whom it is called. */
export interface RotateFunctionOptions {
  /** Of the function. */
  readonly arn: string;
  /** Lambda's address. @default - that of the function's region */
  readonly endpoint?: string | undefined;
  readonly credentials: () => Promise<AwsKeys>;
}

type InvocationType = 'RequestResponse' | 'Event';

/**
 * The function `rotate` in AWS Lambda. The one operation is signed by aws4fetch: the SDK's client has the forms of all of them, which
 * would be an eighth of the API's bundle, and a fifth of its start.
 *
 * @see [Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)
 */
export function lambdaRotateFunction(options: RotateFunctionOptions): RotateFunction {
  return {
    call: async (event, signal) => {
      const response = await invoke('RequestResponse', { event, signal }, options);
      if (response.headers.has('x-amz-function-error')) return undefined;
      return (await response.json()) as RotateAnswer;
    },
    handOver: async (event, signal) => void (await invoke('Event', { event, signal }, options)),
  };
}

async function invoke(
  type: InvocationType,
  { event, signal }: { readonly event: OnDemandEvent; readonly signal: AbortSignal },
  { arn, endpoint, credentials }: RotateFunctionOptions,
): Promise<Response> {
  const [, partition, , region = ''] = arn.split(':');
  const origin = endpoint ?? `https://lambda.${region}.${dnsSuffix(partition)}`;
  const client = await signerOf({ service: 'lambda', region }, credentials);
  const request = await client.sign(`${origin}/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-amz-invocation-type': type },
    body: JSON.stringify(event),
    redirect: 'manual',
  });
  // A request knows its signal weakly: of one that is collected while it is under way, nobody hears of the end of time.
  const response = await fetch(request, { signal });
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** Anything but a refusal may have come after a run had begun. */
async function failureOf({ status, headers, body }: Response): Promise<Error> {
  await body?.cancel();
  const name = headers.get('x-amzn-errortype')?.split(':')[0] ?? '';
  if (status >= 400 && status < 500) return new RefusedError(name, status === 429);
  return Object.assign(new Error('Lambda has failed'), { name });
}
