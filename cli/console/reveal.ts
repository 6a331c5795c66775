import * as z from 'zod';
import { parseDocument } from '../../functions/credential/document.ts';
import type { Secret } from '../../functions/credential/secret/secret.ts';
import { ID } from '../../functions/credential/settings/parts/parts.ts';
import { readSecretValue } from '../aws/secrets.ts';
import type { Session } from '../aws/session.ts';
import { json } from './answers.ts';
import { failure } from './proxy.ts';

const Asked = z.strictObject({
  id: z.string().regex(ID),
  field: z.enum(['accessTokenUrl', 'clientId', 'clientSecret', 'scope']),
});

/** What a person is given on demand, and with which right. */
export interface RevealDeps {
  readonly prefix: string;
  readonly session: Pick<Session, 'secretsManager' | 'keys'>;
  /** Hears which field was read: never the value. */
  readonly note: (line: string) => void;
}

/** One field of the secret in use, read at this moment by the caller's own right. Nothing of it is kept. */
export async function reveal(request: Request, { prefix, session, note }: RevealDeps): Promise<Response> {
  const asked = Asked.safeParse(await request.json().catch(() => undefined));
  if (!asked.success) return json(400, { message: 'Name a credential, and one of its four fields' });
  const { id, field } = asked.data;
  try {
    const { text, versionId } = await readSecretValue(`${prefix}/${id}`, session, id);
    const value = fieldOf(text, field);
    if (value === undefined) return json(502, UNREADABLE);
    note(`${id}: ${field} of version ${versionId} was read. CloudTrail records who read it.`);
    return json(200, { versionId, value });
  } catch (error) {
    return failure(error);
  }
}

const UNREADABLE = {
  code: 'document-invalid',
  title: 'The stored value is no credential document',
  detail: '',
  next: 'Look at the plan: the next run tells what to do.',
  nothingChanged: true,
};

function fieldOf(text: Secret, field: z.infer<typeof Asked>['field']): string | undefined {
  try {
    const value = parseDocument(text)[field];
    return typeof value === 'string' ? value : value.reveal();
  } catch {
    return undefined;
  }
}
