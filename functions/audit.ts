import type { Context } from 'aws-lambda';
import { type AuditReport, audit } from './audit/audit.ts';
import { describeError } from './credential/errors.ts';
import { auditCompleted, auditTelling } from './lambda/audited.ts';
import { auditDeps, composeAudit, type DeployedAudit } from './lambda/compose/audit.ts';
import { parseAuditEvent } from './lambda/events.ts';
import { measure } from './lambda/metrics.ts';
import { observed } from './lambda/observed.ts';
import { type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';
import type { Events } from './ports/events.ts';

/** Makes the function that looks at credentials between their rotations: see {@link audit}. */
export function createAuditHandler(deployed: () => DeployedAudit, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<AuditReport> => {
    const { environment, world } = deployed();
    const { PREFIX: prefix, local, METRICS_PER_CREDENTIAL } = environment;
    const { repair, ...request } = parseAuditEvent(event, { prefix, local, now: world.now() });
    const tell = auditTelling(telemetry, { perCredential: METRICS_PER_CREDENTIAL !== undefined });
    const remainingMs = () => context.getRemainingTimeInMillis();
    const report = await audit(request, auditDeps(deployed(), { remainingMs, tell, repair }));
    telemetry.logger.info('audit completed', { audit: report });
    measure('AuditCompleted', 1, telemetry);
    await publish(report, world.events, telemetry);
    return report;
  }, telemetry);
}

/** The audit stands, whether its end could be published or not. */
async function publish(report: AuditReport, events: Events, telemetry: Telemetry): Promise<void> {
  try {
    await events.publish(auditCompleted(report));
  } catch (error) {
    telemetry.logger.error('event missing', { detailType: 'Audit Completed', failure: describeError(error) });
    measure('EventMissing', 1, telemetry);
  }
}

/** One audit. */
export const handler = createAuditHandler(composeAudit(process.env));
