import type { Handler } from '../../local/stand-ins/serve.ts';

/** Calls a second that Secrets Manager takes from an account in a region. */
export interface Quotas {
  /** PutSecretValue, UpdateSecret, UpdateSecretVersionStage and the like, together. */
  readonly writes: number;
  /** ListSecretVersionIds. */
  readonly lists: number;
  /** GetSecretValue and DescribeSecret, together. */
  readonly reads: number;
}

/**
 * What AWS publishes; none of it can be raised.
 *
 * @see [Secrets Manager quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
export const PUBLISHED: Quotas = { writes: 50, lists: 50, reads: 10_000 };

/** What was asked of Secrets Manager. */
export interface QuotaTally {
  readonly carriedOut: Record<keyof Quotas, number>;
  throttled: number;
}

/** Puts quotas in front of Secrets Manager: buckets of one second, which fill as time passes. */
export function withQuotas(
  handler: Handler,
  { quotas, now, tally }: { readonly quotas: Quotas; readonly now: () => number; readonly tally: QuotaTally },
): Handler {
  const buckets = {
    writes: bucket(quotas.writes, now),
    lists: bucket(quotas.lists, now),
    reads: bucket(quotas.reads, now),
  };
  return async (request) => {
    const kind = kindOf(request);
    if (!buckets[kind]()) {
      tally.throttled += 1;
      return throttled();
    }
    tally.carriedOut[kind] += 1;
    return await handler(request);
  };
}

function kindOf({ headers }: Request): keyof Quotas {
  const operation = headers.get('x-amz-target')?.split('.').at(-1) ?? '';
  if (operation === 'ListSecretVersionIds') return 'lists';
  return operation === 'GetSecretValue' || operation === 'DescribeSecret' ? 'reads' : 'writes';
}

/** @returns takes one, and says whether there was one */
function bucket(aSecond: number, now: () => number): () => boolean {
  let left = aSecond;
  let at = now();
  return () => {
    left = Math.min(aSecond, left + ((now() - at) / 1000) * aSecond);
    at = now();
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

/** How the SDK's standard mode repeats what was throttled. */
const SDK = { tries: 3, firstPauseMs: 500 } as const;

/**
 * Repeats what was throttled as the SDK does in its standard mode, on a simulated clock: the SDK itself would wait in real time.
 *
 * @see [Retry behaviour](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)
 */
export function withSdkRetries(
  handler: Handler,
  { sleep, random }: { readonly sleep: (ms: number) => Promise<void>; readonly random: () => number },
): Handler {
  return async (request) => {
    for (let sent = 1; ; sent += 1) {
      const response = await handler(request.clone());
      if (response.headers.get('x-amzn-errortype') !== THROTTLED || sent === SDK.tries) return response;
      await sleep(random() * SDK.firstPauseMs * 2 ** (sent - 1));
    }
  };
}

const THROTTLED = 'ThrottlingException';

function throttled(): Response {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': THROTTLED };
  return new Response(JSON.stringify({ __type: THROTTLED, message: 'Rate exceeded' }), { status: 400, headers });
}
