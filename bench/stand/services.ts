/** What a rotation has requests to. */
export const SERVICES = ['secrets-manager', 'scheduler', 'table', 'event-bridge', 'sqs', 'iam', 'connector'] as const;

export type Service = (typeof SERVICES)[number];

const NAMES: { readonly [S in Service]: (request: Request) => Promise<string> } = {
  'secrets-manager': async (request) => `${operationOf(request)} ${await secretIn(request)}`,
  scheduler: async ({ method, url }) => `${method} ${new URL(url).pathname}`,
  table: async (request) => operationOf(request),
  'event-bridge': async (request) => operationOf(request),
  sqs: async (request) => operationOf(request),
  iam: async ({ method, url }) => {
    const { pathname } = new URL(url);
    return pathname.endsWith('/token') ? 'token' : `${method} ${pathname.replace(/^.*\/realms\/[^/]+/, '')}`;
  },
  connector: async ({ method, url }) => `${method} ${new URL(url).pathname.split('/').at(-1)}`,
};

/** What a request is called, without anything secret of it. */
export async function nameOf(service: Service, request: Request): Promise<string> {
  return await NAMES[service](request);
}

function operationOf({ headers }: Request): string {
  return headers.get('x-amz-target')?.split('.').at(-1) ?? '';
}

/** A secret's name, also where the request has its ARN. */
async function secretIn(request: Request): Promise<string> {
  const { SecretId = '' } = (await request.clone().json()) as { readonly SecretId?: string };
  return SecretId.replace(/^arn:.*:secret:/, '').replace(/-[0-9a-f]{6}$/, '');
}
