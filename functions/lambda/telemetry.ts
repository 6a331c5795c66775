import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { isFailure, type RetireReport, type Rotation } from '../credential/outcome.ts';
import { isPostponed, measure, measureRotation } from './metrics.ts';
import { logger } from './observed.ts';

/** Where a function tells what it does. Invocations that run at the same time in one process need one each. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** This function's own. */
export const telemetryOfLambda: Telemetry = { logger, metrics: new Metrics() };

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
