import type { Finding, KnownFinding } from '../../ports/audit/records.ts';
import type { Judgement } from '../findings/judge.ts';

/**
 * What is known after an audit: what was found, since when; and what was found before, where this audit could not tell.
 *
 * @param before what the last audit knew
 */
export function merge(
  before: readonly KnownFinding[],
  { findings, tells }: Judgement,
  now: Date,
): readonly KnownFinding[] {
  const known = new Map(before.map((finding) => [keyOf(finding), finding]));
  const found = new Map(findings.map((finding) => [keyOf(finding), finding]));
  const kept = before.filter((finding) => !found.has(keyOf(finding)) && !tells(finding));
  const now_ = [...found].map(([key, finding]) => {
    const earlier = known.get(key);
    return { ...finding, since: finding.since ?? earlier?.since ?? now, announced: earlier?.announced ?? false };
  });
  return [...now_, ...kept];
}

/** Whether a judgement found something that nobody knew of and that a rotation under way could look like. */
export function isNews(before: readonly KnownFinding[], { findings }: Judgement): boolean {
  const known = new Set(before.map(keyOf));
  return findings.some((finding) => !known.has(keyOf(finding)));
}

/** Two findings of the same kind about the same thing are one. */
function keyOf({ kind, about = '' }: Finding): string {
  return `${kind} ${about}`;
}
