import { AgentError } from '../../errors.ts';
import type { Format, Located } from './format.ts';

/** How a value is written in a text file. */
export const ESCAPES = ['none', 'env', 'properties'] as const;

export type Escape = (typeof ESCAPES)[number];

interface Rule {
  decode(raw: string): string;
  encode(value: string): string;
}

const RULES: Readonly<Record<Escape, Rule>> = {
  /** As it stands; ini files, for example. A `;` or `#` may begin a comment there, a blank at an end may get lost. */
  none: {
    decode: (raw) => raw,
    encode: (value) => demandWritable(value, /[;#"']|^\s|\s$/),
  },
  /** Of a shell: bare where nothing has a meaning, else in double quotes with `\` before `\`, `"`, `$` and a backtick. */
  env: {
    decode: (raw) => {
      if (/^'[^']*'$/.test(raw)) return raw.slice(1, -1);
      return /^".*"$/.test(raw) ? raw.slice(1, -1).replaceAll(/\\([\\"$`])/g, '$1') : raw;
    },
    encode: (value) => (/^[\w@%+=:,./~-]*$/.test(value) ? value : `"${value.replaceAll(/[\\"$`]/g, '\\$&')}"`),
  },
  /** Of java.util.Properties: `\` before `\` and before a blank at the beginning; what is not ASCII as `\uXXXX`. */
  properties: {
    decode: (raw) =>
      raw.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, hex?: string, other = '') =>
        hex ? String.fromCharCode(Number.parseInt(hex, 16)) : other,
      ),
    encode: (value) =>
      value
        .replaceAll('\\', '\\\\')
        .replace(/^ /, '\\ ')
        .replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  },
};

/**
 * Any text; a place is a regular expression with one group, which has to match exactly once. The group is the value. `^` and `$`
 * match at line ends.
 */
export function textFormat(kind: Escape): Format {
  return { locate: (text, places) => new Map(places.map((place) => [place, locateOne(text, place, RULES[kind])])) };
}

function locateOne(text: string, place: string, rule: Rule): Located {
  const [match, second] = text.matchAll(new RegExp(place, 'dgmu'));
  if (!match) throw new AgentError('place-not-found', `No line of the file matches ${place}.`);
  if (second) throw new AgentError('place-ambiguous', `More than one place of the file matches ${place}.`);
  const [start, end] = match.indices?.[1] ?? [];
  if (start === undefined || end === undefined)
    throw new AgentError('place-not-found', `The group of ${place} matches nothing.`);
  const encode = (value: string) => rule.encode(demandWritable(value, /\p{Cc}/u));
  return { start, end, value: rule.decode(text.slice(start, end)), encode };
}

function demandWritable(value: string, forbidden: RegExp): string {
  if (!forbidden.test(value)) return value;
  throw new AgentError(
    'value-not-writable',
    'The new value has a character that the file cannot hold in this place. Nothing was changed.',
  );
}
