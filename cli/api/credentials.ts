import type { CredentialView, UnreadableCredential } from '../../functions/api/contract/answers/credential.ts';
import type { Api, ApiCall } from './client.ts';
import { bodyOf } from './problems.ts';
import type { RunView } from './runs.ts';

/** A credential of the list. */
export type Listed = CredentialView | UnreadableCredential;

/** @throws {CliError} */
export async function getCredential(id: string, api: Api): Promise<CredentialView> {
  const call: ApiCall = { method: 'GET', path: `/credentials/${encodeURIComponent(id)}`, credential: id };
  return bodyOf<CredentialView>(call, await api.send(call));
}

/** All credentials, page by page. @throws {CliError} */
export async function listCredentials(api: Api): Promise<Listed[]> {
  const all: Listed[] = [];
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '50', ...(token !== undefined && { nextToken: token }) });
    const call: ApiCall = { method: 'GET', path: `/credentials?${query}` };
    const page = bodyOf<{ credentials: Listed[]; nextToken?: string }>(call, await api.send(call));
    all.push(...page.credentials);
    token = page.nextToken;
  } while (token !== undefined);
  return all;
}

/** Past runs, newest first, at most `most`. @throws {CliError} */
export async function listRotations(id: string, most: number, api: Api): Promise<RunView[]> {
  const all: RunView[] = [];
  let token: string | undefined;
  do {
    const limit = String(Math.min(50, most - all.length));
    const query = new URLSearchParams({ limit, ...(token !== undefined && { nextToken: token }) });
    const path = `/credentials/${encodeURIComponent(id)}/rotations?${query}`;
    const call: ApiCall = { method: 'GET', path, credential: id };
    const page = bodyOf<{ rotations: RunView[]; nextToken?: string }>(call, await api.send(call));
    all.push(...page.rotations);
    token = page.nextToken;
  } while (token !== undefined && all.length < most);
  return all.slice(0, most);
}
