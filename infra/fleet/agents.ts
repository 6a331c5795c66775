import * as z from 'zod';
import { lateWriteMs, replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import { agentTimeoutMs, type Credential } from '../../functions/credential/settings/credential.ts';
import { anyway, distinct, type Tell } from '../../functions/credential/settings/parts/checks.ts';
import { ID, ID_RULE } from '../../functions/credential/settings/parts/parts.ts';
import { shortestFunctionTimeoutMs } from '../../functions/rotation/run/budget.ts';
import type { Deployment } from '../context.ts';
import { didYouMean } from '../faults/did-you-mean.ts';
import type { Fault } from '../faults/fault.ts';

const MOST_AGENTS = 50;
/** @see [Queue names](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html) */
const LONGEST_QUEUE_NAME = 80;

/** Who may be an agent by a certificate. */
const rolesAnywhere = z
  .strictObject({
    trustAnchorArn: z
      .string()
      .regex(
        /^arn:[^:]+:rolesanywhere:[a-z0-9-]+:\d{12}:trust-anchor\/[a-f0-9-]{36}$/,
        'is not the ARN of a trust anchor of IAM Roles Anywhere',
      )
      .describe("The trust anchor of the authority that signs the agent's certificate."),
    subject: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, 'must be a common name of letters, digits, blanks, dots and hyphens')
      .describe("The common name (CN) in the subject of the agent's certificate."),
  })
  .describe('Who may be this agent: whoever has a certificate of this trust anchor with this common name.');

/** One agent: a program that runs beside connectors. */
const agent = z
  .strictObject({
    name: z
      .string()
      .regex(ID, ID_RULE)
      .describe('Unique name of the agent. It names its queue; each host has its own.'),
    principalArns: z
      .array(
        z.string().regex(/^arn:[^:]+:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'is not the ARN of an IAM role or user'),
      )
      .min(1, 'needs at least one principal')
      .max(10, 'has more than 10 principals')
      .optional()
      .describe("Who may be this agent: IAM roles or users, for example the role of the host's instance."),
    rolesAnywhere: rolesAnywhere.optional(),
  })
  .check(
    anyway<{ principalArns?: unknown; rolesAnywhere?: unknown }>(({ principalArns, rolesAnywhere: anywhere }, tell) => {
      if ((principalArns === undefined) === (anywhere === undefined)) {
        tell([], 'needs either principalArns or rolesAnywhere: who may be this agent');
      }
    }),
  );

/** The agents of the fleet file. */
export const agents = z
  .array(agent)
  .max(MOST_AGENTS, `has more than ${MOST_AGENTS} agents: split the file, with a stack of its own for each part`)
  .check(distinct('name'))
  .default([])
  .describe(`The agents that run beside connectors of this file and only dial out, at most ${MOST_AGENTS}.`);

/** An agent's settings. */
export type AgentSettings = z.infer<typeof agent>;

interface Used {
  readonly path: readonly PropertyKey[];
  readonly agent: unknown;
  readonly configuration: unknown;
}

/** Checks that connectors name agents that there are, and that each configuration of an agent belongs to one connector. */
export const agentsFit = anyway<{ credentials?: unknown; agents?: unknown }>(({ credentials, agents: list }, tell) => {
  const names = elements(list).map((one) => String(membersOf(one).name));
  const used = elements(credentials).flatMap(connectorsByAgent);
  for (const { path, agent: name } of used) {
    if (typeof name !== 'string' || names.includes(name)) continue;
    tell([...path, 'agent'], `'${name}' is not among agents[].name; ${didYouMean(name, names) ?? 'add it there'}`);
  }
  tellTwice(used, tell);
});

function tellTwice(used: readonly Used[], tell: Tell): void {
  const firsts = new Map<string, Used>();
  for (const one of used) {
    const { path, agent: name, configuration } = one;
    const key = JSON.stringify([name, configuration]);
    const first = firsts.get(key);
    if (!first) firsts.set(key, one);
    if (!first || typeof configuration !== 'string') continue;
    const other = first.path.map(String).join('.');
    tell(
      [...path, 'configuration'],
      `is already that of ${other}: the settings of an agent give each configuration to one credential, under a name of its own`,
    );
  }
}

function connectorsByAgent(credential: unknown, index: number): Used[] {
  return elements(membersOf(credential).connectors).flatMap((connector, i) => {
    const { via, agent: name, configuration } = membersOf(connector);
    return via === 'agent' ? [{ path: ['credentials', index, 'connectors', i], agent: name, configuration }] : [];
  });
}

/** Agents that no connector names. */
export function unusedAgents(credentials: readonly Credential[], list: readonly AgentSettings[]): Fault[] {
  const used = new Set(
    credentials.flatMap(({ connectors }) => connectors.flatMap((one) => (one.via === 'agent' ? [one.agent] : []))),
  );
  return list.flatMap(({ name }, index) =>
    used.has(name)
      ? []
      : [{ path: ['agents', index, 'name'], message: `no connector is reached by the agent '${name}'` }],
  );
}

/** What of agents doesn't fit the deployment: the time of a function, and the length of names. */
export function agentDeploymentFaults(
  credentials: readonly Credential[],
  list: readonly AgentSettings[],
  deployment: Pick<Deployment, 'prefix' | 'timeouts'>,
): Fault[] {
  const named = list.map(({ name }, index) => ({
    path: ['agents', index, 'name'],
    queue: requestQueueName(deployment.prefix, name),
  }));
  const answered = credentials.flatMap((credential, index) => {
    const queue = replyQueueName(deployment.prefix, credential.id);
    return agentTimeoutMs(credential) > 0 ? [{ path: ['credentials', index, 'id'], queue }] : [];
  });
  const long = [...named, ...answered].flatMap(({ path, queue }) =>
    queue.length > LONGEST_QUEUE_NAME
      ? [
          {
            path,
            message: `makes the queue ${queue} longer than ${LONGEST_QUEUE_NAME} characters; shorten it or the prefix`,
          },
        ]
      : [],
  );
  return [...long, ...credentials.flatMap((credential, index) => timeFaults(credential, index, deployment))];
}

/** Where two secrets work at once, nothing has to be taken back in time. */
function timeFaults(credential: Credential, index: number, { timeouts }: Pick<Deployment, 'timeouts'>): Fault[] {
  const timeoutMs = agentTimeoutMs(credential);
  if (timeoutMs === 0) return [];
  const takesBack = credential.strategy === 'in-place' || credential.strategy === 'auto';
  const agent = { timeoutMs, lateMs: lateWriteMs(timeoutMs), takesBack };
  const shortest = Math.ceil(shortestFunctionTimeoutMs(durationMs(timeouts.http), agent) / 1000);
  if (durationMs(timeouts.function) >= shortest * 1000) return [];
  const connector = credential.connectors.findIndex(
    (one) => one.via === 'agent' && durationMs(one.timeout) === timeoutMs,
  );
  const why = takesBack
    ? `${credential.strategy} may have to take a change back, which restarts the connector once more`
    : 'the restart of the connector is part of a run';
  return [
    {
      path: ['credentials', index, 'connectors', connector, 'timeout'],
      message: `the context's timeouts.function '${timeouts.function}' is too short for it: ${why}; it needs at least PT${shortest}S`,
    },
  ];
}

function elements(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
