import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { RotationError } from '../../credential/errors.ts';
import { Secret, secretText } from '../../credential/secret/secret.ts';
import type { AccessForms, AccessSecrets } from '../../ports/access-secrets.ts';
import { bearThrottling, type Patience } from '../aws/throttled.ts';
import { storeFailure } from './store.ts';

/** Text that can be encoded into a header: whole characters, and none that controls something. */
const text = z.string().min(1).refine(isCarried);
const secret = text.transform(wrapped);

/** Something in PEM: what it is shows where it is used. */
const pem = z.string().regex(/-----BEGIN [A-Z0-9 ]+-----/);

const beside = z
  .unknown()
  .transform(() => undefined)
  .optional();

/** What may lie beside certificates. Anything else is a member that was mistyped: without `ca`, the public authorities are trusted. */
const SIGN_IN = { clientSecret: beside, token: beside, username: beside, password: beside };

/** What can be sent: a token goes into its header as it is; the others are encoded first (RFC 6750 §2.1, RFC 7617 §2). */
export const FORMS = {
  clientSecret: z.object({ clientSecret: secret }),
  token: z.object({
    token: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .transform(wrapped),
  }),
  basic: z.object({ username: text.refine((name) => !name.includes(':')), password: secret }),
  tls: z
    .strictObject({
      ...SIGN_IN,
      ca: pem.optional(),
      certificate: pem.optional(),
      privateKey: pem.transform(wrapped).optional(),
      passphrase: secretText.optional(),
    })
    .refine(({ ca, certificate }) => ca !== undefined || certificate !== undefined)
    .refine(({ certificate, privateKey }) => (certificate === undefined) === (privateKey === undefined)),
} as const satisfies { [F in keyof AccessForms]: z.ZodObject<{ [M in keyof AccessForms[F]]-?: z.ZodType }> };

/** What a document of each form looks like, for messages. */
const LOOKS: Readonly<Record<keyof AccessForms, string>> = {
  clientSecret: '{"clientSecret"}',
  token: '{"token"}',
  basic: '{"username","password"}',
  tls: '{"ca"}, {"certificate","privateKey"} or all three, each a text in PEM, and no member that nobody reads',
};

/** How access secrets are read. */
interface Reading extends Patience {
  /** What was read, by secret, for whoever reads next. @default - nobody does */
  readonly remembered?: Map<string, unknown>;
}

/**
 * Access secrets in Secrets Manager.
 *
 * @param reading how long it bears with throttling, and what is remembered
 */
export function accessSecrets(
  client: SecretsManagerClient,
  { remembered: known = new Map(), ...patience }: Reading = {},
): AccessSecrets {
  const underWay = new Map<string, Promise<unknown>>();
  /** Several connectors may share a secret, and ask for it at the same time. A fresh one is not what was asked for before. */
  const fetchOnce = async (secretId: string, fresh: boolean): Promise<unknown> => {
    const before = fresh ? undefined : underWay.get(secretId);
    if (before) return await before;
    const fetching = fetchJson(client, secretId, patience);
    underWay.set(secretId, fetching);
    try {
      const value = await fetching;
      known.set(secretId, value);
      return value;
    } finally {
      if (underWay.get(secretId) === fetching) underWay.delete(secretId);
    }
  };
  const read: AccessSecrets['read'] = async (secretId, form, { fresh = false } = {}) => {
    const remembered = !fresh && known.has(secretId);
    const value = remembered ? known.get(secretId) : await fetchOnce(secretId, fresh);
    const result = FORMS[form].safeParse(value);
    if (result.success) return result.data as never;
    known.delete(secretId);
    // It may have been replaced by one of another form since.
    if (remembered) return await read(secretId, form, { fresh: true });
    throw new RotationError(
      'access-secret-invalid',
      `${secretId} is not a JSON document with ${LOOKS[form]}, or a value holds a character that can't be sent`,
    );
  };
  return { read };
}

async function fetchJson(client: SecretsManagerClient, secretId: string, patience: Patience): Promise<unknown> {
  const command = new GetSecretValueCommand({ SecretId: secretId });
  try {
    const { SecretString } = await bearThrottling({ what: secretId, command }, () => client.send(command), patience);
    return JSON.parse(SecretString ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    const failure = storeFailure(error, secretId);
    if (failure.code !== 'secret-not-found') throw failure;
    throw new RotationError('access-secret-invalid', `There is no secret ${secretId}, or it has no value`);
  }
}

function wrapped(value: string): Secret {
  return new Secret(value);
}

function isCarried(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return value.isWellFormed() && !/[\x00-\x1f\x7f]/.test(value);
}
