import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, it } from '@jest/globals';
import { type Lab, newLab } from './secrets-manager/lab.ts';
import { lifecycleRules } from './secrets-manager/lifecycle.ts';
import { putRules } from './secrets-manager/put.ts';
import { readRules } from './secrets-manager/read.ts';
import { stageRules } from './secrets-manager/stages.ts';

/** Which Secrets Manager is put to the test. */
export interface SecretsManagerContract {
  /** Stands in the titles. */
  readonly name: string;
  /** Asked at the beginning of each test, so that it may be made in a `beforeAll`. */
  readonly client: () => SecretsManagerClient;
  /** Rules, by their exact title, that this one is known to break: each must still be broken, else the test fails. */
  readonly knownDeviations?: readonly string[];
}

/** A documented rule as a test: the title is the rule. */
export type Rule = readonly [title: string, test: (lab: Lab) => Promise<void>];

/**
 * The documented rules that the rotation leans on, as tests through the real client. Each makes its own secrets.
 *
 * @see [API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html)
 */
export function secretsManagerContract({ name, client, knownDeviations = [] }: SecretsManagerContract): void {
  const groups = {
    PutSecretValue: putRules,
    UpdateSecretVersionStage: stageRules,
    reads: readRules,
    lifecycle: lifecycleRules,
  };
  describe(`the rules of Secrets Manager: ${name}`, () => {
    describe.each(Object.entries(groups))('%s', (_group, rules) => {
      for (const [title, test] of rules) {
        const run = knownDeviations.includes(title) ? it.failing : it;
        run(title, () => test(newLab(client())));
      }
    });
  });
}
