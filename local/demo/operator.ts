import { AwsClient } from 'aws4fetch';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { OPERATOR, REGION } from '../embedded-stack/names.ts';

/** The members of a problem that tell what happened. */
interface Problem {
  readonly code?: string;
  readonly cause?: string;
  readonly detail?: string;
  readonly next?: string;
}

/**
 * Calls `POST /credentials/{id}/rotations`, signed with the operator's keys.
 *
 * @returns the Rotation; undefined when it goes on, since neither the API nor the gateway waits any longer
 * @throws {Error} with the problem's own words when the answer is one
 */
export async function requestRotation(apiUrl: string, id: string, reason: string): Promise<Rotation | undefined> {
  const { accessKeyId, secretAccessKey } = OPERATOR;
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region: REGION, service: 'execute-api', retries: 0 });
  const response = await aws.fetch(`${apiUrl}/credentials/${id}/rotations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason }),
  });
  const body = (await response.json()) as Rotation & Problem;
  if (response.status === 200) return body;
  const { code, cause = code, detail, next } = body;
  if (code === undefined) return undefined;
  const why = cause === code ? code : `${code} (${cause})`;
  throw new Error(`${id}: the API answered ${response.status} ${why}: ${detail}. ${next}`);
}

/**
 * Asks for a token with a secret, as anybody who has kept it could.
 *
 * @returns whether the IAM refuses it
 */
export async function isRefused(
  accessTokenUrl: string,
  { clientId, secret }: { clientId: string; secret: string },
): Promise<boolean> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const response = await fetch(accessTokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  const { error } = (await response.json()) as { error?: string };
  return response.status === 401 && error === 'unauthorized_client';
}
