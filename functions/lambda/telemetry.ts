import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { isFailure, type RetireReport, type Rotation } from '../credential/outcome.ts';
import { isPostponed, measure, measureRotation } from './metrics.ts';

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
    // A dimension that was added counts for this invocation alone, published or not.
    metrics.clearDimensions();
  };
  return middy<E, R>()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({ after: publish, onError: publish })
    .handler(handle);
}

/** Tells logs and metrics how a rotation ended. */
export function recordRotation(rotation: Rotation, telemetry: Telemetry = telemetryOfLambda): void {
  const { credential, outcome, failure, tasks = [] } = rotation;
  const { logger } = telemetry;
  if (failure !== undefined || isFailure(outcome)) logger.error(`rotation ${outcome}`, { rotation });
  else logger.info(`rotation ${outcome}`, { rotation });
  for (const task of tasks.filter(({ overdue }) => overdue)) logger.warn('task overdue', { credential, task });
  measureRotation(rotation, telemetry);
}

/** Tells logs and metrics how a retire ended. */
export function recordRetire(report: RetireReport, telemetry: Telemetry = telemetryOfLambda): void {
  const { logger } = telemetry;
  if (isPostponed(report)) {
    logger.error(`retire ${report.outcome}`, { retire: report });
    measure('RetirePostponed', 1, telemetry);
  } else {
    logger.info(`retire ${report.outcome}`, { retire: report });
  }
}
