import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../functions/lambda/metrics.ts';

/** Namespace of the functions' own metrics. Their dimension `service` is the prefix. */
export const METRICS_NAMESPACE = 'client-secret-rotation';

/** What happened within five minutes. */
export const SUM = { period: Duration.minutes(5), statistic: 'Sum' };

/** One of the functions' own metrics, counted for the whole stack. */
export function ownMetric(metricName: MetricName, prefix: string, props: object = SUM): Metric {
  return new Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap: { service: prefix }, ...props });
}
