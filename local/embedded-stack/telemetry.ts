import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from '../../functions/middleware/powertools.ts';

/** A line that a function logged. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
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
    const { level, message } = item.getAttributes();
    this.#onLog({ level: String(level), message: String(message) });
  }
}

function silentMetrics(): Metrics {
  const metrics = new Metrics({ namespace: 'ClientSecretRotation' });
  metrics.publishStoredMetrics = () => {
    metrics.clearMetrics();
    return metrics;
  };
  return metrics;
}
