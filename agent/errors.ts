import type { AGENT_STATUSES } from '../functions/credential/agent-line.ts';

type Row = { readonly status: (typeof AGENT_STATUSES)[number]; readonly next: string };

/** Every way in which the agent can refuse or fail: the status of its answer, and what to do. The codes don't change. */
export const PROBLEMS = {
  'request-invalid': { status: 400, next: 'Use versions of rotator and agent that belong together.' },
  'wrong-agent': { status: 409, next: 'Give each agent its own name.' },
  'another-host': {
    status: 409,
    next: 'Start one host per name: end the agent on the other host, or give it its own name.',
  },
  'credential-mismatch': {
    status: 403,
    next: "Compare the credential's id in the fleet file and in the agent's settings.",
  },
  'secret-mismatch': { status: 403, next: "Compare the secret's name in the fleet file and in the agent's settings." },
  'configuration-unknown': { status: 404, next: "Compare the configuration's name with the agent's settings." },
  'configuration-changed': { status: 412, next: 'Read the configuration again.' },
  'clock-skew': { status: 503, next: "Correct the host's clock." },
  'request-expired': { status: 503, next: 'Nothing: whoever asked no longer waits.' },
  'document-invalid': { status: 400, next: 'Put a correct credential document.' },
  'secret-denied': { status: 403, next: "Grant the agent's role GetSecretValue on this secret, and use of its key." },
  'secret-unavailable': { status: 503, next: 'Make Secrets Manager reachable from this host.' },
  'section-not-found': { status: 400, next: 'Enter the Client ID and the URL in the connector once.' },
  'section-not-ours': { status: 400, next: 'Write only sections of this Client ID and token URL that are not Basic.' },
  'fixed-value-differs': { status: 400, next: "Correct the fixed value in the agent's settings." },
  'file-not-found': { status: 404, next: "Correct the path in the agent's settings." },
  'file-not-readable': { status: 403, next: "Give the agent's user the right to read the file." },
  'file-read-only': { status: 403, next: "Give the agent's user the right to write the file." },
  'file-is-a-link': { status: 400, next: 'Name the file itself, not a link to it.' },
  'file-too-large': { status: 400, next: 'Name the right file: a configuration has at most 10 MB.' },
  'file-locked': { status: 503, next: 'End the program that keeps the file open, or wait for it.' },
  'folder-not-writable': { status: 403, next: "Give the agent's user the right to create files in the folder." },
  'owner-not-kept': { status: 403, next: "Run the agent as the file's owner." },
  'disk-full': { status: 503, next: 'Make room on the disk.' },
  'encoding-wrong': { status: 400, next: "Correct the encoding in the agent's settings." },
  'syntax-invalid': { status: 400, next: 'Correct the file, or choose the adapter of its format.' },
  'place-not-found': { status: 400, next: "Correct the place in the agent's settings; agent discover proposes one." },
  'place-ambiguous': { status: 400, next: 'Make the place exact, so that one value matches.' },
  'value-encrypted': {
    status: 400,
    next: "Use the command adapter with the vendor's own tool, or a manual connector.",
  },
  'value-masked': { status: 400, next: 'Name the file that holds the secret itself.' },
  'value-not-usable': { status: 400, next: 'Correct the value in the file, or the place in the settings.' },
  'value-not-writable': { status: 400, next: 'Use a secret without these characters.' },
  'change-too-wide': { status: 400, next: 'Make the places exact: nothing but their values may change.' },
  'restart-failed': { status: 503, next: "Run the settings' command by hand as the agent's user." },
  'not-ready': { status: 503, next: 'See why the connector does not come up.' },
  'read-back-differs': { status: 503, next: 'See who else writes the configuration.' },
  'token-refused': { status: 503, next: 'See whether the IAM holds this secret.' },
  'token-endpoint-unavailable': { status: 503, next: 'Make the token endpoint reachable from this host.' },
  'command-failed': { status: 503, next: "Run the adapter's command by hand." },
  'command-timeout': { status: 503, next: "Make the adapter's command faster, or its timeout longer." },
  'store-unavailable': { status: 503, next: 'Make the server beside the agent answer.' },
  'store-unauthorized': { status: 403, next: "Correct the token in the adapter's token file." },
  'store-invalid': { status: 400, next: 'Make the command or server answer as the contract says.' },
  'store-refused': { status: 400, next: 'See what the command or server says.' },
  'take-back-failed': { status: 503, next: 'See the recovery section of the documentation at once.' },
  unrecovered: { status: 503, next: 'See the recovery section of the documentation.' },
  internal: { status: 503, next: "See the agent's log; report it if it persists." },
} as const satisfies Record<string, Row>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The agent refuses or fails. Its message says what happened and what state things are in; it never has a value of the configuration in it. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }

  /** The status of the answer. */
  get status(): Row['status'] {
    return PROBLEMS[this.code].status;
  }
}

/** The agent's settings or its command line can't be served; the message is for the person who wrote them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Any error as one of ours. The text of a foreign error stays out, since it may quote what it was given. */
export function asAgentError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const kind = error instanceof Error ? (codeOf(error) ?? error.name) : typeof error;
  return new AgentError('internal', `The agent met an error that it doesn't know (${kind}).`);
}

/** The system's code of an error: `ENOENT`, `EBUSY`. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
