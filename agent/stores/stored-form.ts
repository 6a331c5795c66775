import * as z from 'zod';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { NO_SECRET, Secret } from '../../functions/credential/secret/secret.ts';
import { FLOW_TYPES, type StoredConfiguration, type StoredSection, USERS } from '../engine/contract.ts';
import { demandInClear } from './file/secret-form.ts';

/** A section as a command or server tells it: with its secret, with the secret's fingerprint, or with neither. */
const Section = z.object({
  flowType: z.enum(FLOW_TYPES),
  accessTokenUrl: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  clientId: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  scopes: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  clientSecret: z
    .string()
    .transform((text) => new Secret(text))
    .nullish(),
  clientSecretFingerprint: z.string().nullish(),
});

/** A configuration in the form of the contract, as a command or server tells it. */
export const StoredForm = z.object({
  name: z.string(),
  serviceUri: z.string(),
  ifsVersion: z.string(),
  breakWorkflowOnError: z.boolean(),
  authentication: z.object({
    designTime: Section,
    runtime: Section,
    studioTestBench: Section.optional(),
    machineUsers: z.record(z.string().min(1), Section).optional(),
  }),
});

export type StoredForm = z.infer<typeof StoredForm>;
type StoredFormSection = z.infer<typeof Section>;

/** Its sections, by place. */
export function sectionsOfForm({ authentication }: StoredForm): ReadonlyMap<string, StoredFormSection> {
  const { designTime, runtime, studioTestBench, machineUsers = {} } = authentication;
  const users = Object.entries(machineUsers).map(([user, section]) => [`${USERS}${user}`, section] as const);
  return new Map<string, StoredFormSection>([
    ...Object.entries({ designTime, runtime, ...(studioTestBench && { studioTestBench }) }),
    ...users,
  ]);
}

/**
 * The configuration with fingerprints in the place of secrets.
 *
 * @throws {AgentError} `value-encrypted`, `value-masked`
 */
export function storedConfiguration(form: StoredForm): StoredConfiguration {
  const { authentication: _, ...fields } = form;
  const sections = [...sectionsOfForm(form)].map(([place, section]): [string, StoredSection] => [
    place,
    storedSection(section, place),
  ]);
  return { ...fields, sections: new Map(sections) };
}

function storedSection(
  { clientSecret, clientSecretFingerprint, ...section }: StoredFormSection,
  place: string,
): StoredSection {
  if (clientSecret === undefined) return { ...section, clientSecretFingerprint };
  demandInClear(clientSecret ?? NO_SECRET, place);
  return { ...section, clientSecretFingerprint: fingerprintOf(clientSecret) };
}

/** Of a section without a secret there is none. */
function fingerprintOf(secret: Secret | null): string | null {
  return secret === null || secret.isEmpty ? null : secretFingerprint(secret);
}
