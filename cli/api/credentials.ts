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
  for await (const page of pagesOfRuns(id, Math.min(50, most), api)) {
    all.push(...page);
    if (all.length >= most) break;
  }
  return all.slice(0, most);
}

/** The runs that were asked for at a moment or later, newest first. @throws {CliError} */
export async function listRotationsSince(id: string, from: Date, api: Api): Promise<RunView[]> {
  const all: RunView[] = [];
  for await (const page of pagesOfRuns(id, 50, api)) {
    const wanted = page.filter(({ requestedAt = '' }) => new Date(requestedAt) >= from);
    all.push(...wanted);
    if (wanted.length < page.length) break;
  }
  return all;
}

async function* pagesOfRuns(id: string, limit: number, api: Api): AsyncGenerator<RunView[]> {
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(token !== undefined && { nextToken: token }) });
    const path = `/credentials/${encodeURIComponent(id)}/rotations?${query}`;
    const call: ApiCall = { method: 'GET', path, credential: id };
    const page = bodyOf<{ rotations: RunView[]; nextToken?: string }>(call, await api.send(call));
    yield page.rotations;
    token = page.nextToken;
  } while (token !== undefined);
}
