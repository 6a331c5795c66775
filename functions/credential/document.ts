import * as z from 'zod';
import { RotationError } from './errors.ts';
import { inClear, Secret, secretText } from './secret/secret.ts';

/**
 * The value of a credential's secret: the four fields of the OData connector's authentication, in the order in which the
 * connector asks for them. Exactly these members, all strings.
 */
export interface CredentialDocument {
  readonly accessTokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scope: string;
}

const Document = z.strictObject({
  accessTokenUrl: z.url(),
  clientId: z.string().min(1),
  clientSecret: secretText,
  scope: z.string().min(1),
});

/** What Keycloak and many a form show instead of a secret. Stored or read as one, it is a mistake. */
const MASK = /^\*+$/;

/** Whether a value can be a client secret at all: neither empty nor a mask. */
export function isUsableSecret(secret: Secret): boolean {
  const text = secret.reveal();
  return text.trim() !== '' && !MASK.test(text);
}

/**
 * Reads a credential document. The message of a refusal names members that a document has, never values, nor a member that it doesn't
 * have: where somebody has stored the wrong text, the secret may stand in the place of a name.
 *
 * @throws {RotationError} `document-invalid` when it is not JSON, has other members, lacks one, or its secret is empty or masked
 */
export function parseDocument(text: Secret): CredentialDocument {
  const result = Document.safeParse(parseJson(text.reveal()));
  if (!result.success) throw invalid(describeIssues(result.error));
  const { accessTokenUrl, clientId, clientSecret, scope } = result.data;
  if (!isUsableSecret(clientSecret)) throw invalid('clientSecret is empty or a mask');
  return { accessTokenUrl, clientId, clientSecret, scope };
}

/** The document as it is stored: members in the vendor's order, no white space. */
export function serializeDocument(document: CredentialDocument): Secret {
  const { accessTokenUrl, clientId, clientSecret, scope } = document;
  return new Secret(JSON.stringify(inClear({ accessTokenUrl, clientId, clientSecret, scope })));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown members (${issue.keys.length})`
        : `${issue.path.join('.') || 'the value'} is missing or not usable`,
    )
    .join('; ');
}

function invalid(detail: string): RotationError {
  return new RotationError('document-invalid', `The secret's value is not a credential document: ${detail}`);
}
