import { FLOW_TYPES } from '../engine/contract.ts';
import type { Encoding } from '../stores/file/encoding.ts';
import { type Place, placesIn } from './places.ts';

/** A proposed adapter: a person looks at it before it is used. */
export interface Proposal {
  /** Where the marker stands. */
  readonly secrets: readonly string[];
  readonly adapter: object;
  /** What a person has to complete. */
  readonly open: readonly string[];
}

/** What the other values of a section look like: by their label, or by themselves. */
const LIKE: Readonly<Record<string, (place: Place) => boolean>> = {
  accessTokenUrl: ({ value }) => /^https?:\/\/\S+\/token$/i.test(value),
  scopes: ({ label, value }) => /scope/i.test(label) || /(^| )openid( |$)/.test(value),
  flowType: ({ label, value }) => /flow[ _-]?type|grant|^flow$/i.test(label) && /^[A-Za-z_-]+$/.test(value),
};

/**
 * Proposes an adapter for a file that holds the marker in clear.
 *
 * @returns undefined when the marker is part of a longer value, or the file has no form that an adapter knows
 */
export function propose(
  found: { file: string; encoding: Encoding; text: string },
  { marker, clientId }: { marker: string; clientId: string },
): Proposal | undefined {
  const { type, places } = placesIn(found.text, found.encoding);
  const secrets = places.filter(({ value }) => value === marker);
  const [first] = secrets;
  if (!first) return undefined;
  const open: string[] = [];
  const section = (secret: Place, name: string) => sectionAround(secret, places, { clientId, open, name });
  const designTime = secrets.find(({ place }) => /design/i.test(place)) ?? first;
  const runtime =
    secrets.find(({ place }) => /run/i.test(place)) ?? secrets.find((each) => each !== designTime) ?? first;
  if (secrets.length < 2) open.push('only one secret was found: designTime and runtime share it');
  const sections = { designTime: section(designTime, 'designTime'), runtime: section(runtime, 'runtime') };
  const words = flowWordsOf([designTime, runtime], places);
  if (words.length > 0) open.push(`flowTypes: see whether ${words.join(' and ')} means ClientCredentials`);
  const adapter = {
    type,
    file: found.file,
    ...(found.encoding !== 'utf-8' && { encoding: found.encoding }),
    ...(words.length > 0 && { flowTypes: Object.fromEntries(words.map((word) => [word, 'ClientCredentials'])) }),
    sections,
  };
  return { secrets: secrets.map(({ place }) => place), adapter, open };
}

/** The file's words for flow types that aren't the contract's. */
function flowWordsOf(secrets: readonly Place[], places: readonly Place[]): string[] {
  const groups = secrets.map(({ group }) => group);
  const values = places
    .filter((place) => groups.includes(place.group) && LIKE.flowType?.(place))
    .map(({ value }) => value);
  return [...new Set(values)].filter((value) => !FLOW_TYPES.some((type) => type === value));
}

function sectionAround(
  secret: Place,
  places: readonly Place[],
  { clientId, open, name }: { clientId: string; open: string[]; name: string },
): object {
  const near = places.filter(({ group, place }) => group === secret.group && place !== secret.place);
  const choose = (member: string, like: (place: Place) => boolean) => {
    const found = near.find(like) ?? places.find((place) => place !== secret && like(place));
    if (!found) open.push(`${name}.${member} was not found; give its place, or { "value": … } where the file has none`);
    return found?.place ?? { value: '' };
  };
  const flowType = near.find((place) => LIKE.flowType?.(place));
  return {
    ...(flowType && { flowType: flowType.place }),
    accessTokenUrl: choose('accessTokenUrl', LIKE.accessTokenUrl ?? (() => false)),
    clientId: choose('clientId', ({ value }) => value === clientId),
    clientSecret: secret.place,
    scopes: choose('scopes', LIKE.scopes ?? (() => false)),
  };
}
