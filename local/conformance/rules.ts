import { HttpError } from '../../functions/adapters/http/connection/http-error.ts';
import { BrokenRuleError, type ConnectorProbe } from './probe.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

/** One sentence of the connector's contract, and how to find out whether it holds. */
export interface Rule {
  readonly title: string;
  /** Whether it sends writes; they leave the client's sections with a secret that the rule made. */
  readonly writes?: true;
  /** @throws {BrokenRuleError} when it doesn't hold */
  readonly check: (probe: ConnectorProbe) => Promise<void>;
}

/** The contract of a connector's configuration, in the order in which it is best looked at. */
export const RULES: readonly Rule[] = [...READING, ...WRITING];

/** What became of a rule. */
export interface Finding {
  readonly title: string;
  readonly result: 'ok' | 'failed' | 'skipped';
  /** Why it failed, or was skipped. */
  readonly why?: string;
}

/**
 * Looks at a connector, rule by rule.
 *
 * @param options.write whether rules that write are looked at, too
 * @throws {HttpError} when the connector can't be called at all
 */
export async function* examine(probe: ConnectorProbe, { write }: { write: boolean }): AsyncGenerator<Finding> {
  await probe.get();
  for (const rule of RULES) yield rule.writes && !write ? skipped(rule) : await look(rule, probe);
}

function skipped({ title }: Rule): Finding {
  return { title, result: 'skipped', why: 'it writes; --write looks at it, too' };
}

async function look({ title, check }: Rule, probe: ConnectorProbe): Promise<Finding> {
  try {
    await check(probe);
    return { title, result: 'ok' };
  } catch (error) {
    if (error instanceof BrokenRuleError || error instanceof HttpError)
      return { title, result: 'failed', why: error.message };
    throw error;
  }
}
