import pMap from 'p-map';
import { type Listed, listCredentials } from '../api/credentials.ts';
import { problemOf } from '../api/problems.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { patiently } from '../patience.ts';
import { progress } from '../terminal/progress.ts';
import { shown, table } from '../terminal/text.ts';
import { dryRun } from './plan.ts';
import { begin, type Register } from './register.ts';

/** SigV4 is refused beyond this. */
const MOST_SKEW_MS = 300_000;
/** Worth correcting. */
const NOTED_SKEW_MS = 60_000;
/** Dry runs at a time. Each takes a second or so, and the API lets ten calls a second through. */
const AT_A_TIME = 6;
/** So many credentials are looked at unless all of them are asked for. */
const A_FEW = 25;

/** A rotation would begin nothing now, and nothing is wrong. */
const AT_PEACE: readonly string[] = ['too-soon', 'rotation-in-progress', 'frozen'];

/** What was looked at, and what was found. */
interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'wrong' | 'not checked';
  readonly detail: string;
  readonly next?: string | undefined;
}

/** `csr doctor`. */
export const doctor: Register = (program, act) => {
  begin(program, {
    name: 'doctor',
    description: 'finds out what is wrong: credentials, region, stack, API, clock, and each credential by a dry run',
    examples: ['csr doctor', 'csr doctor --all', 'csr doctor --profile acme-operator --region eu-north-1'],
    notes: `It changes nothing. Without --all it looks at ${A_FEW} credentials at most. Exit codes: 0 nothing is wrong, 1 something is.`,
  })
    .option('--all', 'looks at every credential, however many there are, and shows only what is wrong')
    .action(
      act(async (context: Context, { all = false }: DoctorOptions) => {
        const { findings, credentials } = await examine(context, all);
        const wrong = findings.filter((one) => !isOk(one));
        const value = { ok: wrong.length === 0, credentials, findings };
        const text = textOf({ shown: all ? wrong : findings, wrong: wrong.length, of: findings.length, credentials });
        return { exit: wrong.length === 0 ? EXIT.done : EXIT.failed, value, text };
      }),
    );
};

interface DoctorOptions {
  readonly all?: boolean;
}

/** How many credentials there are, and how many were looked at. */
interface Looked {
  readonly lookedAt: number;
  readonly of: number;
}

interface Told {
  readonly shown: readonly Finding[];
  readonly wrong: number;
  readonly of: number;
  readonly credentials: Looked;
}

function textOf({ shown: told, wrong, of, credentials }: Told): string {
  const rows = told.map(({ check, result, detail, next = '' }) => [check, result, shown(detail), shown(next)]);
  const left = credentials.of - credentials.lookedAt;
  return [
    ...(rows.length === 0 ? [] : [table(['CHECK', 'RESULT', 'FOUND', 'WHAT TO DO'], rows)]),
    ...(left > 0 ? [`${left} more credentials were not looked at: csr doctor --all.`] : []),
    wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${of} checks are not ok.`,
  ].join('\n');
}

interface Examined {
  readonly findings: Finding[];
  readonly credentials: Looked;
}

async function examine(context: Context, all: boolean): Promise<Examined> {
  const { session } = context;
  const none = (findings: Finding[]) => ({ findings, credentials: { lookedAt: 0, of: 0 } });
  const keys = await tried('AWS credentials', async () => expiryText((await session.keys()).expiration));
  const region = await tried('region', () => session.region());
  const before = [keys, region];
  if (!before.every(isOk)) return none([...before, skipped('stack'), skipped('API')]);
  const stack = await tried('stack', async () => (await context.api()).url);
  if (!isOk(stack)) return none([...before, stack, skipped('API')]);
  const { findings, credentials } = await examineApi(context);
  const looked = all ? credentials : credentials.slice(0, A_FEW);
  const step = progress(looked.length, (line) => context.note(line));
  const ofEach = await pMap(looked, (one) => examineCredential(one, context).finally(step), { concurrency: AT_A_TIME });
  return {
    findings: [...before, stack, ...findings, ...ofEach],
    credentials: { lookedAt: looked.length, of: credentials.length },
  };
}

function isOk({ result }: Finding): boolean {
  return result === 'ok';
}

function expiryText(expiration: Date | undefined): string {
  return expiration === undefined ? 'found' : `found, until ${expiration.toISOString()}`;
}

function skipped(check: string): Finding {
  return { check, result: 'not checked', detail: 'what it needs is missing' };
}

async function tried(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, result: 'ok', detail: await look() };
  } catch (error) {
    return wrong(check, error);
  }
}

function wrong(check: string, error: unknown): Finding {
  if (!(error instanceof CliError)) throw error;
  const { what, code, detail, next } = error.facts;
  const found = `${what}${code === undefined ? '' : ` (${code})`}${detail === undefined ? '' : `: ${detail}`}`;
  // Nobody who reads this needs to be sent here.
  return { check, result: 'wrong', detail: found, next: next.replace(': csr doctor.', '.') };
}

/** One call tells whether the API answers, whether the caller may call it, and what time it is there. */
async function examineApi(context: Context): Promise<{ findings: Finding[]; credentials: readonly Listed[] }> {
  const api = await context.api();
  const call = { method: 'GET', path: '/credentials?limit=1' } as const;
  try {
    const answer = await api.send(call);
    const clock = clockFinding(answer.headers.get('date'), answer.at);
    if (answer.status !== 200) return { findings: [wrong('API', problemOf(call, answer)), clock], credentials: [] };
    const credentials = await listCredentials(api);
    const found: Finding = { check: 'API', result: 'ok', detail: `answers; ${credentials.length} credentials` };
    return { findings: [found, clock], credentials };
  } catch (error) {
    return { findings: [wrong('API', error)], credentials: [] };
  }
}

function clockFinding(date: string | null, at: number): Finding {
  const check = 'clock';
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return { check, result: 'not checked', detail: 'the API did not say what time it is' };
  const skew = at - there;
  // The header tells whole seconds, and the answer was under way.
  const detail = Math.abs(skew) < 2000 ? 'as the API has it' : `${Math.round(skew / 1000)} s off`;
  if (Math.abs(skew) < NOTED_SKEW_MS) return { check, result: 'ok', detail };
  const refused = Math.abs(skew) >= MOST_SKEW_MS ? 'AWS refuses calls that are signed by this clock. ' : '';
  return { check, result: 'wrong', detail, next: `${refused}Set the clock of this machine right, by NTP.` };
}

async function examineCredential(one: Listed, context: Context): Promise<Finding> {
  const check = one.id;
  if ('problem' in one) {
    const { code, detail, next } = one.problem;
    return { check, result: 'wrong', detail: `${code}: ${detail}`, next };
  }
  const overdue = one.tasks.find((task) => task.overdue);
  try {
    const { state, action, wouldRefuse, connectors } = await patiently(async () => dryRun(one.id, await context.api()));
    const refusal = AT_PEACE.includes(wouldRefuse?.code ?? '') ? undefined : wouldRefuse;
    const problem = refusal ?? connectors.find((connector) => connector.problem)?.problem;
    if (problem) return { check, result: 'wrong', detail: `${problem.code}: ${problem.detail}`, next: problem.next };
    if (overdue)
      return {
        check,
        result: 'wrong',
        detail: `a task is overdue since ${overdue.dueAt}`,
        next: `csr status ${one.id} tells which.`,
      };
    return {
      check,
      result: 'ok',
      detail: `${state}; ${wouldRefuse ? wouldRefuse.detail : `a rotation would ${action}`}`,
    };
  } catch (error) {
    return wrong(check, error);
  }
}
