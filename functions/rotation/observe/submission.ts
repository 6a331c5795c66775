import type { Secret } from '../../credential/secret/secret.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Submission } from '../../ports/inbox.ts';
import type { Run } from '../run/context.ts';
import { isHeld, type PendingVersion, type StoredDocument, type SubmissionView } from './observation.ts';

/** What a person has submitted, where only a person can change the IAM. */
export async function readSubmission({ ports }: Run): Promise<Submission | undefined> {
  return await ports.inbox?.read();
}

/** What was read of the credential's secret and its inbox. */
export interface Stored {
  readonly current: Pick<StoredDocument, 'document'> | undefined;
  readonly pending: Pick<PendingVersion, 'content'> | undefined;
  readonly submission: Submission | undefined;
}

/** The secrets that a client may have, the likeliest first: what was begun, what was submitted, what is current. */
export function known(clientId: string, { current, pending, submission }: Stored): Secret[] {
  const candidate = pending?.content.kind === 'candidate' ? pending.content.document : undefined;
  const of = (document: StoredDocument['document'] | undefined) =>
    document?.clientId === clientId ? document.clientSecret : undefined;
  return [of(candidate), submission?.secret, of(current?.document)].filter((secret) => secret !== undefined);
}

/** Whether the IAM may accept a submitted secret in a moment that it refuses now. */
export function mayBeLate(submission: Submission, clients: readonly IamClient[]): boolean {
  const isUsable = clients.every(({ fault }) => fault === undefined);
  return submission.secret !== undefined && isUsable && viewOf(submission, clients).acceptedFor === undefined;
}

/** A submission, and the client for which the IAM accepts it. */
export function viewOf(submission: Submission, clients: readonly IamClient[]): SubmissionView {
  const { secret } = submission;
  const client = secret === undefined ? undefined : clients.find((one) => isHeld(one, secret));
  return client ? { ...submission, acceptedFor: client.clientId } : submission;
}
