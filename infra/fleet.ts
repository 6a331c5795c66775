import { readFileSync } from 'node:fs';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type Credential, faultLines, pathText } from '../functions/rotation/settings.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { Deployment } from './context.ts';
import { type Fleet, fleetSchema } from './fleet-schema.ts';
import { fleetWarnings, type Warning } from './fleet-warnings.ts';

/** Lambda holds 4 KB of environment for a function: what is left for the hosts beside everything else in it. */
const MAX_HOSTS_LENGTH = 2800;

/** A fleet that can be deployed. */
export interface LoadedFleet {
  readonly credentials: Fleet['credentials'];
  /** Host names, or `*.` and a domain, that the functions may call. */
  readonly allowedHosts: readonly string[];
  /** One line each: allowed, yet worth a second look. */
  readonly warnings: readonly string[];
}

/**
 * Reads and checks the fleet's file.
 *
 * @param path absolute, or relative to the working directory
 * @throws {ConfigurationError} with one line a fault, all of them
 */
export function loadFleet(path: string, deployment: Deployment, now = new Date()): LoadedFleet {
  const result = fleetSchema({ ...deployment, now }).safeParse(parseFile(path));
  if (!result.success) throw new ConfigurationError(faultLines(result.error));
  const { credentials } = result.data;
  const allowedHosts = deployment.allowedHosts ?? hostsOf(credentials);
  const faults = [...hostFaults(credentials, allowedHosts), ...lengthFaults(allowedHosts)];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { credentials, allowedHosts, warnings: fleetWarnings(credentials, now).map(toLine) };
}

function parseFile(path: string): unknown {
  const text = readText(path).replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  if (errors.length > 0) throw new ConfigurationError(errors.map((error) => syntaxFault(path, text, error)));
  return value;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'can not be read';
    throw new ConfigurationError([`context.credentials: the file '${path}' ${reason}; name one with -c credentials=…`]);
  }
}

/** `fleet.json:3:7: not JSON: comma expected`, with line and column as editors count them. */
function syntaxFault(path: string, text: string, { error, offset }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  const what = printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: not JSON: ${what}`;
}

function hostFaults(credentials: readonly Credential[], allowed: readonly string[]): string[] {
  return urlsOf(credentials)
    .filter(({ host }) => !allowed.some((pattern) => matches(host, pattern)))
    .map(({ path, host }) => `${path}: the host '${host}' is not among the context's allowedHosts`);
}

function lengthFaults(allowed: readonly string[]): string[] {
  const { length } = allowed.join(',');
  if (length <= MAX_HOSTS_LENGTH) return [];
  return [
    `context.allowedHosts: the host names take ${length} characters, and a function's environment holds ${MAX_HOSTS_LENGTH} of them; name domains, for example *.example.com`,
  ];
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function hostsOf(credentials: readonly Credential[]): string[] {
  return [...new Set(urlsOf(credentials).map(({ host }) => host))].sort();
}

function urlsOf(credentials: readonly Credential[]): { path: string; host: string }[] {
  return credentials.flatMap((credential, index) =>
    Object.entries(addressesOf(credential)).flatMap(([key, url]) =>
      url === undefined ? [] : [{ path: `credentials[${index}].${key}`, host: new URL(url).hostname }],
    ),
  );
}

/** Every address that a rotation of this credential may call, by the setting that names it. */
function addressesOf({ accessTokenUrl, iam, serviceUri, connectors }: Credential): Record<string, string | undefined> {
  const addresses: Record<string, string | undefined> = {
    accessTokenUrl,
    'iam.adminUrl': iam.adminUrl,
    'iam.auth.accessTokenUrl': iam.auth.accessTokenUrl,
    serviceUri,
  };
  for (const [index, { url, auth }] of connectors.entries()) {
    addresses[`connectors[${index}].url`] = url;
    if (auth.type === 'client-credentials') addresses[`connectors[${index}].auth.accessTokenUrl`] = auth.accessTokenUrl;
  }
  return addresses;
}

function toLine({ path, message }: Warning): string {
  return `${pathText(path)}: ${message}`;
}
