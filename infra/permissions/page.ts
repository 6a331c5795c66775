import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { atomsOf, covers, type Holder, holdersOf } from './compared.ts';
import { CONDITIONS } from './conditions.ts';
import { type Granted, grantedBy, type ResourcePolicy, type Statement, short } from './grants.ts';
import type { Need } from './needs.ts';
import { NEEDS_OF_PEOPLE } from './people.ts';
import { REASONS } from './services.ts';
import { agentsOfFleet, everyFeature, templatesOf } from './synthesized.ts';

/** Where the page lies. */
export const PERMISSIONS_FILE = resolve(import.meta.dirname, '../../docs/permissions.md');

const HEAD = `# Permissions

Who may do what in a deployment, and why: every grant of the templates, no more and no less. \`npm run permissions\` makes this page from the synthesized templates of a fleet with every feature; a test fails while the page says anything else, or a grant has no reason.

- Resources are ARNs without their head: \`secret:<prefix>/*\` is \`arn:<partition>:secretsmanager:<region>:<account>:secret:<prefix>/*\`. \`*\` alone is no resource: AWS knows none for the action.
- \`ServiceKey\`, \`ServiceDeadLetters\` and the like have no fixed name: CloudFormation names them.
- \`ServiceSignerKey\` and \`key/0f4b0a52…\` stand for the stack's own signing key and one that a credential names by its ARN, the roles of 222233334444 and 333344445555 for those that credentials name in customers' accounts: each role of a function names exactly them.
- A row that says **denied** takes something away, whatever other rows say.
- What a fleet doesn't use is not granted: inboxes need an IAM that a person changes, \`RotateSecret\` needs \`native\`, queues need agents, \`kms:Sign\` needs \`kmsKeyId\`, \`sts:AssumeRole\` needs \`account\`, network interfaces need the context \`vpc\`, and planning by \`audit\` needs the context \`repair\`. A deployment with several stacks is ready for inboxes, \`native\` and agents.
- With \`local=true\`, for emulators, a few grants are wider. A test names them, and sees that they are absent otherwise.
- An agent's role names its own queue and its own credentials, one by one.

A simulator asks for each role whether IAM allows every line of its table, and denies its neighbours: other actions on the same resource, the same action on others' resources, under another prefix, in another region, and without the condition. \`test/infra/permissions\` counts them. MiniStack enforces the roles in the suites of \`test/e2e\`.
`;

/** The whole page. */
export function permissionsPage(granted: Granted = grantedBy(templatesOf(everyFeature()))): string {
  const holders = holdersOf(granted);
  const agents = holders.filter(({ role }) => role.name.startsWith('agent '));
  const others = holders.filter((holder) => !agents.includes(holder) && holder.role.statements.length > 0);
  return [
    HEAD,
    '## Roles',
    ...others.map((holder) => `### ${holder.role.name}\n\n${takenBy(holder)}\n\n${tableOf(holder)}`),
    `### An agent's role\n\nTaken by the principals of \`principalArns\`, or by a certificate of \`rolesAnywhere\` with its subject.\n\n${agentTable(agents)}`,
    ...holders
      .filter(({ role }) => role.statements.length === 0)
      .map((holder) => `### ${holder.role.name}\n\n${takenBy(holder)} It may do nothing.`),
    "## Services\n\nWhat keys, queues, topics and functions say themselves. Queues, the topic and the bucket deny everybody whatever comes without TLS. The key lets the account's own policies decide: those above.",
    servicesTable(granted.resourcePolicies),
    `## People\n\nCalls of the API need \`execute-api:Invoke\` on their routes, and nothing else: see [customers](customers.md). These commands of [csr](cli.md) do something by the caller's own right.`,
    peopleTable(),
  ]
    .join('\n\n')
    .concat('\n');
}

function takenBy({ role }: Holder): string {
  const [trust] = role.trust;
  const { Service } = (trust?.Principal ?? {}) as { Service?: string };
  const condition = trust?.Condition ? `, where ${conditionText(trust.Condition)}` : '';
  return `Taken by \`${Service}\`${condition}.`;
}

