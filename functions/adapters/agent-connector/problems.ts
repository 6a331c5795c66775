import type { AgentReply } from '../../credential/agent-line.ts';
import { type ErrorCode, RotationError } from '../../credential/errors.ts';

/** What a status of an agent means, as over HTTPS. */
const BY_STATUS: Readonly<Record<Exclude<AgentReply['status'], 200 | 204 | 412>, ErrorCode>> = {
  400: 'connector-invalid',
  403: 'connector-unauthorized',
  404: 'connector-not-found',
  409: 'connector-invalid',
  503: 'connector-unavailable',
};

/** What to do where two hosts have one agent's name. */
export const ONE_HOST =
  'Start one host per name: end the agent on the other host, or give it a name, a queue and a role of its own.';

/** What the agents' codes say, and what to do. An agent's own sentence is another side's text: it is not repeated. */
const KNOWN: Readonly<Record<string, readonly [says: string, next: string]>> = {
  'wrong-agent': [
    'another agent reads its queue',
    "Give each agent its own name and its own role: see agents[] and the agents' settings.",
  ],
  'another-host': ['two hosts answer under its name', ONE_HOST],
  'credential-mismatch': [
    "the agent's settings give this configuration to another credential",
    "Compare the credential's id in the fleet file and in the agent's settings.",
  ],
  'secret-mismatch': [
    "the agent's settings name another secret",
    "Compare the prefix and the credential's id in the fleet file and in the agent's settings.",
  ],
  'configuration-unknown': [
    "the agent's settings have no such configuration",
    "Compare connectors[].configuration with the names in the agent's settings.",
  ],
  'clock-skew': ["the agent's clock differs by more than a minute", "Correct the clock of the agent's host."],
  'request-expired': ['the request reached the agent too late', 'See whether the agent is overloaded.'],
  'secret-denied': [
    "the agent's role may not read the secret",
    'Deploy the stack, and use the role that it made for this agent.',
  ],
  'secret-unavailable': [
    'the agent cannot reach Secrets Manager',
    "Open HTTPS to Secrets Manager from the agent's host.",
  ],
  'section-not-found': ['no section is ours', 'Enter the Client ID and URL in the connector once.'],
  'file-read-only': ['the file is read-only', "Give the agent's user the right to write the file."],
  'file-not-readable': ['the file cannot be read', "Give the agent's user the right to read the file."],
  'folder-not-writable': ['the folder cannot be written', "Give the agent's user the right to create files in it."],
  'file-not-found': ['the file is not there', "Correct the path in the agent's settings."],
  'file-locked': ['the file is locked', 'End the program that keeps the file open, or wait for it.'],
  'disk-full': ['the disk is full', "Make room on the disk of the agent's host."],
  'place-not-found': ['a place in the file is not there', "Correct the place in the agent's settings."],
  'place-ambiguous': ['a place in the file is there more than once', "Make the place in the agent's settings exact."],
  'value-encrypted': [
    'the connector keeps the secret encrypted',
    "Use the agent's command adapter with the vendor's own tool, or a manual connector.",
  ],
  'restart-failed': [
    'the connector could not be restarted',
    "Run the restart of the agent's settings by hand, as the agent's user.",
  ],
  'not-ready': ['the connector does not come up', 'See why the connector does not come up after its restart.'],
  'read-back-differs': ['the file holds something else afterwards', 'See who else writes the configuration.'],
  'take-back-failed': [
    'the former configuration could not be put back',
    "See the agent's log and its recovery section at once.",
  ],
  unrecovered: ['an earlier write was not finished', "See the agent's log and its recovery section."],
};

const CODE = /^[a-z][a-z0-9-]{1,40}$/;
const LOOK = "Look at the agent's log on its host, under this code.";

/** The error for a reply that is no success. It tells who, what, the status and the agent's code; never the agent's own text. */
export function replyFailure({ status, problem }: AgentReply, what: string): RotationError {
  const code = CODE.test(problem?.code ?? '') ? problem?.code : undefined;
  const [says, next] = (code !== undefined && Object.hasOwn(KNOWN, code) && KNOWN[code]) || [undefined, LOOK];
  const words = [code ?? 'no code', says].filter((word) => word !== undefined).join(', ');
  return new RotationError(errorCode(status, code), `${what}: ${status}: ${words}`, { next });
}

/** The file is as it was, and the connector was restarted once more: another try would restart it twice again. */
const NOT_LOADED: readonly (string | undefined)[] = ['restart-failed', 'not-ready'];

function errorCode(status: AgentReply['status'], code: string | undefined): ErrorCode {
  if (NOT_LOADED.includes(code)) return 'connector-unproven';
  if (code === 'section-not-found') return 'section-not-found';
  return BY_STATUS[status as keyof typeof BY_STATUS] ?? 'connector-invalid';
}
