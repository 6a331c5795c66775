import { secretFingerprint } from '../../../functions/credential/secret/fingerprint.ts';
import { inClear, Secret } from '../../../functions/credential/secret/secret.ts';
import {
  FLOW_TYPES,
  type SectionValues,
  type StoredConfiguration,
  type StoredSection,
  USERS,
} from '../../engine/contract.ts';
import { AgentError } from '../../errors.ts';
import type { FileAdapter, FileSection, Fixed } from '../../settings/adapter.ts';
import type { Located } from './format.ts';
import { demandInClear } from './secret-form.ts';

type Anywhere = string | Fixed;
type Values = ReadonlyMap<string, Located>;

/** The sections of a file, by place in the contract. */
export function sectionsOf({ sections: { designTime, runtime, studioTestBench, machineUsers = {} } }: FileAdapter) {
  const users = Object.entries(machineUsers).map(([user, section]) => [`${USERS}${user}`, section] as const);
  const single = { designTime, runtime, ...(studioTestBench && { studioTestBench }) };
  return new Map<string, FileSection>([...Object.entries(single), ...users]);
}

/** Every place of the settings, each once. */
export function placesOf(adapter: FileAdapter): readonly string[] {
  const { name, serviceUri, ifsVersion, breakWorkflowOnError } = adapter;
  const sections = [...sectionsOf(adapter).values()].flatMap((section) => Object.values(section));
  const all = [name, serviceUri, ifsVersion, breakWorkflowOnError, ...sections];
  return [...new Set(all.filter((each) => typeof each === 'string'))];
}

/**
 * The configuration that a file's values make.
 *
 * @throws {AgentError} `value-not-usable`, `value-encrypted`, `value-masked`
 */
export function configurationOf(adapter: FileAdapter, values: Values, otherwise: string): StoredConfiguration {
  const text = (place: Anywhere) => textAt(place, values);
  const broken = rawAt(adapter.breakWorkflowOnError, values);
  return {
    name: adapter.name === undefined ? otherwise : text(adapter.name),
    serviceUri: text(adapter.serviceUri),
    ifsVersion: text(adapter.ifsVersion),
    breakWorkflowOnError: broken === true || /^(true|1|yes)$/i.test(String(broken)),
    sections: new Map(
      [...sectionsOf(adapter)].map(([place, section]) => [place, sectionAt(place, section, { adapter, values })]),
    ),
  };
}

function sectionAt(
  place: string,
  section: FileSection,
  { adapter, values }: { adapter: FileAdapter; values: Values },
): StoredSection {
  const text = (where: Anywhere) => textAt(where, values);
  const secret = new Secret(text(section.clientSecret));
  demandInClear(secret, place);
  return {
    flowType: flowTypeOf(text(section.flowType), place, adapter),
    accessTokenUrl: text(section.accessTokenUrl),
    clientId: text(section.clientId),
    clientSecretFingerprint: secret.isEmpty ? null : secretFingerprint(secret),
    scopes: text(section.scopes),
  };
}

function flowTypeOf(word: string, place: string, { flowTypes }: FileAdapter): StoredSection['flowType'] {
  const known = flowTypes[word] ?? FLOW_TYPES.find((type) => type === word);
  if (known) return known;
  throw new AgentError(
    'value-not-usable',
    `The flow type of ${place} is none that is known; name the file's words in flowTypes.`,
  );
}

function rawAt(place: Anywhere, values: Values): string | boolean | null {
  return typeof place === 'string' ? (values.get(place)?.value ?? null) : place.value;
}

/** @throws {AgentError} `value-not-usable` for a switch in the place of a text: a text that is written there would change its kind */
function textAt(place: Anywhere, values: Values): string {
  const raw = rawAt(place, values);
  if (typeof place === 'string' && typeof raw === 'boolean')
    throw new AgentError('value-not-usable', `The value at ${place} is not a text.`);
  return String(raw ?? '');
}

/**
 * What has to be written where, for the new values of one section. A value that is already there isn't written again, so that its
 * spelling stays.
 *
 * @throws {AgentError} `fixed-value-differs` when the settings fix another value
 */
export function writesOf(
  place: string,
  section: FileSection,
  { next, values }: { next: SectionValues; values: Values },
): [string, string][] {
  const members = ['clientId', 'clientSecret', 'accessTokenUrl', 'scopes'] as const;
  const wanted = inClear(next);
  return members.flatMap((member): [string, string][] => {
    const where = section[member];
    if (textAt(where, values) === wanted[member]) return [];
    if (typeof where === 'string') return [[where, wanted[member]]];
    throw new AgentError(
      'fixed-value-differs',
      `The settings fix ${member} of ${place}, and it would have to change. Nothing was changed.`,
    );
  });
}
