import type { Command } from 'commander';
import { requestRotation } from '../api/rotations.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { type Act, begin, collect, parseId, parseNumber, parseReason, type Register } from './register.ts';
import { MANY_NOTES, type ManyOptions, manyOptions, rotateMany } from './rotate-many.ts';

/** Options of whatever begins a rotation. */
interface RotationOptions {
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly force?: boolean;
  readonly attended?: boolean;
  readonly leaveBehind?: readonly string[];
  readonly idempotencyKey?: string;
}

const NOTES = `Without --wait the command waits as long as the API does, 25 s. A run that takes longer goes on.

Exit codes: 0 done (or, without --wait, begun), 1 failed and nothing changed, 2 usage, 3 failed and something changed or
nobody knows, 4 not now: retry later.`;

/** `csr rotate`. */
export const rotate: Register = (program, act) => {
  const command = begin(program, {
    name: 'rotate',
    description: 'replaces the secret now, of one credential or of many',
    examples: [
      'csr rotate acme-prod --wait',
      'csr rotate acme-prod --wait --reason "suspected leak"',
      'csr rotate acme-prod --attended --reason "anna is at the connector"',
      'csr rotate --all --wave environment=test --wave environment=prod --tolerate 5%',
      'csr rotate --tag environment=prod --plan',
      'csr rotate --all --revoke-previous --reason "stolen laptop"',
      'csr rotate --list',
      'csr rotate --watch',
      'csr rotate --watch 0195503b-2880-7000-8000-000000000001',
      'csr rotate --abort 0195503b-2880-7000-8000-000000000001',
    ],
    notes: `${NOTES}\n\n${MANY_NOTES}`,
  });
  command.option('--reason <text>', 'why; stands in the log and the answer', parseReason);
  const one = ask('rotations');
  manyOptions(leaving(common(command, '[id]'))).action(
    act(async (context: Context, options: RotationOptions & ManyOptions, id?: string) => {
      if (id === undefined) return await rotateMany(context, options);
      const many = MANY.filter((name) => options[name] !== undefined);
      if (many.length > 0)
        throw usage('Options for many are given together with a credential', 'Leave one of them out.');
      return await one(context, options, id);
    }),
  );
};

/** `csr revoke`. */
export const revoke: Register = (program, act) => {
  const command = begin(program, {
    name: 'revoke',
    description: 'replaces a secret that others know, and ends it at once, whatever the grace',
    examples: [
      'csr revoke acme-prod --wait --reason "secret was in a ticket"',
      'csr revoke acme-prod --wait --reason "stolen laptop" --leave-behind "IFS Test"',
    ],
    notes: `The previous secret is ended as soon as every connector has the new one, and the IAM is seen to refuse it.\nWhere it could not be ended, the exit code is 3.\n\n${NOTES}`,
  });
  command.requiredOption('--reason <text>', 'why; stands in the log and the answer', parseReason);
  leaving(common(command)).action(act(ask('rotations', { revokePrevious: true })));
};

/** `csr rollback`. */
export const rollback: Register = (program, act) => {
  const command = begin(program, {
    name: 'rollback',
    description: 'goes back to the previous secret, by a rotation with the same checks',
    examples: ['csr rollback acme-prod --wait --reason "the new secret does not work in production"'],
    notes: NOTES,
  });
  command.requiredOption('--reason <text>', 'why; stands in the log and the answer', parseReason);
  common(command).action(act(ask('rollback')));
};

/** Options that say which of many, and how. */
const MANY = [
  'all',
  'tag',
  'match',
  'wave',
  'tolerate',
  'concurrency',
  'revokePrevious',
  'plan',
  'yes',
  'watch',
  'list',
  'abort',
] as const satisfies readonly (keyof ManyOptions)[];

function common(command: Command, id = '<id>'): Command {
  return command
    .argument(id, 'the credential', parseId)
    .option('--wait', 'follows the run to its end, step by step')
    .option('--timeout <minutes>', 'how long --wait waits', parseNumber(60), 15)
    .option('--force', 'in spite of a freeze')
    .option('--attended', 'somebody is ready to enter the new secret in the manual connectors at once')
    .option('--idempotency-key <key>', 'a repeat with the same key gets the same rotation; draw a UUID');
}

function leaving(command: Command): Command {
  return command.option(
    '--leave-behind <connector>',
    'a connector that is neither asked nor written, and is cut off; can be given several times',
    collect,
  );
}

function ask(action: 'rotations' | 'rollback', fixed: object = {}): Parameters<Act>[0] {
  return (async (context: Context, options: RotationOptions, id: string) => {
    const { reason, force, attended, leaveBehind, wait = false, timeout, idempotencyKey } = options;
    const body = { ...fixed, reason, force, attended, leaveBehind };
    const patienceMs = timeout * 60_000;
    return await requestRotation({ id, action, body, wait, patienceMs, idempotencyKey }, context);
  }) as Parameters<Act>[0];
}
