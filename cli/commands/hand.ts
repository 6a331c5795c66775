import { isUsableSecret, parseDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { documentOf } from '../access/entries.ts';
import type { ApiCall } from '../api/client.ts';
import { getCredential } from '../api/credentials.ts';
import { bodyOf } from '../api/problems.ts';
import { requestRotation } from '../api/rotations.ts';
import { readSecretValue, writeSecretValue } from '../aws/secrets.ts';
import type { Context } from '../context.ts';
import { failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { copy } from '../terminal/clipboard.ts';
import { openQuestions } from '../terminal/questions.ts';
import { readSecret } from '../terminal/secret.ts';
import { shown } from '../terminal/text.ts';
import { begin, parseId, type Register } from './register.ts';

/** `csr submit`. */
export const submit: Register = (program, act) => {
  begin(program, {
    name: 'submit',
    description: 'hands over a secret that a person has refreshed in the IAM, and rotates to it',
    examples: ['csr submit acme-prod', 'pass show acme/flow | csr submit acme-prod'],
    notes:
      'The secret comes from a hidden prompt or from stdin, and goes into the inbox by your own right to write it.',
  })
    .argument('<id>', 'the credential', parseId)
    .option('--no-rotate', 'leaves it to the next run to take the secret')
    .action(
      act(async (context: Context, { rotate }: { rotate: boolean }, id: string) => {
        const given = await readSecret(`the refreshed client secret of ${id}`);
        const clientSecret = new Secret(given.reveal().trim());
        if (!canBeSubmitted(clientSecret))
          throw usage(
            'What was given can be no client secret: it is a mask, or has blanks or other characters in it',
            'Copy the secret from the IAM again, and nothing else.',
          );
        const name = `${context.prefix}-inbox/${id}`;
        const absent = 'Compare the id with csr list. Only a credential whose IAM is manual has an inbox.';
        await writeSecretValue(
          { name, value: documentOf('clientSecret', clientSecret, undefined), credential: id, absent },
          context.session,
        );
        context.note(`${id}: the secret is in the inbox ${name}`);
        if (!rotate)
          return { exit: EXIT.done, value: { credential: id, inbox: name }, text: `${id}: the next run takes it.` };
        const body = { reason: 'a secret was submitted' };
        return await requestRotation({ id, action: 'rotations', body, wait: false, patienceMs: 0 }, context);
      }),
    );
};

/** Whether a text can be a client secret that somebody has copied from the IAM. */
function canBeSubmitted(secret: Secret): boolean {
  const text = secret.reveal();
  return isUsableSecret(secret) && !/[\s\p{C}]/u.test(text) && !text.startsWith('{');
}

const FIELDS = ['accessTokenUrl', 'clientId', 'clientSecret', 'scope'] as const;

interface RevealOptions {
  readonly clipboard?: boolean;
  readonly stdout?: boolean;
  readonly field: string;
  readonly json?: boolean;
}

/** `csr reveal`. */
export const reveal: Register = (program, act) => {
  begin(program, {
    name: 'reveal',
    description: 'gives the secret in use to the clipboard or to stdout, by your own right to read it',
    examples: ['csr reveal acme-prod --clipboard', 'csr reveal acme-prod --stdout --field scope'],
    notes: 'CloudTrail records that you have read it. Clear the clipboard afterwards.',
  })
    .argument('<id>', 'the credential', parseId)
    .option('--clipboard', 'puts it into the clipboard, and shows nothing')
    .option('--stdout', 'prints it, and nothing else, to stdout')
    .option('--field <name>', `${FIELDS.join(', ')}`, 'clientSecret')
    .action(
      act(async (context: Context, { clipboard, stdout, field }: RevealOptions, id: string) => {
        if (Boolean(clipboard) === Boolean(stdout))
          throw usage('Say where the secret goes', 'Add --clipboard or --stdout.');
        const name = FIELDS.find((one) => one === field);
        if (!name) throw usage(`There is no field ${field}`, `Name one of ${FIELDS.join(', ')}.`);
        const { text, versionId } = await readSecretValue(`${context.prefix}/${id}`, context.session, id);
        context.note(`${id}: version ${versionId} was read. CloudTrail records who read it.`);
        const value = fieldOf(text, name, id);
        if (stdout) {
          const clear = value.reveal();
          return { exit: EXIT.done, value: { credential: id, versionId, [name]: clear }, text: clear };
        }
        const program = await copy(value);
        const told = { credential: id, versionId, field: name, clipboard: program };
        return {
          exit: EXIT.done,
          value: told,
          text: `${id}: ${name} is in the clipboard (${program}). Clear it when you have entered it.`,
        };
      }),
    );
};

function fieldOf(text: Secret, name: (typeof FIELDS)[number], id: string): Secret {
  try {
    const field = parseDocument(text)[name];
    return typeof field === 'string' ? new Secret(field) : field;
  } catch {
    throw failed({
      credential: id,
      what: 'The stored value is no credential document',
      next: 'See csr plan: the next run tells what to do.',
    });
  }
}

/** `csr ack`. */
export const ack: Register = (program, act) => {
  begin(program, {
    name: 'ack',
    description: 'says that a secret was entered in a manual connector, in Design time and Runtime, and saved',
    examples: [
      'csr ack acme-test "Flow Connect" --version 0b9f6c1e-4a83-8d55-9c53-0f3c2c6f5d0a',
      'csr ack acme-test "Flow Connect"',
    ],
    notes: 'Nobody checks your word: on it the previous secret is ended. It is noted with your name.',
  })
    .argument('<id>', 'the credential', parseId)
    .argument('<connector>', "the connector's name, as csr status shows it")
    .option('--version <id>', 'the version that was entered; without it the current one, after a question')
    .action(
      act(async (context: Context, { version }: { version?: string }, id: string, connector: string) => {
        const versionId = version ?? (await confirmedVersion(context, id, connector));
        const path = `/credentials/${encodeURIComponent(id)}/connectors/${encodeURIComponent(connector)}/acknowledgement`;
        const ifLost = 'Repeat the command: the first word about a version stays.';
        const call: ApiCall = { method: 'POST', path, body: { versionId }, credential: id, ifLost };
        const value = bodyOf<{ by: string; at: string }>(call, await (await context.api()).send(call));
        const text = `${id}: ${shown(connector)} has version ${versionId}, by the word of ${shown(value.by)} at ${value.at}.`;
        return { exit: EXIT.done, value, text };
      }),
    );
};

async function confirmedVersion(context: Context, id: string, connector: string): Promise<string> {
  const { versionId } = await getCredential(id, await context.api());
  if (versionId === null)
    throw failed({
      credential: id,
      what: 'There is no current version yet',
      next: `Rotate first: csr rotate ${id} --wait.`,
    });
  const questions = openQuestions();
  try {
    const text = `${id}: was version ${versionId} entered in ${shown(connector)}, in Design time and in Runtime, and saved?`;
    if (await questions.confirm(text, false)) return versionId;
  } finally {
    questions.close();
  }
  throw failed({
    credential: id,
    what: 'Nothing was acknowledged',
    next: `Enter the secret first: csr reveal ${id} --clipboard.`,
  });
}
