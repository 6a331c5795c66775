import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../functions/lambda/metrics.ts';
import type { Names } from '../service/names.ts';
import type { Watched } from './alarm-table.ts';
import type { Alarms } from './alarms.ts';
import { ownMetric } from './own-metric.ts';

const HOUR = { period: Duration.hours(1), statistic: 'Sum' };
const MOST = { period: Duration.hours(1), statistic: 'Maximum' };

/** Properties of {@link addDashboard}. */
export interface DashboardProps extends Watched {
  readonly names: Names;
  readonly alarms: Alarms;
  /** Metrics of the HTTP API. */
  readonly api: readonly IMetric[];
}

/** The stack at a glance: what needs a person, how rotations end, what people owe, and how the machinery is. */
export function addDashboard(scope: Construct, { alarms, names, api, ...watched }: DashboardProps): Dashboard {
  const { prefix, functions, deadLetters } = watched;
  const own = (...metrics: MetricName[]) => metrics.map((name) => ownMetric(name, prefix, HOUR));
  const most = (...metrics: MetricName[]) => metrics.map((name) => ownMetric(name, prefix, MOST));
  const each = Object.values(functions);
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: prefix,
    defaultInterval: Duration.days(7),
    widgets: [
      [new AlarmStatusWidget({ title: 'What needs a person', width: 24, height: 4, alarms: alarms.alarms })],
      [
        graph('How rotations end, by hour', own(...ENDS)),
        graph('How long a rotation takes', durations(prefix)),
        graph('What people are asked to do', most('TasksOpen', 'TasksLate', 'TasksOverdue')),
      ],
      [
        graph(
          'What audits found, by hour',
          own('DriftFound', 'OverdueFound', 'TooOld', 'ExpiryNear', 'SystemUnreadable'),
        ),
        graph('The oldest secret, in days', most('DaysSinceRotation')),
        graph('Audits, by hour', own('AuditCompleted', 'CredentialsAudited', 'AuditFailed')),
      ],
      [
        graph('Left behind, by hour', own('RetirePostponed', 'LedgerRecordMissing', 'EventMissing')),
        graph(
          'Functions that failed',
          each.map((one) => one.metricErrors(HOUR)),
        ),
        graph(
          'Functions that were throttled',
          each.map((one) => one.metricThrottles(HOUR)),
        ),
      ],
      [
        graph(
          'Duration of functions, most of an hour',
          each.map((one) => one.metricDuration(MOST)),
        ),
        graph('Dead letters', [
          deadLetters.metricNumberOfMessagesSent(HOUR),
          deadLetters.metricApproximateNumberOfMessagesVisible(MOST),
        ]),
        graph('API', api),
      ],
      [latestFailures(names)],
    ],
  });
}

const ENDS = ['RotationSucceeded', 'RotationFailed', 'RolledBack', 'StoredNotApplied', 'Interrupted'] as const;

function graph(title: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({ title, width: 8, height: 6, left: [...left], leftYAxis: { min: 0 } });
}

function durations(prefix: string): IMetric[] {
  return ['p50', 'p95', 'Maximum'].map((statistic) =>
    ownMetric('RotationDuration', prefix, { period: Duration.hours(1), statistic, label: statistic }),
  );
}

function latestFailures({ logGroups }: Names): IWidget {
  return new LogQueryWidget({
    title: 'The latest runs that did not end well',
    width: 24,
    height: 8,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [logGroups.rotate],
    queryLines: [
      'filter ispresent(rotation.failure.code)',
      'display @timestamp, rotation.credential, rotation.outcome, rotation.failure.code, rotation.failure.next, rotation.repeatAt',
      'sort @timestamp desc',
      'limit 20',
    ],
  });
}
