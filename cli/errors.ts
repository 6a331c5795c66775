import { EXIT, type ExitCode } from './exit-codes.ts';

/** What a failure tells. Never a secret. */
export interface FailureFacts {
  /** What happened, in one sentence without a full stop. */
  readonly what: string;
  /** The credential that the command was about. */
  readonly credential?: string | undefined;
  /** The code of an API's problem, or of AWS. */
  readonly code?: string | undefined;
  /** More about what happened. */
  readonly detail?: string | undefined;
  /** What state things are in now. */
  readonly state: string;
  /** What to do. */
  readonly next: string;
  /** What `--json` prints. @default - these facts */
  readonly json?: unknown;
}

/** A command failed. Its message says all of it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitCode;
  readonly facts: FailureFacts;

  constructor(exit: ExitCode, facts: FailureFacts) {
    super(textOf(facts));
    this.exit = exit;
    this.facts = facts;
  }

  /** For `--json`. */
  get value(): unknown {
    return this.facts.json ?? { error: this.facts };
  }
}

/** Nothing was changed. */
export function failed(facts: Omit<FailureFacts, 'state'> & { readonly state?: string }): CliError {
  return new CliError(EXIT.failed, { state: 'nothing was changed', ...facts });
}

/** The command can't be carried out as it was typed. */
export function usage(
  what: string,
  next = 'csr --help lists the commands; csr COMMAND --help shows examples.',
): CliError {
  return new CliError(EXIT.usage, { what, state: 'nothing was done', next });
}

function textOf({ what, credential, code, detail, state, next }: FailureFacts): string {
  const about = credential === undefined ? '' : `${credential}: `;
  return [
    `${about}${what}${code === undefined ? '' : ` (${code})`}`,
    ...(detail === undefined ? [] : [`  why    ${detail}`]),
    `  state  ${state}`,
    `  do     ${next}`,
  ].join('\n');
}
