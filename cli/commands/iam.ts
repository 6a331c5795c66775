import type { Command } from 'commander';
import { administratorOptions, iamGroup, realmOptions } from './iam-options.ts';
import type { PrepareOptions } from './iam-prepare.ts';
import type { VerifyOptions } from './iam-verify.ts';
import { begin, collect, type Register } from './register.ts';

/** `csr iam prepare`, `csr iam verify` and `csr iam undo`. */
export const iam: Register = (program, act) => {
  const group = iamGroup(program);
  const prepare = begin(group, {
    name: 'prepare',
    description:
      "sets a realm of Keycloak up for rotations: the rotator's client, its least rights, and the overlap policy",
    examples: [
      'csr iam prepare --id acme-prod --plan --admin-user anna',
      'csr iam prepare --id acme-prod --admin-user anna',
      'csr iam prepare --id acme-prod --admin-client realm-admin --yes < secret.txt',
      'csr iam prepare --admin-url https://acme.example.com/auth/admin/realms/acmeprod --client NC_Flow_OData --jwks rotator.json',
    ],
    notes:
      "The plan is shown and confirmed first. What is missing is made, what was made here is changed, what others have made is never\nchanged; a second run finds nothing to do. The administrator's password, client secret or token comes from a hidden prompt or\nfrom stdin, and is forgotten. The rotator's secret goes from the IAM into Secrets Manager, and is shown to nobody.\nExit codes: 0 the realm is ready, 1 or 3 a person has to do something first.",
  });
  consenting(administratorOptions(realmOptions(prepare)))
    .option('--jwks <file>', 'the public keys (ES256) with which the rotator signs in, instead of a secret')
    .option('--manage-clients', 'before Keycloak 26.2: gives the rotator the role for all clients of the realm')
    .action(
      act(async (context, options: PrepareOptions) => (await import('./iam-prepare.ts')).prepare(context, options)),
    );
  const verify = begin(group, {
    name: 'verify',
    description: "proves with the rotator's own credentials that it can do what it must, and nothing else",
    examples: ['csr iam verify --id acme-prod', 'csr iam verify --id acme-prod --no-write --json'],
    notes:
      'It reads the access secret by your own right, signs in, and tries: first what a run does, then its neighbours, each of which has\nto be refused. It changes no secret; the one write is that of a run before it begins: a marker and an expiry far away.\nExit codes: 0 all is as it has to be, 1 something is missing, or too much is allowed.',
  });
  realmOptions(verify)
    .option('--neighbour <uuid>', "Keycloak's id of a client that must be refused; can be given several times", collect)
    .option('--no-write', 'leaves the write out; setting a secret is then not proven')
    .option('--manage-clients', 'before Keycloak 26.2: bears with what the role for all clients allows')
    .action(act(async (context, options: VerifyOptions) => (await import('./iam-verify.ts')).verify(context, options)));
  const undo = begin(group, {
    name: 'undo',
    description: 'takes out of a realm what csr iam prepare has made there, and nothing of others',
    examples: ['csr iam undo --id acme-prod --plan --admin-user anna', 'csr iam undo --id acme-prod --admin-user anna'],
    notes: 'What others use by now stays, and the reason is told. Pause the schedule first: csr pause ID.',
  });
  consenting(administratorOptions(realmOptions(undo))).action(
    act(async (context, options: PrepareOptions) => (await import('./iam-undo.ts')).undo(context, options)),
  );
};

function consenting(command: Command): Command {
  return command
    .option('--plan', 'shows what would be done, and changes nothing')
    .option('--yes', 'does it without asking; the plan is told on stderr');
}
