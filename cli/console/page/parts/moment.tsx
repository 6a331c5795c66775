import { formatDistance, formatPrecise, formatUtc } from '../format.ts';

/** A point of time: in the browser's zone, and in UTC for whoever points at it. */
export function Moment({ at, text }: { at: string | number; text?: string }) {
  const instant = new Date(at);
  const time = instant.getTime();
  return (
    <time dateTime={instant.toISOString()} title={`${formatUtc(time)} UTC`}>
      {text ?? formatPrecise(time)}
    </time>
  );
}

/** How far a point of time is from now. */
export function Distance({ at, now }: { at: string | number; now: number }) {
  const time = new Date(at).getTime();
  return <Moment at={time} text={formatDistance(time - now)} />;
}
