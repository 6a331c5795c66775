import { isDeepStrictEqual } from 'node:util';
import type { Profile, Recipe } from './recipe.ts';
import type { SeenRotator } from './seen.ts';

/** In what a rotator's client differs from the recipe, by the names of members and attributes. */
export function differencesOf({ rotator: { demanded, attributes } }: Recipe, seen: SeenRotator): string[] {
  const members = Object.entries(demanded).filter(([name, value]) => seen.representation[name] !== value);
  const others = Object.entries(attributes).filter(([name, value]) => !isSameText(seen.attributes[name], value));
  return [...members, ...others].map(([name]) => name);
}

/** JSON in a text is compared as JSON: whoever wrote it may have laid it out in another way. */
function isSameText(one: string | undefined, other: string): boolean {
  return one === other || (one !== undefined && isDeepStrictEqual(parsed(one), parsed(other)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What decides about a client profile or policy. */
const DECISIVE = ['enabled', 'profiles', 'executors', 'conditions'] as const;

/** Whether a client profile or policy does what the recipe's does: numbers may be texts, and what has a default may be absent. */
export function isLike(seen: Profile, wanted: Profile): boolean {
  return DECISIVE.every((member) => holds(seen[member], wanted[member]));
}

/** Whether all of a wanted value is in another one. */
function holds(seen: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(seen) && seen.length === wanted.length && wanted.every((one, at) => holds(seen[at], one));
  if (typeof wanted === 'object' && wanted !== null)
    return typeof seen === 'object' && seen !== null && hasAll(seen as Members, wanted as Members);
  return wanted === undefined || isSameText(String(seen), String(wanted));
}

type Members = Readonly<Record<string, unknown>>;

function hasAll(seen: Members, wanted: Members): boolean {
  return Object.entries(wanted).every(([name, value]) => holds(seen[name], value));
}
