import type { Fetch } from '../../functions/adapters/http/fetch.ts';
import { parseJson } from '../stand-ins/connector/handler.ts';
import { isObject } from '../stand-ins/connector/merge-patch.ts';
import { faultOf, oursIn, patchOf, type Section, sectionsOf, View } from './view.ts';

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
