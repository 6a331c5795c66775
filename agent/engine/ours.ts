import { sameAddress } from '../../functions/credential/address/addresses.ts';
import type { CredentialDocument } from '../../functions/credential/document.ts';
import { AgentError } from '../errors.ts';
import type { Change, SectionValues, StoredConfiguration, StoredSection } from './contract.ts';

/**
 * Whether a section belongs to the client: its Client ID byte for byte, its token URL as the same URL, and not Basic.
 *
 * @param clientIds the clients of the credential, where it alternates between two
 */
function isOurs(
  section: StoredSection,
  values: Pick<SectionValues, 'clientId' | 'accessTokenUrl'>,
  clientIds: readonly string[],
) {
  const sameClient =
    section.clientId === values.clientId ||
    (clientIds.includes(section.clientId) && clientIds.includes(values.clientId));
  return (
    sameClient &&
    section.flowType !== 'Basic' &&
    sameAddress(section.accessTokenUrl) === sameAddress(values.accessTokenUrl)
  );
}

/**
 * What a document changes: every section of ours.
 *
 * @throws {AgentError} `section-not-found` when no section is ours
 */
export function changeByDocument(
  { sections }: StoredConfiguration,
  { accessTokenUrl, clientId, clientSecret, scope }: CredentialDocument,
  clientIds: readonly string[],
): Change {
  const values = { clientId, clientSecret, accessTokenUrl, scopes: scope };
  const ours = [...sections].filter(([, section]) => isOurs(section, values, clientIds));
  if (ours.length > 0) return new Map(ours.map(([place]) => [place, values]));
  throw new AgentError(
    'section-not-found',
    "No section has the document's Client ID with its token URL. Nothing was changed.",
  );
}

/**
 * Refuses a change of a section that isn't there or isn't ours.
 *
 * @throws {AgentError} `section-not-found`, `section-not-ours`
 */
export function demandOurs({ sections }: StoredConfiguration, change: Change, clientIds: readonly string[]): void {
  for (const [place, values] of change) {
    const section = sections.get(place);
    if (!section) throw new AgentError('section-not-found', `There is no section ${place}. Nothing was changed.`);
    if (isOurs(section, values, clientIds)) continue;
    throw new AgentError(
      'section-not-ours',
      `The section ${place} is of another client or environment, or Basic. Nothing was changed.`,
    );
  }
}
