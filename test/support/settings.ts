/** The token endpoint of {@link SMALLEST}. */
export const TOKEN_URL = 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token';
/** Its only connector. */
export const CONNECTOR = {
  name: 'IFS Production',
  url: 'https://flow.acme.example.com/odata-connector/configurations/ifs-production',
  auth: { type: 'bearer', secretId: 'csr-access/acme-prod/connector' },
};
/** How the rotator signs in to its IAM. */
export const IAM_AUTH = { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' };
/** Nothing but what has no default. */
export const SMALLEST = {
  id: 'acme-prod',
  accessTokenUrl: TOKEN_URL,
  clientId: 'NC_Flow_OData',
  iam: { adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod', auth: IAM_AUTH },
  connectors: [CONNECTOR],
  schedule: { expression: 'cron(0 3 ? * SUN *)' },
};

/** {@link SMALLEST}; `change` replaces members by their path: `{ 'schedule.timezone': 'Mars/X' }`. */
export function settingsWith(change: Record<string, unknown> = {}): Record<string, unknown> {
  const copy = structuredClone(SMALLEST) as Record<string, unknown>;
  for (const [path, value] of Object.entries(change)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const holder = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
    holder[last] = value;
  }
  return copy;
}

/** A customer's settings: the same Client ID as everybody's, in a realm of its own. */
export function customer(id: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  const host = `https://${id}.example.com/auth`;
  return settingsWith({
    id,
    accessTokenUrl: `${host}/realms/${id}/protocol/openid-connect/token`,
    'iam.adminUrl': `${host}/admin/realms/${id}`,
    'iam.auth.secretId': `csr-access/${id}/iam`,
    'connectors.0.url': `${CONNECTOR.url}-${id}`,
    'connectors.0.auth.secretId': `csr-access/${id}/connector`,
    ...change,
  });
}

/** The access secret that {@link rotator} writes. */
export const SHARED_SECRET = 'csr-access/shared/acme-iam';

/** The rotator's own client in the realm of {@link SMALLEST}: its consumer is the access secret with which it signs in. */
export function rotator(change: Record<string, unknown> = {}): Record<string, unknown> {
  return settingsWith({
    id: 'acme-rotator',
    clientId: IAM_AUTH.clientId,
    'iam.auth.secretId': SHARED_SECRET,
    connectors: [{ name: 'the rotator', via: 'access-secret', secretId: SHARED_SECRET }],
    ...change,
  });
}
