import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { AuditReport } from '../../functions/audit/audit.ts';
import { createAuditHandler } from '../../functions/audit.ts';
import { composeAudit } from '../../functions/lambda/compose/audit.ts';
import type { AwsAccess } from '../../functions/lambda/surroundings/aws.ts';

/** What the process is told over its channel. */
export interface AuditorInput {
  readonly variables: Readonly<Record<string, string>>;
  readonly aws: AwsAccess;
  readonly event: object;
  /** How often the same audit runs in this process, as in a warm function. */
  readonly times: number;
}

/** What one audit took. Memory is in bytes, and of this process alone. */
export interface Measured {
  readonly audited: number;
  readonly failed: number;
  readonly findings: number;
  readonly ms: number;
  /** The most that the process occupied. */
  readonly rss: number;
  /** What it held after a collection, once the audit was over. */
  readonly heap: number;
}

const SAMPLED_EVERY_MS = 50;

/** The audit function in a process of its own, which measures itself: `node --expose-gc`. */
process.once('message', (input: AuditorInput) => {
  void measure(input).then((measured) => process.send?.(measured, () => process.exit(0)));
});

async function measure({ variables, aws, event, times }: AuditorInput): Promise<Measured[]> {
  const metrics = new Metrics({ namespace: 'load' });
  // What is counted is not what is measured.
  metrics.publishStoredMetrics = () => {
    metrics.clearMetrics();
    return metrics;
  };
  const audit = createAuditHandler(composeAudit(variables, { aws }), {
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics,
  });
  const context = { getRemainingTimeInMillis: () => 840_000 } as Context;
  const measured: Measured[] = [];
  for (let n = 0; n < times; n++)
    measured.push(await measureOnce(async () => (await audit(event, context)) as AuditReport));
  return measured;
}

async function measureOnce(audit: () => Promise<AuditReport>): Promise<Measured> {
  let rss = 0;
  let over = false;
  const sampling = (async () => {
    while (!over) {
      rss = Math.max(rss, process.memoryUsage.rss());
      await sleep(SAMPLED_EVERY_MS);
    }
  })();
  const begin = performance.now();
  const { audited, failed, findings } = await audit();
  const ms = performance.now() - begin;
  over = true;
  await sampling;
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  return { audited, failed, findings: Object.values(findings).reduce((sum, count) => sum + count, 0), ms, rss, heap };
}
