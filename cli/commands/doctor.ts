import pMap from 'p-map';
import { type Listed, listCredentials } from '../api/credentials.ts';
import { problemOf } from '../api/problems.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { shown, table } from '../terminal/text.ts';
import { dryRun } from './plan.ts';
import { begin, type Register } from './register.ts';

/** SigV4 is refused beyond this. */
const MOST_SKEW_MS = 300_000;
/** Worth correcting. */
const NOTED_SKEW_MS = 60_000;
/** Dry runs at a time: the API lets ten calls a second through. */
const AT_A_TIME = 3;

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
    examples: ['csr doctor', 'csr doctor --profile acme-operator --region eu-north-1'],
    notes: 'It changes nothing. Exit codes: 0 nothing is wrong, 1 something is.',
  }).action(
    act(async (context: Context) => {
      const findings = await examine(context);
      const wrong = findings.filter(({ result }) => result !== 'ok').length;
      const rows = findings.map(({ check, result, detail, next = '' }) => [check, result, shown(detail), shown(next)]);
      const end = wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${findings.length} checks are not ok.`;
      const text = `${table(['CHECK', 'RESULT', 'FOUND', 'WHAT TO DO'], rows)}\n${end}`;
      return { exit: wrong === 0 ? EXIT.done : EXIT.failed, value: { ok: wrong === 0, findings }, text };
    }),
  );
};

async function examine(context: Context): Promise<Finding[]> {
  const { session } = context;
  const keys = await tried('AWS credentials', async () => expiryText((await session.keys()).expiration));
  const region = await tried('region', () => session.region());
  const before = [keys, region];
  if (before.some(isWrong)) return [...before, skipped('stack'), skipped('API')];
  const stack = await tried('stack', async () => (await context.api()).url);
  if (isWrong(stack)) return [...before, stack, skipped('API')];
  const { findings, credentials } = await examineApi(context);
  return [
    ...before,
    stack,
    ...findings,
    ...(await pMap(credentials, (one) => examineCredential(one, context), { concurrency: AT_A_TIME })),
  ];
}

function isWrong({ result }: Finding): boolean {
  return result !== 'ok';
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
    const { state, action, wouldRefuse, connectors } = await dryRun(one.id, await context.api());
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
