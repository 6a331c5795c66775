import * as z from 'zod';

const USERS = 'machineUsers/';

const Section = z.object({
  flowType: z.enum(['ClientCredentials', 'PasswordCredentials', 'AuthorizationCode', 'OpenId', 'Basic']),
  accessTokenUrl: z.string().nullable(),
  clientId: z.string().nullable(),
  clientSecretFingerprint: z.string().nullable(),
  scopes: z.string().nullable(),
});

/** A configuration as it is read, by the contract of docs/connector.md. */
export const View = z.object({
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

/** A section as it is read. */
export type Section = z.infer<typeof Section>;

/** All sections, each by its place: `runtime`, `machineUsers/anna`. */
export function sectionsOf({ authentication }: z.infer<typeof View>): Map<string, Section> {
  const { machineUsers = {}, designTime, runtime, studioTestBench } = authentication;
  const single = { designTime, runtime, ...(studioTestBench && { studioTestBench }) };
  const users = Object.entries(machineUsers).map(([user, section]): [string, Section] => [`${USERS}${user}`, section]);
  return new Map([...Object.entries(single), ...users]);
}

/** The places of a client's sections; by default it is the client of the runtime section. */
export function oursIn(
  sections: ReadonlyMap<string, Section>,
  {
    clientId,
    accessTokenUrl,
  }: { readonly clientId?: string | undefined; readonly accessTokenUrl?: string | undefined },
): string[] {
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

/** What gives sections a secret: always the same four members. */
export function patchOf(sections: readonly (readonly [string, Section | undefined])[], clientSecret: string): object {
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

/** Where the first fault is and what was expected there; never a value. */
export function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not as the contract says'}`;
}
