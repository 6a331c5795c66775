import { STANDINGS, type Standing, type Tone } from '../model/standing.ts';

/** Each tone has a shape of its own: nothing is told by colour alone. */
const SHAPES: Readonly<Record<Tone, string>> = {
  bad: 'M8 1.500 15 14H1z M8 6v3.500 M8 11.700v.1',
  warn: 'M8 1.500 14.500 8 8 14.500 1.500 8z',
  busy: 'M13.500 8A5.500 5.500 0 1 1 8 2.500',
  calm: 'M2.500 8h11',
  good: 'M2.500 8.500 6.500 12.500 13.500 4',
};

/** A word with a shape and a colour. */
export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span class={`badge ${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[tone]} />
      </svg>
      {children}
    </span>
  );
}

/** How a credential stands. */
export function StandingBadge({ standing }: { standing: Standing }) {
  const { tone, label } = STANDINGS[standing];
  return <Badge tone={tone}>{label}</Badge>;
}
