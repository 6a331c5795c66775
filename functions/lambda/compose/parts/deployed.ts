import { setTimeout } from 'node:timers/promises';
import type { AwsAccess } from '../../surroundings/aws.ts';
import { type Environment, readEnvironment } from '../../surroundings/environment.ts';

/** What surrounds a function. */
export interface Outside {
  /** How AWS is reached. */
  readonly aws?: AwsAccess;
  /** What time it is. */
  readonly now?: () => Date;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** What every function is composed of: what its stack tells it, and what surrounds it. */
export type Surroundings = Required<Outside> & { readonly environment: Environment };

/**
 * Composes a function at its first invocation, once: nothing happens before.
 *
 * @param variables the function's environment variables
 * @param outside by default as on AWS
 */
export function lazily<Deployed>(
  variables: Readonly<Record<string, string | undefined>>,
  { aws = {}, now = () => new Date(), sleep = waited }: Outside,
  compose: (surroundings: Surroundings) => Deployed,
): () => Deployed {
  let known: Deployed | undefined;
  return () => {
    known ??= compose({ environment: readEnvironment(variables), aws, now, sleep });
    return known;
  };
}

async function waited(ms: number): Promise<void> {
  await setTimeout(ms);
}
