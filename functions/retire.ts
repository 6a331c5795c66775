import type { Context } from 'aws-lambda';
import { isRotationError } from './credential/errors.ts';
import type { RetireReport } from './credential/outcome.ts';
import { runDeps } from './lambda/compose/run-deps.ts';
import { composeRuns, type DeployedRuns } from './lambda/compose/runs.ts';
import { parseRetireEvent } from './lambda/events.ts';
import { meterCredential } from './lambda/metrics.ts';
import { observed } from './lambda/observed.ts';
import { eventsWithin, ledgerWithin, noteEnd, originOf, problemOf, type Recording } from './lambda/recorded.ts';
import { recordRetire, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';
import { retire } from './rotation/retire.ts';

/** Makes the function that ends a grace period: see {@link retire}. What it did it writes to the ledger and publishes last. */
export function createRetireHandler(deployed: () => DeployedRuns, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<RetireReport> => {
    const { environment, world } = deployed();
    const request = parseRetireEvent(event);
    const { httpTimeoutMs } = environment.timing;
    const remainingMs = () => context.getRemainingTimeInMillis();
    const run = originOf(request, world);
    const ledger = ledgerWithin({ world, id: request.id }, { remainingMs, httpTimeoutMs });
    const events = eventsWithin(world, { remainingMs, httpTimeoutMs });
    const recording: Recording = { run, ledger, events, telemetry, now: world.now };
    telemetry.logger.appendKeys({ credential: request.id, trigger: 'retire', requestId: run.requestId });
    if (environment.METRICS_PER_CREDENTIAL) meterCredential(request.id, telemetry);
    let report: RetireReport;
    try {
      const credential = await world.schedules.settings(request.id);
      const deployment = { prefix: environment.PREFIX, timing: environment.timing };
      const deps = runDeps(credential, deployment, { world, remainingMs });
      report = { requestId: run.requestId, ...(await retire(credential, request, deps)) };
    } catch (error) {
      if (!isRotationError(error, 'credential-unknown'))
        await noteEnd(recording, { endedAt: world.now(), problem: problemOf(error) });
      throw error;
    }
    recordRetire(report, telemetry);
    await noteEnd(recording, { endedAt: world.now(), retire: report });
    return report;
  }, telemetry);
}

/** Ends a grace period. */
export const handler = createRetireHandler(composeRuns(process.env));
