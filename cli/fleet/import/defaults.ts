import type { Given } from './row.ts';

/** Names of the vendor's advice for Flow's clients in IFS Cloud, and what `csr fleet add` proposes. */
const CLIENT_ID = 'NC_Flow_ClientCredentials';
const ROTATOR = 'flow-secret-rotator';
/** Sunday night, outside of the hours that daylight saving skips or repeats. */
const SCHEDULE = 'cron(30 3 ? * SUN *)';

const TOKEN_URL = /^(https:\/\/[^\s@\\?#]+)\/realms\/([^\s/?#]+)\/protocol\/openid-connect\/token$/;

/** The admin address of the realm of a token endpoint. */
export function realmAdminUrl(accessTokenUrl: unknown): string | undefined {
  const [, base, realm] = TOKEN_URL.exec(String(accessTokenUrl)) ?? [];
  return base === undefined ? undefined : `${base}/admin/realms/${realm}`;
}

/** What a new credential has besides what its rows say. */
export function newCredential(
  id: string,
  { settings, prefix }: { readonly settings: readonly Given[]; readonly prefix: string },
): Readonly<Record<string, unknown>> {
  const given = (key: string) => settings.find(({ path }) => path.join('.') === key)?.value;
  const accessTokenUrl = given('accessTokenUrl');
  const byHand = given('iam.type') === 'manual';
  const iam = byHand
    ? { type: 'manual' }
    : { adminUrl: realmAdminUrl(accessTokenUrl), auth: { clientId: ROTATOR, secretId: `${prefix}-access/${id}/iam` } };
  return { id, accessTokenUrl, clientId: CLIENT_ID, iam, connectors: [], schedule: { expression: SCHEDULE } };
}

/** What a new connector has besides what its row says. */
export function newConnector(
  name: string,
  { id, prefix, given }: { readonly id: string; readonly prefix: string; readonly given: readonly Given[] },
): Readonly<Record<string, unknown>> {
  const has = (key: string) => given.some(({ path }) => path[0] === key);
  const via = given.find(({ path }) => path[0] === 'via')?.value ?? (has('agent') ? 'agent' : 'https');
  if (via === 'agent') return { name, via, configuration: id };
  if (via === 'manual') return { name, via };
  return { name, url: undefined, auth: { type: 'bearer', secretId: `${prefix}-access/${id}/connector` } };
}
