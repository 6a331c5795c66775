import * as z from 'zod';
import type { CredentialDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import { inClear, Secret } from '../../credential/secret/secret.ts';
import type { ConnectorConfiguration, ConnectorSection } from '../../ports/connector.ts';
import { isStrongETag } from './etag.ts';

const Section = z.object({
  flowType: z.string(),
  accessTokenUrl: z.string().nullish(),
  clientId: z.string().nullish(),
  clientSecretFingerprint: z.string().nullish(),
});

const Configuration = z.object({
  authentication: z.object({
    designTime: Section,
    runtime: Section,
    studioTestBench: Section.optional(),
    machineUsers: z.record(z.string(), Section).optional(),
  }),
  /** Whether the connector's process has loaded what is stored. A service that doesn't say so only stores it. */
  proof: z.enum(['written', 'loaded']).catch('written'),
});

type Section = z.infer<typeof Section>;

/** Whose sections are ours. */
export interface Ownership {
  readonly clientIds: readonly string[];
  readonly accessTokenUrl: string;
}

/** What a door answers when it is asked for a configuration. */
export interface ConfigurationAnswer {
  readonly etag?: string | null | undefined;
  /** Parsed, and otherwise unknown. */
  readonly body?: unknown;
}

/**
 * Reads a configuration, as the contract describes it.
 *
 * @throws {RotationError} `connector-invalid` when it breaks the contract; `section-not-found` when no section is ours
 */
export function parseConfiguration(
  name: string,
  { etag, body: answered }: ConfigurationAnswer,
  ours: Ownership,
): ConnectorConfiguration {
  const body = Configuration.safeParse(answered);
  if (!isStrongETag(etag) || !body.success) {
    const what = isStrongETag(etag) ? 'is not a configuration' : 'has no strong ETag';
    throw new RotationError('connector-invalid', `${name}: the answer ${what}`);
  }
  const { machineUsers = {}, designTime, runtime, studioTestBench } = body.data.authentication;
  const named: [string, Section][] = [
    ['designTime', designTime],
    ['runtime', runtime],
    ...(studioTestBench ? [['studioTestBench', studioTestBench] satisfies [string, Section]] : []),
    ...Object.entries(machineUsers).map(([user, section]): [string, Section] => [`machineUsers/${user}`, section]),
  ];
  const sameClient = named.filter(
    ([, { flowType, clientId }]) => flowType !== 'Basic' && ours.clientIds.includes(clientId ?? ''),
  );
  const sections = sameClient
    .filter(([, { accessTokenUrl }]) => sameUrl(accessTokenUrl, ours.accessTokenUrl))
    .map(toSection);
  const sectionsSkipped = sameClient.length - sections.length;
  if (sections.length > 0) return { etag, sections, sectionsSkipped, proof: body.data.proof };
  const skipped = sectionsSkipped > 0 ? `; ${sectionsSkipped} with this Client ID belong to another token URL` : '';
  throw new RotationError(
    'section-not-found',
    `${name} has no section with the Client ID ${ours.clientIds.join(' or ')}${skipped}`,
  );
}

/** The merge patch that gives every section of ours the document, and touches nothing else (RFC 7396). */
export function mergePatch({ sections }: ConnectorConfiguration, document: CredentialDocument): Secret {
  const { clientId, clientSecret, scope } = document;
  // As it is compared: what a parser repairs in a URL, the connector may not.
  const accessTokenUrl = new URL(document.accessTokenUrl).href;
  const value = inClear({ clientId, clientSecret, accessTokenUrl, scopes: scope });
  const paths = sections.map(({ path }) => path);
  const users = paths.filter((path) => path.startsWith(USERS)).map((path) => [path.slice(USERS.length), value]);
  const single = paths.filter((path) => !path.startsWith(USERS)).map((path) => [path, value]);
  const authentication = {
    ...Object.fromEntries(single),
    ...(users.length > 0 ? { machineUsers: Object.fromEntries(users) } : {}),
  };
  return new Secret(JSON.stringify({ authentication }));
}

const USERS = 'machineUsers/';

function toSection([path, section]: [string, Section]): ConnectorSection {
  return { path, clientId: section.clientId ?? '', secretFingerprint: section.clientSecretFingerprint ?? null };
}

function sameUrl(text: string | null | undefined, ours: string): boolean {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).href === new URL(ours).href;
}
