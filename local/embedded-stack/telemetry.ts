import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Failure } from '../../functions/credential/outcome.ts';
import type { Telemetry } from '../../functions/lambda/telemetry.ts';

/** A line that a function logged. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  /** The credential that it is about. */
  readonly credential?: string;
  /** Why what it tells of failed: a code and its detail. */
  readonly cause?: string;
}

/** What a function of the embedded stack tells: log lines go to a listener instead of stdout, and metrics nowhere. */
export function embeddedTelemetry(serviceName: string, onLog: (line: LogLine) => void): Telemetry {
  return {
    logger: new ListenedLogger({ serviceName, logRecordOrder: ['level', 'message'] }, onLog),
    metrics: silentMetrics(),
  };
}

class ListenedLogger extends Logger {
  readonly #onLog: (line: LogLine) => void;

  constructor(options: ConstructorParameters<typeof Logger>[0], onLog: (line: LogLine) => void) {
    super(options);
    this.#onLog = onLog;
  }

  protected override printLog(_level: number, item: Parameters<Logger['printLog']>[1]): void {
    this.#onLog(lineOf(item.getAttributes() as Attributes));
  }
}

/** What the functions' log lines hold, as far as a person needs it at once. */
interface Attributes {
  readonly level?: unknown;
  readonly message?: unknown;
  readonly credential?: string;
  readonly rotation?: Report;
  readonly retire?: Report;
  readonly detail?: string;
  readonly outage?: { readonly detail: string };
}

interface Report {
  readonly credential: string;
  readonly failure?: Failure;
}

function lineOf({ level, message, credential, rotation, retire, detail, outage }: Attributes): LogLine {
  const report = rotation ?? retire;
  const about = report?.credential ?? credential;
  const cause = report?.failure ? `${report.failure.code}: ${report.failure.detail}` : (detail ?? outage?.detail);
  return {
    level: String(level),
    message: String(message),
    ...(about !== undefined && { credential: about }),
    ...(cause !== undefined && { cause }),
  };
}

function silentMetrics(): Metrics {
  const metrics = new Metrics({ namespace: 'ClientSecretRotation' });
  metrics.publishStoredMetrics = () => {
    metrics.clearMetrics();
    return metrics;
  };
  return metrics;
}
