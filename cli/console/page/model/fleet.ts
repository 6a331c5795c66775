import { ageOf } from './age.ts';
import type { Listed } from './answers.ts';
import { STANDINGS, type Standing, standingOf, urgencyOf } from './standing.ts';

/** What of the fleet is shown. An empty text is no restriction. */
export interface Filter {
  readonly text: string;
  readonly standing: Standing | '';
  readonly strategy: string;
  readonly door: string;
}

export const NO_FILTER: Filter = { text: '', standing: '', strategy: '', door: '' };

/** A credential with how it stands. */
export interface Row {
  readonly one: Listed;
  readonly standing: Standing;
}

/** The fleet, what needs a person first; among equals the oldest, then by name. */
export function rowsOf(listed: readonly Listed[], now: number): Row[] {
  return listed
    .map((one) => ({ one, standing: standingOf(one, now), age: ageOf(one, now) ?? -1 }))
    .sort(
      (one, other) =>
        urgencyOf(one.standing) - urgencyOf(other.standing) || other.age - one.age || order(one.one.id, other.one.id),
    );
}

function order(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** The rows that a filter lets through. All words of its text have to be somewhere in the id or the Client ID. */
export function filtered(rows: readonly Row[], { text, standing, strategy, door }: Filter): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ one, standing: stands }) => {
    if (standing !== '' && stands !== standing) return false;
    if (strategy !== '' && ('problem' in one || one.strategy !== strategy)) return false;
    if (door !== '' && !doorsOf(one).includes(door)) return false;
    const haystack = textOf(one);
    return words.every((word) => haystack.includes(word));
  });
}

/** How the IAM and the connectors of a credential are reached. */
export function doorsOf(one: Listed): string[] {
  if ('problem' in one) return [];
  return [...new Set([...(one.iam ? [one.iam] : []), ...one.connectors.map(({ via }) => via)])];
}

/** How many credentials stand how; standings that none has are left out. */
export function countsOf(rows: readonly Row[]): [Standing, number][] {
  return (Object.keys(STANDINGS) as Standing[]).flatMap((standing) => {
    const count = rows.filter((row) => row.standing === standing).length;
    return count > 0 ? [[standing, count] as [Standing, number]] : [];
  });
}

function textOf(one: Listed): string {
  const clients = 'problem' in one ? [] : [one.clientId].flat();
  const names = 'problem' in one ? [] : one.connectors.map(({ name }) => name);
  return [one.id, ...clients, ...names].join('\n').toLowerCase();
}
