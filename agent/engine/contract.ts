import * as z from 'zod';
import type { Proof } from '../../functions/credential/proof.ts';
import { type Secret, secretText } from '../../functions/credential/secret/secret.ts';
import { AgentError } from '../errors.ts';

/** How a section of a connector obtains its tokens. */
export const FLOW_TYPES = ['ClientCredentials', 'PasswordCredentials', 'AuthorizationCode', 'OpenId', 'Basic'] as const;

/** Before the name of a user in the place of a machine user's section. */
export const USERS = 'machineUsers/';

/** One section as it can be read. */
interface SectionView {
  readonly flowType: (typeof FLOW_TYPES)[number];
  readonly accessTokenUrl: string;
  readonly clientId: string;
  readonly clientSecretFingerprint: string | null;
  readonly scopes: string;
}

/** A section as a store holds it. The fingerprint is undefined where the store can't read a secret back. */
export interface StoredSection extends Omit<SectionView, 'clientSecretFingerprint'> {
  readonly clientSecretFingerprint: string | null | undefined;
}

/** A configuration as a store holds it; its sections by place: `runtime`, `machineUsers/anna`. */
export interface StoredConfiguration {
  readonly name: string;
  readonly serviceUri: string;
  readonly ifsVersion: string;
  readonly breakWorkflowOnError: boolean;
  readonly sections: ReadonlyMap<string, StoredSection>;
}

/** What is written into one section. */
export interface SectionValues {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly accessTokenUrl: string;
  readonly scopes: string;
}

/** What is written, by place. */
export type Change = ReadonlyMap<string, SectionValues>;

/** A configuration as `GET` of the contract answers it, and how far it has got. */
export interface ConfigurationView extends Omit<StoredConfiguration, 'sections'> {
  readonly authentication: {
    readonly designTime?: SectionView;
    readonly runtime?: SectionView;
    readonly studioTestBench?: SectionView;
    readonly machineUsers?: Readonly<Record<string, SectionView>>;
  };
  readonly proof: Extract<Proof, 'written' | 'loaded'>;
}

const Values = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: secretText,
  accessTokenUrl: z.url(),
  scopes: z.string(),
});

/** A merge patch of the contract: sections, each with all of its four members. */
const Patch = z.strictObject({
  authentication: z.strictObject({
    designTime: Values.optional(),
    runtime: Values.optional(),
    studioTestBench: Values.optional(),
    machineUsers: z.record(z.string().min(1), Values).optional(),
  }),
});

/**
 * Reads the body of a `PATCH`.
 *
 * @throws {AgentError} `request-invalid`: the message names members, never values
 */
export function changeOf(body: unknown): Change {
  const patch = Patch.safeParse(body);
  if (!patch.success) throw new AgentError('request-invalid', `The patch is not usable: ${faultOf(patch.error)}.`);
  const { machineUsers = {}, ...single } = patch.data.authentication;
  const users = Object.entries(machineUsers).map(([user, values]) => [`${USERS}${user}`, values] as const);
  const sections = Object.entries(single).flatMap(([place, values]) => (values ? [[place, values] as const] : []));
  if (sections.length + users.length === 0) throw new AgentError('request-invalid', 'The patch names no section.');
  return new Map([...sections, ...users]);
}

/** The configuration in the form of the contract. */
export function viewOf(
  { sections, ...fields }: StoredConfiguration,
  fingerprints: ReadonlyMap<string, string | null>,
  proof: ConfigurationView['proof'],
): ConfigurationView {
  const views = [...sections].map(([place, section]): [string, SectionView] => [
    place,
    { ...section, clientSecretFingerprint: fingerprints.get(place) ?? null },
  ]);
  const users = views
    .filter(([place]) => place.startsWith(USERS))
    .map(([place, view]) => [place.slice(USERS.length), view]);
  const single = Object.fromEntries(views.filter(([place]) => !place.startsWith(USERS)));
  const authentication = { ...single, ...(users.length > 0 && { machineUsers: Object.fromEntries(users) }) };
  return { ...fields, authentication, proof };
}

/** Where the first fault is and what was expected there; never a value. */
function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'is not as it has to be'}`;
}
