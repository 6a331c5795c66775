import type { ConnectorPlan, Plan } from '../../functions/credential/plan.ts';
import type { Api } from '../api/client.ts';
import { bodyOf } from '../api/problems.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { pairs, shown, table } from '../terminal/text.ts';
import { begin, parseId, type Register } from './register.ts';

/** What people are told about {@link Plan.outage}. */
const OUTAGES: Readonly<Record<string, string>> = {
  none: 'no requests fail',
  'until-pushed': 'requests fail from the change in the IAM until the connectors have the new secret',
  'until-entered': 'requests fail from the change in the IAM until a person has entered the new secret',
  'none-or-until-pushed':
    'none where the IAM keeps the previous secret; else requests fail until the connectors have the new one',
  'none-or-until-entered':
    'none where the IAM keeps the previous secret; else requests fail until a person has entered the new one',
};

/** `csr plan`. */
export const plan: Register = (program, act) => {
  begin(program, {
    name: 'plan',
    description: 'shows what a rotation would do now, and changes nothing',
    examples: ['csr plan acme-prod', 'csr plan acme-prod --json'],
  })
    .argument('<id>', 'the credential', parseId)
    .action(
      act(async (context: Context, _options: object, id: string) => {
        const value = await dryRun(id, await context.api());
        return { exit: EXIT.done, value, text: planText(value) };
      }),
    );
};

/**
 * What a run would do now.
 *
 * @throws {CliError}
 */
export async function dryRun(id: string, api: Api): Promise<Plan> {
  const path = `/credentials/${encodeURIComponent(id)}/rotations`;
  const call = { method: 'POST', path, body: { dryRun: true }, credential: id, reads: true } as const;
  return bodyOf<Plan>(call, await api.send(call));
}

function planText({
  credential,
  state,
  action,
  reason,
  strategy,
  wouldProbe,
  outage,
  connectors,
  wouldRefuse,
}: Plan): string {
  const rows = connectors.map(connectorRow);
  return [
    `${credential}: nothing was changed. A rotation now would:`,
    ...pairs([
      ['find', state],
      ['do', `${action}: ${shown(reason)}`],
      ['strategy', strategy],
      ['outage', OUTAGES[outage] ?? outage],
      ['probe', wouldProbe ? 'first let the IAM try whether it keeps a previous secret' : undefined],
      ['refuse', wouldRefuse && shown(`${wouldRefuse.code}: ${wouldRefuse.detail}`)],
      ['to do', wouldRefuse && shown(wouldRefuse.next)],
    ]),
    '',
    table(['CONNECTOR', 'DOOR', 'HOLDS', 'PROOF', 'PROBLEM'], rows),
  ].join('\n');
}

function connectorRow({ name, door, holds, proof, problem }: ConnectorPlan): string[] {
  return [shown(name), door, holds, proof ?? '-', problem ? shown(`${problem.code}: ${problem.detail}`) : ''];
}
