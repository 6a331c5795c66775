import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/** An AwsSolutions rule that constructs accept not to keep, for one reason. */
export interface Acknowledged {
  /** `AwsSolutions-SQS3`, with the detail in brackets where a rule has findings of several kinds. */
  readonly rule: string;
  readonly reason: string;
  /** The paths of the constructs. */
  readonly on: readonly string[];
}

/** A finding, acknowledged or not. */
export interface NagFinding {
  readonly rule: string;
  /** The path of the construct. */
  readonly on: string;
}

/** What the constructs of an app accept, whether or not it is found. */
export function acknowledgedIn(app: App): Acknowledged[] {
  const all = app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ rule: id.replace(/^Annotation::/, ''), reason, on: construct.node.path })),
  );
  const grouped = Map.groupBy(
    all.filter(({ rule }) => rule.startsWith('AwsSolutions-')),
    ({ rule, reason }) => `${rule} ${reason}`,
  );
  return [...grouped.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, on: group.map(({ on }) => on) }] : [];
  });
}

/** What the AwsSolutions rules find in an app, whatever is acknowledged. */
export function foundByNag(app: App): NagFinding[] {
  const checks = new AwsSolutionsChecks(app);
  // Its own private method: there is no other way to hear what it leaves out.
  Object.assign(checks, { isAcknowledged: () => false });
  return checks
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, on: constructPath })),
    );
}

/** Whether a finding is one of those that are accepted. */
export function accepts({ rule, on }: Acknowledged, finding: NagFinding): boolean {
  return rule === finding.rule && on.some((path) => finding.on === path || finding.on.startsWith(`${path}/`));
}

/** One line for each finding that no construct accepts, and for each acceptance without a finding. */
export function judgeNag(findings: readonly NagFinding[], acknowledged: readonly Acknowledged[]): string[] {
  const unexplained = findings.filter((finding) => !acknowledged.some((one) => accepts(one, finding)));
  const stale = acknowledged.filter((one) => !findings.some((finding) => accepts(one, finding)));
  return [
    ...unexplained.map(({ rule, on }) => `cdk-nag ${rule} on ${on}`),
    ...stale.map(({ rule, on }) => `nothing is found any more that is explained: cdk-nag ${rule} on ${on.join(', ')}`),
  ];
}
