import type { Release } from '../../local/stand-ins/iam/client.ts';

/** An empty realm of an IAM, and how it is reached. */
export interface IamFixture {
  /** The release that it is, or is like, where releases differ. */
  readonly release: Release;
  /** `…/admin/realms/<realm>` */
  readonly adminUrl: string;
  /** `…/realms/<realm>/protocol/openid-connect/token` */
  readonly tokenUrl: string;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Seconds since the epoch, as the IAM sees them. */
  readonly nowSeconds: () => number;
  /** Lets time pass for the IAM. */
  readonly passSeconds: (seconds: number) => Promise<void>;
  /** An access token that may do everything in the realm. */
  readonly adminToken: () => Promise<string>;
  /** Makes a confidential client with a service account, without any rotation policy having a say. */
  readonly createClient: (client: NewIamClient) => Promise<{ uuid: string }>;
  /** Makes a client that may list clients, and view and manage exactly these. */
  readonly createRotator: (rotator: { clientId: string; secret: string; clients: string[] }) => Promise<void>;
  /** Lets a client ask for a new scope that tokens don't name. */
  readonly allowHiddenScope: (uuid: string, scope: string) => Promise<void>;
  /** Lets the user behind a client's service account log in no more. */
  readonly disableServiceAccountUser: (uuid: string) => Promise<void>;
}

interface NewIamClient {
  readonly clientId: string;
  readonly secret: string;
  readonly attributes?: Record<string, string>;
}

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what the cases look into is what they assert
  readonly body: any;
}

/** What says which policy applies to a client. */
export type Mark = 'on' | 'nothing-kept';

/** The role that takes the place of a mark where no policy can go by attributes. */
export function roleOf(mark: Mark): string {
  return `rotation-${mark}`;
}

/** What the cases of the contract use. */
export type IamProbe = ReturnType<typeof iamProbe>;

/** Wraps a realm for the cases of the contract: each has a client of its own. */
export function iamProbe(fixture: IamFixture) {
  let made = 0;
  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await fixture.fetch(new Request(url, init));
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  };
  const call = (token: string, method: string, path: string, body?: unknown) =>
    send(`${fixture.adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const admin = async (method: string, path: string, body?: unknown) =>
    call(await fixture.adminToken(), method, path, body);
  const token = (form: Record<string, string> | string, headers: Record<string, string> = {}) =>
    send(fixture.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    });
  const credentials = (clientId: string, secret: string, how: 'post' | 'basic' = 'post') => {
    if (how === 'post') return token({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret });
    const pair = [clientId, secret].map(encodeURIComponent).join(':');
    return token({ grant_type: 'client_credentials' }, { authorization: `Basic ${btoa(pair)}` });
  };

  const client = async (attributes?: Record<string, string>) => {
    made += 1;
    const [clientId, secret] = [`NC_Flow_${made}`, `first-secret-of-${made}`];
    const { uuid } = await fixture.createClient({ clientId, secret, ...(attributes && { attributes }) });
    const path = `/clients/${uuid}`;
    const read = async () => (await admin('GET', path)).body;
    return {
      clientId,
      secret,
      uuid,
      path,
      read,
      attributes: async (): Promise<Record<string, string>> => (await read()).attributes,
      put: (body: unknown) => admin('PUT', path, body),
      call: (method: string, below: string) => admin(method, `${path}${below}`),
      /** The status of a token request. */
      login: async (candidate: string, how?: 'post' | 'basic') => (await credentials(clientId, candidate, how)).status,
      refusal: async (candidate: string) => refusalOf(await credentials(clientId, candidate)),
    };
  };
  const byRole = fixture.release === '22.0';
  const mark = async ({ path, put }: Awaited<ReturnType<typeof client>>, value: Mark) => {
    if (byRole) await admin('POST', `${path}/roles`, { name: roleOf(value) });
    await put({ attributes: byRole ? {} : { 'novacura.rotation': value } });
  };
  return {
    fixture,
    nowSeconds: fixture.nowSeconds,
    passSeconds: fixture.passSeconds,
    call,
    admin,
    token,
    credentials,
    /** A client to which no policy applies. */
    client: () => client(),
    /** Lets a policy apply to a client: one goes by an attribute, and in 22.0 by a role of the client. */
    mark,
    /** Takes the client out of the policy again. */
    unmark: async ({ path, put }: Awaited<ReturnType<typeof client>>) => {
      if (byRole) await admin('DELETE', `${path}/roles/${roleOf('on')}`);
      await put({ attributes: byRole ? {} : { 'novacura.rotation': '' } });
    },
    /** A client to which the policy applies, its secret with an expiry. */
    marked: async () => {
      const marked = await client();
      await mark(marked, 'on');
      return marked;
    },
    /** A client to which the policy applies, its secret without an expiry. */
    bornMarked: async () => {
      const born = await client(byRole ? undefined : { 'novacura.rotation': 'on' });
      if (byRole) await admin('POST', `${born.path}/roles`, { name: roleOf('on') });
      return born;
    },
    /** A rotator for these clients, and the token with which it calls. */
    rotator: async (clients: string[]) => {
      made += 1;
      const [clientId, secret] = [`rotator-${made}`, `rotator-secret-${made}`];
      await fixture.createRotator({ clientId, secret, clients });
      return { clientId, token: (await credentials(clientId, secret)).body.access_token as string };
    },
  };
}

/** Status, OAuth error and its description. */
export function refusalOf({ status, body }: Answer): [number, string, string] {
  return [status, body.error, body.error_description];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
