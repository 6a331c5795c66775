import { AwsClient } from 'aws4fetch';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { OPERATOR, REGION } from '../embedded-stack/names.ts';

/** The members of a problem that tell what happened. */
interface Problem {
  readonly code?: string;
  readonly cause?: string;
  readonly detail?: string;
  readonly next?: string;
}

/** What is said with a call for a rotation. */
export interface RotationRequest {
  readonly reason: string;
  /** Somebody is ready to enter the new secret. */
  readonly attended?: boolean;
}

/**
 * Calls `POST /credentials/{id}/rotations`, signed with the operator's keys.
 *
 * @returns the Rotation; undefined when it goes on, since neither the API nor the gateway waits any longer
 * @throws {Error} with the problem's own words when the answer is one
 */
export async function requestRotation(
  apiUrl: string,
  id: string,
  request: RotationRequest,
): Promise<Rotation | undefined> {
  const response = await call(`${apiUrl}/credentials/${id}/rotations`, request);
  const body = (await response.json()) as Rotation & Problem;
  if (response.status === 200) return body;
  if (body.code === undefined) return undefined;
  throw refusalOf(id, response.status, body);
}

/** Which version was entered in which connector of a credential. */
export interface Entered {
  readonly id: string;
  readonly connector: string;
  readonly versionId: string;
}

/** Calls `POST /credentials/{id}/connectors/{name}/acknowledgement`. @throws {Error} with the problem's own words */
export async function acknowledge(apiUrl: string, { id, connector, versionId }: Entered): Promise<void> {
  const path = `credentials/${id}/connectors/${encodeURIComponent(connector)}/acknowledgement`;
  await answered(id, await call(`${apiUrl}/${path}`, { versionId }));
}

/** Calls `GET /credentials/{id}`. @throws {Error} with the problem's own words */
export async function lookAt(apiUrl: string, id: string): Promise<CredentialView> {
  return (await answered(id, await call(`${apiUrl}/credentials/${id}`))) as CredentialView;
}

/** @throws {Error} with the problem's own words when the answer is one */
async function answered(id: string, response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (response.status === 200) return body;
  throw refusalOf(id, response.status, body as Problem);
}

function refusalOf(id: string, status: number, { code, cause = code, detail, next }: Problem): Error {
  const why = cause === code ? code : `${code} (${cause})`;
  return new Error(`${id}: the API answered ${status} ${why}: ${detail}. ${next}`);
}

/** A signed call: `POST` with a body, `GET` without one. */
async function call(url: string, body?: object): Promise<Response> {
  const { accessKeyId, secretAccessKey } = OPERATOR;
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region: REGION, service: 'execute-api', retries: 0 });
  const headers = { 'content-type': 'application/json' };
  return await aws.fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) });
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
