/** Which program says so. */
export type Checker = 'cfn-lint' | 'checkov';

/** A finding of a program that checks templates, and why it stands. */
export interface Explanation {
  readonly checker: Checker;
  readonly rule: string;
  /** The resources that it is about: logical ids without what the CDK adds at their ends, with `*` for anything. */
  readonly on: readonly string[];
  readonly reason: string;
}

/**
 * Every finding of cfn-lint and checkov that is not put right. What matches no finding any more is a fault itself. The reasons for
 * AwsSolutions rules stand with the constructs, where `acknowledge` takes them; `docs/findings.md` has all of them.
 */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    checker: 'cfn-lint',
    rule: 'W3005',
    on: ['Service*Function', 'ServiceFleetRotationsStateMachine', '*Schedule'],
    reason: 'The CDK names a role together with its policy, which nothing else would wait for.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_18',
    on: ['ServiceFleetBucket'],
    reason: 'Two roles of the stack write it, and CloudTrail records who reads: another bucket would tell no more.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_21',
    on: ['ServiceFleetBucket'],
    reason: 'Every file is written once, under the name of its execution, and kept for 400 days.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_115',
    on: ['Service*Function'],
    reason: 'A reserved share would be taken from the account. The API is throttled, and leases keep runs apart.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_116',
    on: ['ServicerotateFunction', 'ServiceretireFunction', 'ServiceauditFunction'],
    reason: 'What fails asynchronously goes to the dead-letter queue by a destination, with the reason of the failure.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_116',
    on: ['ServiceapiFunction', 'ServicemanyFunction'],
    reason: 'It is called synchronously: whoever calls is told of the failure.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_117',
    on: ['ServiceapiFunction', 'ServicemanyFunction'],
    reason: 'It calls nothing but AWS. Outside of a VPC it has no network of the account within its reach.',
  },
  {
    checker: 'checkov',
    rule: 'CKV_AWS_173',
    on: ['Service*Function'],
    reason: 'Names, addresses and durations: nothing in it is secret, and Lambda encrypts it with a key of its own.',
  },
];