/** One row for each need, with the actions that are granted. */
function rowsOf({ role, needs }: Holder): string[] {
  const atoms = atomsOf(role.statements);
  return needs.map((need) => {
    const actions = atoms.filter((atom) => covers(need, atom)).map(({ action }) => action);
    return row([code([...new Set(actions)].toSorted()), code([need.on]), whenOf(need), need.why]);
  });
}

function whenOf({ when, denied }: Need): string {
  const text = when ? conditionText(CONDITIONS[when].condition) : '';
  return denied ? `**denied** if ${text}` : text;
}

const COLUMNS = ['actions', 'on', 'only if', 'why'];

function tableOf(holder: Holder): string {
  return [row(COLUMNS), rule(COLUMNS), ...new Set(rowsOf(holder))].join('\n');
}

/** All agents' tables are one, but for names. */
function agentTable(agents: readonly Holder[]): string {
  const fleet = agentsOfFleet();
  const rows = agents.flatMap((holder) => {
    const own = fleet.find(({ name }) => holder.role.name === `agent ${name}`);
    const names = [[own?.name ?? '', '<agent>'] as const, ...(own?.ids ?? []).map((id) => [id, '<id>'] as const)];
    return rowsOf(holder).map((one) =>
      names.reduce((text, [name, placeholder]) => text.replaceAll(name, placeholder), one),
    );
  });
  return [row(COLUMNS), rule(COLUMNS), ...new Set(rows)].join('\n');
}

function servicesTable(policies: readonly ResourcePolicy[]): string {
  const columns = ['service', ...COLUMNS];
  const rows = policies.flatMap(({ arn, statements }) =>
    statements.flatMap((one) => principalsOf(one).map((service) => serviceRow(short(arn), service, one))),
  );
  return [row(columns), rule(columns), ...rows].join('\n');
}

function serviceRow(on: string, principal: string, { Action, Condition }: Statement): string {
  const service = short(principal);
  const why = REASONS[`${service} on ${on}`];
  if (!why) throw new Error(`say in infra/permissions/services.ts why ${service} may use ${on}`);
  return row([code([service]), code(Action.toSorted()), code([on]), Condition ? conditionText(Condition) : '', why]);
}

/** The services that a statement lets in. */
export function principalsOf({ Effect, Principal }: Statement): string[] {
  if (Effect === 'Deny') return [];
  return [(Principal as { Service?: string | string[] }).Service ?? []].flat();
}

function peopleTable(): string {
  const columns = ['command', ...COLUMNS];
  const rows = Object.entries(NEEDS_OF_PEOPLE).flatMap(([command, needs]) =>
    needs.map((one) => row([code([command]), code(one.actions.toSorted()), code([one.on]), whenOf(one), one.why])),
  );
  return [row(columns), rule(columns), ...rows].join('\n');
}

const WORDS: Readonly<Record<string, string>> = {
  StringEquals: 'is',
  StringLike: 'is like',
  ArnEquals: 'is',
  ArnLike: 'is like',
  StringEqualsIfExists: 'is, where the call has one,',
  'ForAllValues:StringEquals': 'is always',
  'ForAllValues:StringLike': 'is always like',
  'ForAllValues:StringNotLike': 'is never like',
};

/** @throws {Error} for an operator that nobody has put into words */
function conditionText(condition: object): string {
  return Object.entries(condition)
    .flatMap(([operator, tests]) => Object.entries(tests as object).map((one) => testText(operator, one)))
    .join('; ');
}

function testText(operator: string, [key, value]: [string, unknown]): string {
  if (operator === 'Null' && value === 'false') return `${code([key])} is given`;
  const word = WORDS[operator];
  if (word === undefined) throw new Error(`put the operator ${operator} into words`);
  const values = ([value].flat() as string[]).map((one) => `\`${short(one)}\``).join(' or ');
  return `${code([key])} ${word} ${values}`;
}

const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(' ');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const rule = (columns: readonly string[]) => `|${'---|'.repeat(columns.length)}`;

if (import.meta.main) writeFileSync(PERMISSIONS_FILE, permissionsPage());
