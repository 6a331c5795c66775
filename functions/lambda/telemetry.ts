import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { isFailure, type RetireReport, type Rotation } from '../credential/outcome.ts';

/** The logger of this function. It never logs an event: a report is all there is to tell. */
export const logger = new Logger({ logRecordOrder: ['level', 'message'] });

/** Where a function tells what it does. Invocations that run at the same time in one process need one each. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** This function's own. */
export const telemetryOfLambda: Telemetry = { logger, metrics: new Metrics() };

/**
 * A middy chain with logging and metrics around a handler.
 *
 * @param handle gets the event and Lambda's context
 */
export function observed<E, R>(
  handle: (event: E, context: Context) => Promise<R>,
  { logger, metrics }: Telemetry = telemetryOfLambda,
) {
  // Powertools' own middleware publishes in any case, and warns of each invocation that counted nothing.
  const publish = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return middy<E, R>()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({ after: publish, onError: publish })
    .handler(handle);
}

/** Tells logs and metrics how a rotation ended. */
export function recordRotation(rotation: Rotation, { logger, metrics }: Telemetry = telemetryOfLambda): void {
  const { outcome, durationMs, failure } = rotation;
  const failed = failure !== undefined || isFailure(outcome);
  if (failed) logger.error(`rotation ${outcome}`, { rotation });
  else logger.info(`rotation ${outcome}`, { rotation });
  metrics.addMetric('RotationDuration', MetricUnit.Milliseconds, durationMs);
  if (failed) metrics.addMetric('RotationFailed', MetricUnit.Count, 1);
  if (outcome === 'stored-not-applied') metrics.addMetric('StoredNotApplied', MetricUnit.Count, 1);
  if (outcome === 'interrupted') metrics.addMetric('Interrupted', MetricUnit.Count, 1);
  recordTasks(rotation, { logger, metrics });
}

/** What people are asked to do, and what of it is overdue. */
function recordTasks({ credential, tasks = [] }: Rotation, { logger, metrics }: Telemetry): void {
  if (tasks.length === 0) return;
  const overdue = tasks.filter((task) => task.overdue);
  for (const task of overdue) logger.warn('task overdue', { credential, task });
  metrics.addMetric('TasksOpen', MetricUnit.Count, tasks.length);
  metrics.addMetric('TasksOverdue', MetricUnit.Count, overdue.length);
}

/** Tells logs and metrics how a retire ended. */
export function recordRetire(report: RetireReport, { logger, metrics }: Telemetry = telemetryOfLambda): void {
  // A person has been asked to end the secret: a task that is overdue is told by itself.
  if (report.failure && report.failure.code !== 'awaiting-person') {
    logger.error(`retire ${report.outcome}`, { retire: report });
    metrics.addMetric('RetirePostponed', MetricUnit.Count, 1);
  } else {
    logger.info(`retire ${report.outcome}`, { retire: report });
  }
}
