import { type Command, InvalidArgumentError } from 'commander';
import { fleetListResult, fleetResult, planText } from '../api/fleet-report.ts';
import {
  followFleetRotation,
  lastFleetRotations,
  startFleetRotation,
  stopFleetRotation,
  underWay,
} from '../api/fleet-rotations.ts';
import type { Context, Result } from '../context.ts';
import { failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openQuestions } from '../terminal/questions.ts';
import { parseNumber } from './register.ts';

type Tags = Readonly<Record<string, string>>;
type Wave = { readonly tags: Tags } | { readonly match: string };

/** Options of a rotation of many. */
export interface ManyOptions {
  readonly all?: boolean;
  readonly tag?: Tags;
  readonly match?: string;
  readonly wave?: readonly Wave[];
  readonly tolerate?: { readonly count: number } | { readonly percent: number };
  readonly concurrency?: number;
  readonly revokePrevious?: boolean;
  readonly plan?: boolean;
  readonly yes?: boolean;
  /** True without an id: the one that is under way. */
  readonly watch?: string | true;
  readonly list?: boolean;
  readonly abort?: string;
  readonly force?: boolean;
  readonly reason?: string;
  readonly idempotencyKey?: string;
  readonly attended?: boolean;
  readonly leaveBehind?: readonly string[];
}

/** What is said about many in the help. */
export const MANY_NOTES = `Many at once: --all, --tag or --match choose, --wave puts them in order, and the rest comes last. A plan is shown and
confirmed first. One goes on at a time. csr follows to the end; whoever leaves finds it again with --watch. --abort
begins nothing more, and finishes what has begun. One that fails keeps none of the others; a wave that fails more often than --tolerate says is
the last one.`;

/** Adds the options of a rotation of many. */
export function manyOptions(command: Command): Command {
  return command
    .option('--all', 'many: every credential')
    .option('--tag <key=value>', 'many: those with this tag; can be given several times', parseTag)
    .option('--match <pattern>', "many: those whose id fits, for example 'acme-*'")
    .option('--wave <key=value|pattern>', 'many: these first; can be given several times, in order', parseWave)
    .option(
      '--tolerate <number|percent>',
      'many: failures that a wave bears, as 3 or 5%; 10% by default',
      parseTolerated,
    )
    .option('--concurrency <n>', 'many: how many at a time; 20 by default', parseNumber(1000))
    .option('--revoke-previous', 'many: ends each previous secret at once, whatever the grace; for a leak')
    .option('--plan', 'many: shows which ones, and rotates nothing')
    .option('--yes', 'many: without the plan and its question')
    .option('--watch [execution]', 'many: follows one that was begun before; without an id the one under way')
    .option('--list', 'many: shows the last ones, newest first')
    .option('--abort <execution>', 'many: begins nothing more, and finishes what has begun');
}

/** Carries out a rotation of many, or what is asked about one. @throws {CliError} */
export async function rotateMany(context: Context, options: ManyOptions): Promise<Result> {
  const { watch, abort, list = false, plan = false, yes = false, idempotencyKey: key } = options;
  if (abort !== undefined)
    return { ...fleetResult(await stopFleetRotation(abort, await context.api())), exit: EXIT.done };
  if (list) return fleetListResult(await lastFleetRotations(await context.api()));
  if (watch !== undefined) {
    const executionId = watch === true ? await underWay(await context.api()) : watch;
    return fleetResult(await followFleetRotation(executionId, context));
  }
  const body = bodyOf(options);
  if (plan || !yes) {
    const planned = await planOf(body, context);
    if (plan) return planned;
    await confirmed(planned, context);
  }
  const executionId = await startFleetRotation({ body, key }, await context.api());
  context.note(`Begun. Look again: csr rotate --watch ${executionId}. End it: csr rotate --abort ${executionId}`);
  return fleetResult(await followFleetRotation(executionId, context));
}

async function planOf(body: object, context: Context): Promise<Result> {
  const executionId = await startFleetRotation({ body: { ...body, dryRun: true } }, await context.api());
  const planned = await followFleetRotation(executionId, context);
  if (planned.outcome !== 'planned')
    throw failed({
      what: 'The credentials could not be chosen',
      next: `See the execution ${executionId} in Step Functions.`,
    });
  if (planned.waves.length > 0) return { ...fleetResult(planned), text: planText(planned) };
  throw failed({ what: 'No credential is chosen', next: 'See the ids and tags: csr list, and the fleet file.' });
}

async function confirmed(planned: Result, { note }: Context): Promise<void> {
  note(planned.text);
  const questions = openQuestions();
  try {
    if (await questions.confirm('Rotate these now?', false)) return;
  } finally {
    questions.close();
  }
  throw failed({ what: 'It was not confirmed', next: 'Repeat the command and say yes, or give --yes.' });
}

/** @throws {CliError} for options that don't go together */
function bodyOf(options: ManyOptions): object {
  const { all, tag, match, wave, tolerate, concurrency, reason, force, revokePrevious } = options;
  const choice = { ...(tag && { tags: tag }), ...(match !== undefined && { match }) };
  const select = { ...(all && { all }), ...choice };
  const names = Object.keys(select).length;
  if (names === 0) throw usage('Neither a credential nor --all, --tag or --match is given');
  if (all && names > 1) throw usage('--all goes with neither --tag nor --match', 'Leave --all out.');
  if (options.attended || options.leaveBehind)
    throw usage('--attended and --leave-behind are about one credential', 'Name the credential.');
  if ((force || revokePrevious) && reason === undefined)
    throw usage('--force and --revoke-previous need a --reason for many', 'Say why: --reason "stolen laptop".');
  return { select, waves: wave, tolerated: tolerate, maxConcurrency: concurrency, reason, force, revokePrevious };
}

function parseTag(text: string, before: Tags = {}): Tags {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key !== '') return { ...before, [key]: value };
  throw new InvalidArgumentError('It must be a tag and its value, as in environment=prod.');
}

function parseWave(text: string, before: readonly Wave[] = []): readonly Wave[] {
  return [...before, text.includes('=') ? { tags: parseTag(text) } : { match: text }];
}

function parseTolerated(text: string): { count: number } | { percent: number } {
  const [, number = '', percent] = /^(\d{1,5})(%?)$/.exec(text) ?? [];
  if (number === '' || (percent && Number(number) > 100))
    throw new InvalidArgumentError('It must be a whole number, or a percentage such as 5%.');
  return percent ? { percent: Number(number) } : { count: Number(number) };
}
