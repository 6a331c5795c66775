import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import type { AuditReport } from '../../../functions/audit/audit.ts';
import { createAuditHandler } from '../../../functions/audit.ts';
import type { FindingKind } from '../../../functions/credential/published/findings.ts';
import { composeAudit } from '../../../functions/lambda/compose/audit.ts';
import type { MetricName } from '../../../functions/lambda/metrics.ts';
import type { Listener } from '../listener.ts';
import type { Stage } from '../stage.ts';

/** What an audit is asked for. */
export interface AuditCall {
  /** Looks at this credential alone. */
  readonly id?: string;
  /** @default - now */
  readonly scheduledTime?: Date;
  readonly repair?: boolean;
}

/** What one audit has told, and where. */
export interface Audited {
  readonly report: Pick<AuditReport, 'audited' | 'failed' | 'findings'> & { readonly outages: readonly object[] };
  /** The embedded metrics of its log. */
  readonly metrics: readonly EmbeddedMetric[];
  /** What was published of what it found. */
  readonly events: readonly HeardEvent[];
}

/** A metric as CloudWatch reads it from a log line. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly name: MetricName;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An event as a target of a rule receives it. */
export interface HeardEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly detail: { readonly credential: string; readonly kind?: FindingKind; readonly startedAt?: string };
}

/** So often the log is looked at before something is done about lines that do not come. */
const LOOKS_BEFORE_NUDGE = 50;

/** What an audit publishes of a credential. */
const TOLD = ['Drift Detected', 'Expiry Near'];

/** Audits a deployed stack: by its own function, or by the same function with a clock that is ahead. */
export class Auditor {
  readonly #stage: Stage;
  readonly #listener: Listener;
  readonly #lambda: LambdaClient;
  readonly #heard = new Set<string>();
  #lines = 0;

  constructor(stage: Stage, listener: Listener) {
    this.#stage = stage;
    this.#listener = listener;
    this.#lambda = new LambdaClient({ ...stage.aws, maxAttempts: 1 });
  }

  /** Invokes the deployed function, as the Scheduler does. @throws {Error} when it fails */
  async audit(call: AuditCall = {}): Promise<Audited> {
    const FunctionName = `${this.#stage.prefix}-audit`;
    const Payload = JSON.stringify(eventOf(call, new Date()));
    const answer = await this.#lambda.send(new InvokeCommand({ FunctionName, Payload }));
    const payload = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError) throw new Error(`the audit failed: ${payload}`);
    const report = JSON.parse(payload) as AuditReport;
    return { report, metrics: await this.#counted(), events: await this.#published(report) };
  }

  /**
   * Audits one credential as it would be so much later: the function's code in this process, with the deployed function's own
   * settings, and all of the world but its clock.
   */
  async auditLater(id: string, ms: number): Promise<Audited> {
    const FunctionName = `${this.#stage.prefix}-audit`;
    const configuration = await this.#lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const variables = configuration.Environment?.Variables ?? {};
    const now = () => new Date(Date.now() + ms);
    const metrics: EmbeddedMetric[] = [];
    const outside = { aws: this.#access(), now };
    const handler = createAuditHandler(composeAudit(variables, outside), {
      logger: new Logger({ logLevel: 'SILENT' }),
      metrics: keptMetrics(this.#stage.prefix, (line) => metrics.push(...embedded(line))),
    });
    const context = { getRemainingTimeInMillis: () => 600_000 } as Context;
    const report = (await handler(eventOf({ id }, now()), context)) as AuditReport;
    return { report, metrics, events: await this.#published(report) };
  }

  #access() {
    const { region, endpoint, credentials } = this.#stage.aws;
    const services = ['secretsManager', 'scheduler', 'lambda', 'dynamoDb', 'eventBridge', 'sqs', 'kms'] as const;
    const endpoints = Object.fromEntries(services.map((name) => [name, endpoint]));
    return { region, credentials, endpoints: endpoints as Record<(typeof services)[number], string> };
  }

  /** The log comes after the answer: an audit has counted once it has counted itself. */
  async #counted(): Promise<EmbeddedMetric[]> {
    for (let looks = 1; ; looks++) {
      const lines = await this.#stage.logs('audit');
      const metrics = lines.slice(this.#lines).flatMap(embedded);
      if (metrics.some(({ name }) => name === 'AuditCompleted')) {
        this.#lines = lines.length;
        return metrics;
      }
      if (looks % LOOKS_BEFORE_NUDGE === 0) await this.#nudge();
      await sleep(200);
    }
  }

  /** MiniStack now and then hands on the last lines of an invocation with those of the next one: this one is refused at once. */
  async #nudge(): Promise<void> {
    const Payload = JSON.stringify({ trigger: 'audit', scheduledTime: 'never' });
    await this.#lambda.send(new InvokeCommand({ FunctionName: `${this.#stage.prefix}-audit`, Payload }));
  }

  /** The end of an audit is published last. */
  async #published({ startedAt }: AuditReport): Promise<HeardEvent[]> {
    const since = new Date(startedAt).toISOString();
    for (;;) {
      const events = ((await this.#listener.heard()) as unknown as HeardEvent[]).filter(
        ({ id }) => !this.#heard.has(id),
      );
      if (events.some(({ detail }) => detail.startedAt === since)) {
        for (const { id } of events) this.#heard.add(id);
        return events.filter((event) => TOLD.includes(event['detail-type']));
      }
      await sleep(200);
    }
  }
}

function eventOf({ id, scheduledTime, repair = false }: AuditCall, now: Date) {
  const time = (scheduledTime ?? now).toISOString().replace(/\.\d+Z$/, 'Z');
  return { trigger: 'audit', scheduledTime: time, repair, ...(id !== undefined && { id }) };
}

/** Metrics of this process, which are kept instead of logged. */
function keptMetrics(prefix: string, keep: (line: string) => void): Metrics {
  const metrics = new Metrics({ namespace: 'client-secret-rotation', serviceName: prefix });
  metrics.publishStoredMetrics = () => {
    keep(JSON.stringify(metrics.serializeMetrics()));
    metrics.clearMetrics();
    return metrics;
  };
  return metrics;
}

/** The metrics that a log line holds. @see [Embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html) */
function embedded(line: string): EmbeddedMetric[] {
  if (!line.includes('"_aws"')) return [];
  const { _aws, ...members } = JSON.parse(line) as {
    _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: MetricName }[] }[] };
  } & Record<string, unknown>;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: counted }) =>
    Dimensions.flatMap((names) =>
      counted.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(members[name])])),
        value: [members[Name]].flat().reduce<number>((sum, one) => sum + Number(one), 0),
      })),
    ),
  );
}
