import type { Context } from 'aws-lambda';
import type { RetireReport } from './credential/outcome.ts';
import { type Deployed, lazily, runDeps } from './lambda/compose.ts';
import { parseRetireEvent } from './lambda/events.ts';
import { observed, recordRetire, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';
import { retire } from './rotation/retire.ts';

/** Makes the function that ends a grace period: see {@link retire}. */
export function createRetireHandler(deployed: () => Deployed, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<RetireReport> => {
    const { environment, world } = deployed();
    const request = parseRetireEvent(event);
    const credential = await world.schedules.settings(request.id);
    telemetry.logger.appendKeys({ credential: credential.id, trigger: 'retire' });
    const remainingMs = () => context.getRemainingTimeInMillis();
    const deployment = { prefix: environment.PREFIX, timing: environment.timing };
    const report = await retire(credential, request, runDeps(credential, deployment, { world, remainingMs }));
    recordRetire(report, telemetry);
    return report;
  }, telemetry);
}

/** Ends a grace period. */
export const handler = createRetireHandler(lazily(process.env));
