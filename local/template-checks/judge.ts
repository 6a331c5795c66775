import type { Checker, Explanation } from '../../infra/faults/explained.ts';

/** Something that a program has found in a template. */
export interface Finding {
  readonly checker: Checker;
  readonly rule: string;
  /** A logical id; empty where it is about the whole template. */
  readonly resource: string;
  readonly message: string;
}

/**
 * Holds findings against what is explained.
 *
 * @returns one line for each finding without a reason, and for each reason without a finding
 */
export function judge(findings: readonly Finding[], explanations: readonly Explanation[]): string[] {
  const unexplained = findings.filter((finding) => !explanations.some((one) => explains(one, finding)));
  const stale = explanations.filter((one) => !findings.some((finding) => explains(one, finding)));
  return [
    ...unexplained.map(
      ({ checker, rule, resource, message }) => `${checker} ${rule} on ${resource || 'the template'}: ${message}`,
    ),
    ...stale.map(
      ({ checker, rule, on }) => `nothing is found any more that is explained: ${checker} ${rule} on ${on.join(', ')}`,
    ),
  ];
}

function explains({ checker, rule, on }: Explanation, finding: Finding): boolean {
  const id = withoutHash(finding.resource);
  return checker === finding.checker && rule === finding.rule && on.some((one) => patternOf(one).test(id));
}

function patternOf(text: string): RegExp {
  return new RegExp(`^${text.replaceAll('*', '.*')}$`);
}

/** The CDK ends a logical id with eight digits of a hash. */
function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}
