import { createHash } from 'node:crypto';
import * as z from 'zod';

const Section = z.strictObject({
  flowType: z.enum(['ClientCredentials', 'PasswordCredentials', 'AuthorizationCode', 'OpenId', 'Basic']),
  accessTokenUrl: z.string(),
  clientId: z.string(),
  clientSecret: z.string().min(1).optional(),
  scopes: z.string(),
});

/**
 * One OData connector's configuration as it is stored, its secrets included. Design time and runtime are both mandatory.
 *
 * @example
 * { name: 'IFS Production', serviceUri: 'https://acme.example.com', ifsVersion: 'IFS Cloud', breakWorkflowOnError: true,
 *   authentication: { designTime: section, runtime: section } }
 */
export const Configuration = z.strictObject({
  name: z.string().min(1),
  serviceUri: z.string(),
  ifsVersion: z.string(),
  breakWorkflowOnError: z.boolean(),
  authentication: z.strictObject({
    designTime: Section,
    runtime: Section,
    studioTestBench: Section.optional(),
    machineUsers: z.record(z.string().min(1), Section).optional(),
  }),
});

export type Configuration = z.infer<typeof Configuration>;

/** One section of a configuration: how the connector obtains its tokens. */
export type Section = z.infer<typeof Section>;

/** A section's place in the configuration; a machine user's is `machineUsers.<user>`. */
export type SectionName = 'designTime' | 'runtime' | 'studioTestBench' | `machineUsers.${string}`;

/** A section as it can be read: its secret is write-only. */
type SectionView = Omit<Section, 'clientSecret'> & { readonly clientSecretFingerprint: string | null };

/** A configuration as it can be read. */
export interface ConfigurationView extends Omit<Configuration, 'authentication'> {
  readonly authentication: {
    readonly designTime: SectionView;
    readonly runtime: SectionView;
    readonly studioTestBench?: SectionView;
    readonly machineUsers?: Readonly<Record<string, SectionView>>;
  };
}

/** What can be read of a secret: base64url, without padding, of the SHA-256 over its UTF-8 bytes. */
export function fingerprintOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url');
}

/** The section of that name, or undefined when the configuration has none. */
export function sectionIn({ authentication }: Configuration, name: SectionName): Section | undefined {
  if (name === 'designTime' || name === 'runtime' || name === 'studioTestBench') return authentication[name];
  const user = name.slice('machineUsers.'.length);
  return Object.entries(authentication.machineUsers ?? {}).find(([each]) => each === user)?.[1];
}

/** The configuration with a fingerprint in the place of each secret. */
export function viewOf(configuration: Configuration): ConfigurationView {
  const { designTime, runtime, studioTestBench, machineUsers } = configuration.authentication;
  return {
    ...configuration,
    authentication: {
      designTime: sectionView(designTime),
      runtime: sectionView(runtime),
      ...(studioTestBench && { studioTestBench: sectionView(studioTestBench) }),
      ...(machineUsers && { machineUsers: mapValues(machineUsers, sectionView) }),
    },
  };
}

function sectionView({ clientSecret, ...section }: Section): SectionView {
  return { ...section, clientSecretFingerprint: clientSecret === undefined ? null : fingerprintOf(clientSecret) };
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
