/** A Keycloak release, and in what it differs from the others for those who start it and set it up. */
export interface KeycloakRelease {
  /** As Maven Central names it. */
  readonly version: string;
  /** What its start script is written for. */
  readonly shell: 'sh' | 'bash';
  /** The command that takes `--cache`. */
  readonly cacheOption: 'build' | 'start';
  /** Whether health has a port of its own (from 25 on). */
  readonly managementPort: boolean;
  /** The environment variables that name the first administrator: others from 26 on. */
  readonly adminVariables: { readonly user: string; readonly password: string };
  /** Whether a client can be allowed to manage some clients and no others (fine-grained admin permissions v2, from 26.2 on). */
  readonly fineGrained: boolean;
  /** Whether a client policy can go by a client's attributes (from 26.0 on); otherwise it goes by a role of the client. */
  readonly attributeCondition: boolean;
}

const FROM_26 = {
  shell: 'sh',
  cacheOption: 'start',
  managementPort: true,
  adminVariables: { user: 'KC_BOOTSTRAP_ADMIN_USERNAME', password: 'KC_BOOTSTRAP_ADMIN_PASSWORD' },
  attributeCondition: true,
} as const;

/** The release that everything is tried on. */
export const LATEST: KeycloakRelease = { version: '26.7.3', ...FROM_26, fineGrained: true };

/** Older releases on which the contract suites and the main job run: the oldest that is supported, and one between. */
const OLDER: readonly KeycloakRelease[] = [
  {
    version: '22.0.5',
    shell: 'bash',
    cacheOption: 'build',
    managementPort: false,
    adminVariables: { user: 'KEYCLOAK_ADMIN', password: 'KEYCLOAK_ADMIN_PASSWORD' },
    fineGrained: false,
    attributeCondition: false,
  },
  { version: '26.0.8', ...FROM_26, fineGrained: false },
];

/**
 * The release of this version.
 *
 * @throws {Error} with the versions that are known
 */
export function releaseOf(version: string): KeycloakRelease {
  const known = [LATEST, ...OLDER];
  const release = known.find((one) => one.version === version);
  if (release) return release;
  throw new Error(`Keycloak ${version} is not known here; ${known.map((one) => one.version).join(', ')} are`);
}
