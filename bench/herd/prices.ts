/** What is paid for. */
export interface Bill {
  readonly secretsManagerCalls: number;
  readonly kmsRequests: number;
  readonly invocations: number;
  readonly gigabyteSeconds: number;
  readonly schedulerInvocations: number;
  readonly tableWrites: number;
  readonly events: number;
}

/**
 * List prices in US East (N. Virginia), in dollars for one of each. A month of a secret costs 0.40 beside them, rotated or not.
 *
 * @see [Secrets Manager](https://aws.amazon.com/secrets-manager/pricing/) · [KMS](https://aws.amazon.com/kms/pricing/) ·
 *   [Lambda](https://aws.amazon.com/lambda/pricing/) · [EventBridge](https://aws.amazon.com/eventbridge/pricing/) ·
 *   [DynamoDB](https://aws.amazon.com/dynamodb/pricing/on-demand/)
 */
const PRICES: Readonly<Record<keyof Bill, number>> = {
  secretsManagerCalls: 0.05 / 10_000,
  kmsRequests: 0.03 / 10_000,
  invocations: 0.2 / 1_000_000,
  gigabyteSeconds: 0.0000133334,
  schedulerInvocations: 1 / 1_000_000,
  tableWrites: 0.625 / 1_000_000,
  events: 1 / 1_000_000,
};

/** What a bill comes to, in dollars. */
export function dollarsOf(bill: Bill): number {
  return (Object.keys(PRICES) as (keyof Bill)[]).reduce((sum, key) => sum + bill[key] * PRICES[key], 0);
}
