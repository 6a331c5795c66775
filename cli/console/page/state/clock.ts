import { useEffect, useState } from 'preact/hooks';
import { send } from './api.ts';

/** What the console's server says of itself. */
export interface About {
  readonly prefix: string;
  readonly api: string;
  readonly now: string;
}

/** How much the deployment's clock is ahead of this machine's. A demonstration sets it forward. */
let aheadMs = 0;

/** The deployment's time, in milliseconds since 1970. */
export function now(): number {
  return Date.now() + aheadMs;
}

/** Asks the server where it looks, and what time it is there. */
export async function lookAround(): Promise<About> {
  const about = await send<About>({ path: 'about' });
  const ahead = Date.parse(about.now) - Date.now();
  // Within two seconds it is the same clock, asked a moment later.
  aheadMs = Math.abs(ahead) > 2000 ? ahead : 0;
  return about;
}

/** What the server says of itself; undefined until it has. */
export function useAbout(): About | undefined {
  const [about, setAbout] = useState<About>();
  useEffect(() => void lookAround().then(setAbout, () => {}), []);
  return about;
}

/** The time, which goes on while somebody looks. */
export function useNow(everyMs = 15_000): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Math.max(time, now());
}

/** Calls something now and then while the page is visible. @param everyMs asked anew after each call */
export function useRepeated(work: () => Promise<void>, everyMs: () => number, key = ''): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const again = async () => {
      if (!document.hidden) await work();
      if (!over) timer = setTimeout(again, everyMs());
    };
    void again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key]);
}
