import * as z from 'zod';
import { isTransient } from '../http/repeat.ts';

/** Keycloak's errors: a sentence, or a code with a description. Those of proxies and gateways have other members. */
const KeycloakError = z.union([
  z.strictObject({ error: z.string(), error_description: z.string().optional(), error_uri: z.string().optional() }),
  z.strictObject({ errorMessage: z.string(), field: z.string().optional(), params: z.array(z.unknown()).optional() }),
]);

/**
 * Whether an answer of the admin API says nothing but that Keycloak is away: "not now", a fault of its own, or a page or an error
 * of whatever stands before it.
 *
 * @param options.repeated whether it answers something harmless: then a conflict with somebody else's write is "not now" as well
 */
export async function isAway(response: Response, { repeated = true } = {}): Promise<boolean> {
  const { status, ok } = response;
  if (isTransient(status) || (status === 409 && repeated)) return true;
  const text = await response.clone().text();
  if (ok) return text !== '' && jsonOf(text) === undefined;
  const error = KeycloakError.safeParse(jsonOf(text));
  if (!error.success) return true;
  // Up to 22, a missing permission (403) has this code as well.
  return status === 400 && 'error' in error.data && error.data.error === 'unknown_error';
}

/** The JSON of an answer that Keycloak gave; undefined when it is none. */
export async function readJson(response: Response): Promise<unknown> {
  return jsonOf(await response.text());
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
