import { parseDuration } from '../../functions/credential/duration.ts';
import { ID, ID_RULE } from '../../functions/credential/settings/parts/parts.ts';
import type { Question, Questions } from '../terminal/questions.ts';

/** What is known before the first question. */
export interface Known {
  readonly prefix: string;
  /** Ids that are taken. */
  readonly ids: readonly string[];
  /** Names of the agents in the file. */
  readonly agents: readonly string[];
  /** The time zone of this machine. */
  readonly timezone: string;
}

/** What is to be added to a fleet file. */
export interface Entry {
  readonly credential: Record<string, unknown>;
  /** Agents that the file doesn't have yet. */
  readonly agents: readonly { readonly name: string; readonly principalArns: readonly string[] }[];
}

const TOKEN_URL = /^(https:\/\/[^\s@\\?#]+)\/realms\/([^\s/?#]+)\/protocol\/openid-connect\/token$/;

/** Asks for everything that a credential needs. Defaults follow the vendor's advice for Flow's clients in IFS Cloud. */
export async function interview(questions: Questions, known: Known): Promise<Entry> {
  const { ask } = questions;
  const id = await ask({
    text: 'Id of the credential, customer and environment, for example acme-prod',
    fault: idFault(known.ids),
  });
  const accessTokenUrl = await ask({ text: 'Access Token URL, as it stands in the connector', fault: tokenUrlFault });
  // The same recognisable name at every customer, with the kind of sign-in at its end; case counts.
  const clientId = await ask({ text: 'Client ID, byte for byte', fallback: 'NC_Flow_ClientCredentials' });
  const scope = await ask({ text: 'Scope(s)', fallback: DEFAULT_SCOPE });
  const iam = await askIam(questions, { id, accessTokenUrl, prefix: known.prefix });
  const { connectors, agents } = await askConnectors(questions, { ...known, id });
  const schedule = await askSchedule(questions, known.timezone);
  const grace = await ask({
    text: 'Grace: how long the previous secret stays valid, where the IAM can do it',
    fallback: 'PT24H',
    fault: durationFault,
  });
  const [customer = id, environment] = id.split(/-(?=[^-]*$)/);
  const tags = { customer, ...(environment !== undefined && { environment }) };
  const credential = {
    id,
    accessTokenUrl,
    clientId,
    ...(scope !== DEFAULT_SCOPE && { scope }),
    ...(grace !== 'PT24H' && { grace }),
    iam,
    connectors,
    schedule,
    tags,
  };
  return { credential, agents };
}

const DEFAULT_SCOPE = 'openid microprofile-jwt';

function idFault(taken: readonly string[]): NonNullable<Question['fault']> {
  return (id) => {
    if (!ID.test(id)) return ID_RULE;
    return taken.includes(id) ? 'the file has a credential of this id' : undefined;
  };
}

function tokenUrlFault(text: string): string | undefined {
  if (TOKEN_URL.test(text)) return undefined;
  return 'must be https://<system>/auth/realms/<namespace>/protocol/openid-connect/token';
}

function durationFault(text: string): string | undefined {
  return parseDuration(text) === undefined ? 'must be an ISO 8601 duration, for example PT24H or P3D' : undefined;
}

function choice(...words: string[]): NonNullable<Question['fault']> {
  return (answer) => (words.includes(answer) ? undefined : `must be ${words.join(' or ')}`);
}

interface About {
  readonly id: string;
  readonly accessTokenUrl: string;
  readonly prefix: string;
}

async function askIam({ ask, confirm }: Questions, { id, accessTokenUrl, prefix }: About): Promise<object> {
  if (!(await confirm("Can the rotator call the IAM's admin API, with a client of its own", true)))
    return {
      type: 'manual',
      owner: await ask({ text: 'Who refreshes the secret in IFS Cloud', fallback: 'IFS administrator' }),
    };
  const [, base, realm] = TOKEN_URL.exec(accessTokenUrl) ?? [];
  const adminUrl = await ask({ text: 'Admin address of the realm', fallback: `${base}/admin/realms/${realm}` });
  const clientId = await ask({ text: "The rotator's own Client ID in the IAM", fallback: 'flow-secret-rotator' });
  const secretId = await ask({
    text: "Name of the access secret with that client's secret",
    fallback: `${prefix}-access/${id}/iam`,
  });
  return { adminUrl, auth: { clientId, secretId } };
}

async function askConnectors(questions: Questions, known: Known & { readonly id: string }) {
  const connectors: object[] = [];
  const agents: { name: string; principalArns: string[] }[] = [];
  do {
    const { connector, agent } = await askConnector(questions, {
      ...known,
      agents: [...known.agents, ...agents.map(({ name }) => name)],
    });
    connectors.push(connector);
    if (agent) agents.push(agent);
  } while (await questions.confirm('Does another connector hold this secret', false));
  return { connectors, agents };
}

async function askConnector({ ask }: Questions, { id, prefix, agents }: Known & { readonly id: string }) {
  // Connectors keep their name in every environment, since workflows name them.
  const name = await ask({ text: "The connector's name, the same in every environment", fallback: 'IFS Cloud' });
  const via = await ask({
    text: 'Its door: https, agent or manual',
    fallback: 'https',
    fault: choice('https', 'agent', 'manual'),
  });
  if (via === 'manual')
    return { connector: { name, via, owner: await ask({ text: 'Who enters the secret', fallback: 'service desk' }) } };
  if (via === 'https') {
    const url = await ask({ text: 'Address of its configuration, by the connector contract' });
    const type = await ask({
      text: 'How the rotator signs in there: bearer or basic',
      fallback: 'bearer',
      fault: choice('bearer', 'basic'),
    });
    const secretId = await ask({
      text: 'Name of the access secret for it',
      fallback: `${prefix}-access/${id}/connector`,
    });
    return { connector: { name, url, auth: { type, secretId } } };
  }
  const agent = await ask({
    text: "The agent's name, one for each host",
    fallback: `${id}-host`,
    fault: (text) => (ID.test(text) ? undefined : ID_RULE),
  });
  const configuration = await ask({ text: "Name of the configuration in the agent's settings", fallback: id });
  const connector = { name, via, agent, configuration };
  if (agents.includes(agent)) return { connector };
  const arn = await ask({ text: `ARN of the IAM role or user that ${agent} runs as` });
  return { connector, agent: { name: agent, principalArns: [arn] } };
}

/** Sunday night, outside of the hours that daylight saving skips or repeats. */
async function askSchedule({ ask }: Questions, timezone: string): Promise<object> {
  const expression = await ask({
    text: 'Schedule, as EventBridge Scheduler reads it',
    fallback: 'cron(30 3 ? * SUN *)',
  });
  return { expression, timezone: await ask({ text: 'Time zone of the schedule', fallback: timezone }) };
}
