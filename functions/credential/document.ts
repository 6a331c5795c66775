import * as z from 'zod';
import { RotationError } from './errors.ts';

/**
 * The value of a credential's secret: the four fields of the OData connector's authentication, in the order in which the
 * connector asks for them. Exactly these members, all strings.
 */
export interface CredentialDocument {
  readonly accessTokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

const Document = z.strictObject({
  accessTokenUrl: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scope: z.string().min(1),
});

/** What Keycloak and many a form show instead of a secret. Stored or read as one, it is a mistake. */
const MASK = /^\*+$/;

/** Whether a text can be a client secret at all: neither empty nor a mask. */
export function isUsableSecret(secret: string): boolean {
  return secret.trim() !== '' && !MASK.test(secret);
}

/**
 * Reads a credential document. The message of a refusal names members, never values.
 *
 * @throws {RotationError} `document-invalid` when it is not JSON, has other members, lacks one, or its secret is empty or masked
 */
export function parseDocument(text: string): CredentialDocument {
  const result = Document.safeParse(parseJson(text));
  if (!result.success) throw invalid(describeIssues(result.error));
  if (!isUsableSecret(result.data.clientSecret)) throw invalid('clientSecret is empty or a mask');
  const { accessTokenUrl, clientId, clientSecret, scope } = result.data;
  return { accessTokenUrl, clientId, clientSecret, scope };
}

/** The document as it is stored: members in the vendor's order, no white space. */
export function serializeDocument(document: CredentialDocument): string {
  const { accessTokenUrl, clientId, clientSecret, scope } = document;
  return JSON.stringify({ accessTokenUrl, clientId, clientSecret, scope });
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
        ? `unknown member ${issue.keys.join(', ')}`
        : `${issue.path.join('.') || 'the value'} is missing or not usable`,
    )
    .join('; ');
}

function invalid(detail: string): RotationError {
  return new RotationError('document-invalid', `The secret's value is not a credential document: ${detail}`);
}
