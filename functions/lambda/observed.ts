import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';

/** The logger of this function. It never logs an event: a report is all there is to tell. */
export const logger = new Logger({ logRecordOrder: ['level', 'message'] });

/** Where a handler tells what it does. */
export interface Observers {
  readonly logger: Logger;
  /** What it counts in. @default - it counts nothing */
  readonly metrics?: Metrics;
}

/**
 * A middy chain with logging, and metrics where there are any, around a handler.
 *
 * @param handle gets the event and Lambda's context
 */
export function observed<E, R>(handle: (event: E, context: Context) => Promise<R>, { logger, metrics }: Observers) {
  // Powertools' own middleware publishes in any case, and warns of each invocation that counted nothing.
  const publish = () => {
    if (metrics?.hasStoredMetrics()) metrics.publishStoredMetrics();
    // A dimension that was added counts for this invocation alone, published or not.
    metrics?.clearDimensions();
  };
  return middy<E, R>()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({ after: publish, onError: publish })
    .handler(handle);
}
