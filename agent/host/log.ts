/** Facts of a line: never a value of a configuration. */
type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** The agent's log: one JSON object a line, on standard output. */
export interface Log {
  info(event: string, facts: Facts): void;
  warn(event: string, facts: Facts): void;
  error(event: string, facts: Facts): void;
}

/** A log. @param write takes a whole line */
export function createLog(write: (line: string) => void, now: () => number): Log {
  const at = (level: string) => (event: string, facts: Facts) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...facts })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
