import * as z from 'zod';
import type { Fetch } from '../../functions/http/fetch.ts';
import { parseJson } from '../stand-ins/connector/handler.ts';
import { isObject } from '../stand-ins/connector/merge-patch.ts';

const Section = z.object({
  flowType: z.enum(['ClientCredentials', 'PasswordCredentials', 'AuthorizationCode', 'OpenId', 'Basic']),
  accessTokenUrl: z.string().nullable(),
  clientId: z.string().nullable(),
  clientSecretFingerprint: z.string().nullable(),
  scopes: z.string().nullable(),
});

const View = z.object({
  name: z.string(),
  serviceUri: z.string(),
  ifsVersion: z.string(),
  breakWorkflowOnError: z.boolean(),
  authentication: z.object({
    designTime: Section,
    runtime: Section,
    studioTestBench: Section.optional(),
    machineUsers: z.record(z.string(), Section).optional(),
  }),
});

type Section = z.infer<typeof Section>;

/** Which connector is looked at, and as whom. */
export interface ProbeTarget {
  /** The configuration's URL. */
  readonly url: string;
  /** The Authorization header. */
  readonly authorization: string;
  /** @default - the one of the runtime section */
  readonly clientId?: string | undefined;
  /** @default - the one of the runtime section */
  readonly accessTokenUrl?: string | undefined;
}

/** What the probe takes from outside. */
export interface ProbeDeps {
  readonly fetch: Fetch;
  /** A secret that was never used before. */
  readonly newSecret: () => string;
}

/** A rule is broken: what was seen. */
export class BrokenRuleError extends Error {
  override readonly name = 'BrokenRuleError';
}

/** A configuration as it was read, each section by its place: `runtime`, `machineUsers/anna`. */
export interface Reading {
  readonly etag: string;
  /** The answer's body as it came. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly sections: ReadonlyMap<string, Section>;
  /** The places of the client's sections. */
  readonly ours: readonly string[];
}

/** What the rules use. */
export type ConnectorProbe = ReturnType<typeof connectorProbe>;

/** Looks at one configuration the way the rotator does. */
export function connectorProbe(target: ProbeTarget, { fetch, newSecret }: ProbeDeps) {
  const get = ({ url = target.url, authorization = target.authorization } = {}) =>
    fetch(url, { method: 'GET', headers: { accept: 'application/json', ...(authorization && { authorization }) } });
  const read = async (): Promise<Reading> => {
    const response = await get();
    demand(response.status === 200, `GET answered ${response.status}`);
    const body = await jsonOf(response);
    const view = View.safeParse(body);
    if (!view.success) throw new BrokenRuleError(faultOf(view.error));
    const sections = sectionsOf(view.data);
    return { etag: response.headers.get('etag') ?? '', body, sections, ours: oursIn(sections, target) };
  };
  /** Gives sections a secret, as the rotator does: always the same four members. */
  const write = (
    { sections }: Reading,
    { secret, etag, places, authorization = target.authorization }: WriteOptions,
  ): Promise<Response> => {
    const body = JSON.stringify({
      authentication: patchOf(
        places.map((place) => [place, sections.get(place)]),
        secret,
      ),
    });
    const headers = {
      'content-type': 'application/merge-patch+json',
      'if-match': etag,
      ...(authorization && { authorization }),
    };
    return fetch(target.url, { method: 'PATCH', headers, body });
  };
  return { target, get, read, write, newSecret };
}

/** What is written, and as whom. */
export interface WriteOptions {
  readonly secret: string;
  readonly etag: string;
  readonly places: readonly string[];
  readonly authorization?: string;
}

/** @throws {BrokenRuleError} with what was seen, unless it is as it has to be */
export function demand(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new BrokenRuleError(seen);
}

/** The body of an answer. @throws {BrokenRuleError} when it isn't a JSON object */
async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const body = parseJson(await response.text());
  if (isObject(body)) return body;
  throw new BrokenRuleError('the body is not a JSON object');
}

function sectionsOf({ authentication }: z.infer<typeof View>): Map<string, Section> {
  const { machineUsers = {}, designTime, runtime, studioTestBench } = authentication;
  const single = { designTime, runtime, ...(studioTestBench && { studioTestBench }) };
  const users = Object.entries(machineUsers).map(([user, section]): [string, Section] => [
    `machineUsers/${user}`,
    section,
  ]);
  return new Map([...Object.entries(single), ...users]);
}

function oursIn(sections: ReadonlyMap<string, Section>, { clientId, accessTokenUrl }: ProbeTarget): string[] {
  const runtime = sections.get('runtime');
  const id = clientId ?? runtime?.clientId;
  const url = accessTokenUrl ?? runtime?.accessTokenUrl;
  return [...sections]
    .filter(
      ([, section]) => section.flowType !== 'Basic' && section.clientId === id && sameUrl(section.accessTokenUrl, url),
    )
    .map(([place]) => place);
}

function sameUrl(one: string | null | undefined, other: string | null | undefined): boolean {
  if (!one || !other || !URL.canParse(one) || !URL.canParse(other)) return false;
  return new URL(one).href === new URL(other).href;
}

function patchOf(sections: readonly (readonly [string, Section | undefined])[], clientSecret: string): object {
  const values = sections.map(([place, section]): [string, object] => {
    const { clientId, accessTokenUrl, scopes } = section ?? {};
    return [place, { clientId, clientSecret, accessTokenUrl, scopes: scopes ?? '' }];
  });
  const users = values
    .filter(([place]) => place.startsWith(USERS))
    .map(([place, value]) => [place.slice(USERS.length), value]);
  const single = values.filter(([place]) => !place.startsWith(USERS));
  return { ...Object.fromEntries(single), ...(users.length > 0 && { machineUsers: Object.fromEntries(users) }) };
}

const USERS = 'machineUsers/';

/** Where the first fault is and what was expected there; never a value. */
function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not as the contract says'}`;
}
