import type { Context } from 'aws-lambda';
import { lazily, portsOf, runtimeOf } from './compose.ts';
import { parseRetireEvent } from './events.ts';
import { logger, observed, recordRetire } from './middleware/powertools.ts';
import { type RetireReport, retire } from './rotation/retire.ts';

const deployed = lazily(process.env);

/** Ends a grace period: see {@link retire}. */
export const handler = observed(async (event: unknown, context: Context): Promise<RetireReport> => {
  const { environment, world } = deployed();
  const request = parseRetireEvent(event);
  const credential = await world.schedules.settings(request.id);
  logger.appendKeys({ credential: credential.id, trigger: 'retire' });
  const ports = portsOf(credential, environment.PREFIX, world);
  const runtime = runtimeOf(world, () => context.getRemainingTimeInMillis());
  const report = await retire(credential, request, { ports, runtime, timing: environment.timing });
  recordRetire(report);
  return report;
});
