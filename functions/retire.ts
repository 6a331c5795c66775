import type { Context } from 'aws-lambda';
import { type Deployed, lazily, portsOf, runtimeOf } from './compose.ts';
import { parseRetireEvent } from './events.ts';
import { observed, recordRetire, type Telemetry, telemetryOfLambda } from './middleware/powertools.ts';
import { type RetireReport, retire } from './rotation/retire.ts';

/** Makes the function that ends a grace period: see {@link retire}. */
export function createRetireHandler(deployed: () => Deployed, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<RetireReport> => {
    const { environment, world } = deployed();
    const request = parseRetireEvent(event);
    const credential = await world.schedules.settings(request.id);
    telemetry.logger.appendKeys({ credential: credential.id, trigger: 'retire' });
    const ports = portsOf(credential, environment.PREFIX, world);
    const runtime = runtimeOf(world, () => context.getRemainingTimeInMillis());
    const report = await retire(credential, request, { ports, runtime, timing: environment.timing });
    recordRetire(report, telemetry);
    return report;
  }, telemetry);
}

/** Ends a grace period. */
export const handler = createRetireHandler(lazily(process.env));
