import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { access } from './commands/access.ts';
import { completion } from './commands/completion.ts';
import { consolePage } from './commands/console.ts';
import { doctor } from './commands/doctor.ts';
import { fleet } from './commands/fleet.ts';
import { ack, reveal, submit } from './commands/hand.ts';
import { iam } from './commands/iam.ts';
import { iamJwk } from './commands/iam-jwk.ts';
import { history, list, status } from './commands/look.ts';
import { plan } from './commands/plan.ts';
import type { Act, Register } from './commands/register.ts';
import { revoke, rollback, rotate } from './commands/rotate.ts';
import { pause, resume } from './commands/schedule.ts';
import { report } from './report/command.ts';

export const VERSION = manifest.version;

/** In the order of the help. */
const COMMANDS: readonly Register[] = [
  plan,
  rotate,
  revoke,
  rollback,
  status,
  list,
  history,
  report,
  pause,
  resume,
  submit,
  reveal,
  ack,
  access,
  iam,
  iamJwk,
  fleet,
  doctor,
  consolePage,
  completion,
];

const AFTER = `
Examples:
  csr doctor
  csr plan acme-prod
  csr rotate acme-prod --wait --reason "suspected leak"
  csr list --json

Exit codes:
  0  done
  1  failed, and nothing was changed
  2  the command can't be carried out as it was typed
  3  failed, and something was changed, or nobody knows
  4  not now: the same command can succeed later

Calls are signed with your own AWS credentials: environment, profile, SSO, and so on. A secret is never an argument.`;

/** The command line. @param act carries a command out */
export function createProgram(act: Act): Command {
  const program = new Command('csr')
    .description("Rotates the client secrets of Novacura Flow's OData connectors: plan, rotate, revoke, look, repair.")
    .option(
      '--prefix <name>',
      'the deployment: the name of its stack',
      process.env.CSR_PREFIX ?? 'client-secret-rotation',
    )
    .option('--api-url <url>', "the API's address, instead of the stack's output", process.env.CSR_API_URL)
    .option('--profile <name>', 'a profile of the AWS configuration files')
    .option('--region <name>', 'the AWS region of the deployment')
    .option('--json', 'prints JSON to stdout, and nothing else')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', AFTER)
    .configureOutput({ outputError: (text, write) => write(withoutValue(text)) })
    .exitOverride();
  for (const register of COMMANDS) register(program, act);
  return program;
}

/** A value that is refused isn't repeated: a secret may have been typed in its place. */
export function withoutValue(text: string): string {
  return text.replace(/value '[\s\S]*?' (?:from env '\w+' )?is invalid/, 'what was given is invalid');
}
