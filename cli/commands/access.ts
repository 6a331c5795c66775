import { Option } from 'commander';
import { canBeSent, documentOf, FORM_NAMES, type Form, isAccessName, unsendable } from '../access/entries.ts';
import { writeSecretValue } from '../aws/secrets.ts';
import type { Context, Result } from '../context.ts';
import { usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { readSecret } from '../terminal/secret.ts';
import { begin, type Register } from './register.ts';

interface SetOptions {
  readonly form?: Form;
  readonly username?: string;
  readonly fromFile?: string;
}

/** `csr access set`. */
export const access: Register = (program, act) => {
  const group = program.command('access').description('the secrets with which the rotator itself signs in');
  begin(group, {
    name: 'set',
    description: 'creates or replaces an access secret, from a hidden prompt or from stdin, or many from a file',
    examples: [
      'csr access set client-secret-rotation-access/acme-prod/iam --form clientSecret',
      'csr access set client-secret-rotation-access/acme-prod/connector --form token < token.txt',
      'csr access set client-secret-rotation-access/acme-prod/warehouse --form basic --username flow',
      'csr access set client-secret-rotation-access/acme-prod/iam-tls --form tls < tls.json',
      'csr access set --from-file access.csv',
    ],
    notes:
      'The value is neither in the history of the shell nor in the list of processes. It is encrypted with the default key of\nSecrets Manager, which is the only one besides its own that the stack may use. A file has the columns Secret ID, Form, Username\nand Value; nobody but its owner may have a right to it. Delete it afterwards.',
  })
    .argument('[secretId]', 'its name, as it stands in the fleet file')
    .addOption(
      new Option(
        '--form <form>',
        'clientSecret (the IAM, client-credentials), token (bearer), basic, or tls (certificates, as JSON)',
      ).choices(FORM_NAMES),
    )
    .option('--username <name>', 'with basic')
    .option(
      '--from-file <file>',
      'sets every access secret of a file of comma, semicolon or tab separated values; - is stdin',
    )
    .action(act(set));
};

async function set(context: Context, options: SetOptions, secretId?: string): Promise<Result> {
  const { form, username, fromFile } = options;
  if (fromFile === undefined) return await setOne(context, options, secretId);
  if (secretId !== undefined || username !== undefined)
    throw usage('--from-file takes neither a name nor --username: they stand in the file', 'Leave them out.');
  const { setFromFile } = await import('./access-many.ts');
  return await setFromFile(context, fromFile, form);
}

async function setOne(context: Context, { form, username }: SetOptions, secretId?: string): Promise<Result> {
  if (secretId === undefined) throw usage('No access secret was named', 'Name it, or a file of many: --from-file.');
  checkName(secretId, context.prefix);
  if (form === undefined)
    throw usage("required option '--form <form>' not specified", `It is one of ${FORM_NAMES.join(', ')}.`);
  if ((form === 'basic') !== (username !== undefined))
    throw usage('--username belongs to --form basic, and only to it', 'Give both or neither.');
  const given = await readSecret(`${form === 'basic' ? 'password' : form} for ${secretId}`);
  const value = documentOf(form, given, username);
  if (!canBeSent(form, value)) throw usage(`What was given ${unsendable(form)}`, 'Give the value and nothing else.');
  const done = await writeSecretValue({ name: secretId, value }, context.session);
  return { exit: EXIT.done, value: { secretId, form, done }, text: `${secretId} was ${done}.` };
}

function checkName(secretId: string, prefix: string): void {
  if (isAccessName(secretId, prefix)) return;
  // It isn't repeated: the secret itself may have been typed in its place.
  throw usage(
    'The argument is no name of an access secret',
    `It begins with ${prefix}-access/<id>/ or ${prefix}-access/shared/; the deployment is named with --prefix.`,
  );
}
