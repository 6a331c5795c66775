import { Option } from 'commander';
import { FORMS } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import { writeSecretValue } from '../aws/secrets.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { readSecret } from '../terminal/secret.ts';
import { begin, type Register } from './register.ts';

/** What the rotator can sign in with. */
type Form = keyof typeof FORMS;

interface SetOptions {
  readonly form: Form;
  readonly username?: string;
}

/** `csr access set`. */
export const access: Register = (program, act) => {
  const group = program.command('access').description('the secrets with which the rotator itself signs in');
  begin(group, {
    name: 'set',
    description: 'creates or replaces an access secret, from a hidden prompt or from stdin',
    examples: [
      'csr access set client-secret-rotation-access/acme-prod/iam --form clientSecret',
      'csr access set client-secret-rotation-access/acme-prod/connector --form token < token.txt',
      'csr access set client-secret-rotation-access/acme-prod/warehouse --form basic --username flow',
    ],
    notes:
      'The value is neither in the history of the shell nor in the list of processes. It is encrypted with the default key of\nSecrets Manager, which is the only one besides its own that the stack may use.',
  })
    .argument('<secretId>', 'its name, as it stands in the fleet file')
    .addOption(
      new Option('--form <form>', 'clientSecret (the IAM, client-credentials), token (bearer) or basic')
        .choices(Object.keys(FORMS))
        .makeOptionMandatory(),
    )
    .option('--username <name>', 'with basic')
    .action(
      act(async (context: Context, { form, username }: SetOptions, secretId: string) => {
        checkName(secretId, context.prefix);
        if ((form === 'basic') !== (username !== undefined))
          throw usage('--username belongs to --form basic, and only to it', 'Give both or neither.');
        const given = await readSecret(`${form === 'basic' ? 'password' : form} for ${secretId}`);
        const value = form === 'basic' ? { username, password: given } : { [form]: given };
        if (!FORMS[form].safeParse(value).success)
          throw usage(
            `What was given can't be sent as ${form}: it has a control character or, in a token, a blank in it`,
            'Give the value and nothing else.',
          );
        const done = await writeSecretValue({ name: secretId, value }, context.session);
        return { exit: EXIT.done, value: { secretId, form, done }, text: `${secretId} was ${done}.` };
      }),
    );
};

function checkName(secretId: string, prefix: string): void {
  const begins = `${prefix}-access/`;
  if (secretId.startsWith(begins) && /^[\w/+=.@-]{1,512}$/.test(secretId)) return;
  // It isn't repeated: the secret itself may have been typed in its place.
  throw usage(
    'The argument is no name of an access secret',
    `It begins with ${begins}<id>/ or ${begins}shared/; the deployment is named with --prefix.`,
  );
}
