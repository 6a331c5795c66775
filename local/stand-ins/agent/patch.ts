import type { CredentialDocument } from '../../../functions/credential/document.ts';
import type { Configuration, Section } from '../connector/configuration.ts';

/** The merge patch that gives every section of a client the document; undefined where no section is the client's. */
export function patchOf(
  { authentication }: Configuration,
  { clientId, clientSecret, accessTokenUrl, scope }: CredentialDocument,
  others: readonly string[],
): object | undefined {
  const { machineUsers = {}, ...single } = authentication;
  const value = { clientId, clientSecret: clientSecret.reveal(), accessTokenUrl, scopes: scope };
  const ids = [clientId, ...others];
  const isOurs = (section: Section | undefined) =>
    section !== undefined &&
    section.flowType !== 'Basic' &&
    ids.includes(section.clientId) &&
    isSame(section.accessTokenUrl, accessTokenUrl);
  const written = (sections: Record<string, Section | undefined>) =>
    Object.fromEntries(
      Object.entries(sections)
        .filter(([, section]) => isOurs(section))
        .map(([name]) => [name, value]),
    );
  const patch = { ...written(single), machineUsers: written(machineUsers) };
  const count = Object.keys(patch).length - 1 + Object.keys(patch.machineUsers).length;
  return count > 0 ? { authentication: patch } : undefined;
}

function isSame(text: string, url: string): boolean {
  return URL.canParse(text) && new URL(text).href === new URL(url).href;
}
