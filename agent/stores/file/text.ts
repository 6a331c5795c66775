import { createContext, runInContext } from 'node:vm';
import { AgentError, codeOf } from '../../errors.ts';
import type { Format, Located } from './format.ts';

/** How a value is written in a text file. */
export const ESCAPES = ['none', 'env', 'properties'] as const;

export type Escape = (typeof ESCAPES)[number];

interface Rule {
  decode(raw: string): string;
  encode(value: string): string;
}

const FIND = "(() => { const [one, two] = text.matchAll(new RegExp(place, 'dgmu')); return [one, two]; })()";
const MOST_MS = 3000;

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
      if (/^"([^"\\]|\\.)*"$/.test(raw)) return raw.slice(1, -1).replaceAll(/\\([\\"$`])/g, '$1');
      return demandPlain(raw, /["'\\]|\s#/);
    },
    encode: (value) => (/^[\w@%+=:,./~-]*$/.test(value) ? value : `"${value.replaceAll(/[\\"$`]/g, '\\$&')}"`),
  },
  /** Of java.util.Properties: `\` before `\` and before a blank at the beginning; what is not ASCII as `\uXXXX`. */
  properties: {
    decode: (raw) =>
      demandPlain(raw, /(?<!\\)(\\\\)*\\$/).replaceAll(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, hex?: string, other = '') =>
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
  const find = createFinder();
  return {
    locate: (text, places) =>
      new Map(places.map((place) => [place, locateOne(text, place, { rule: RULES[kind], find })])),
  };
}

function locateOne(text: string, place: string, { rule, find }: { rule: Rule; find: Find }): Located {
  const [match, second] = find(text, place);
  if (!match) throw new AgentError('place-not-found', `No line of the file matches ${place}.`);
  if (second) throw new AgentError('place-ambiguous', `More than one place of the file matches ${place}.`);
  const [start, end] = match.indices?.[1] ?? [];
  if (start === undefined || end === undefined)
    throw new AgentError('place-not-found', `The group of ${place} matches nothing.`);
  // What a regular expression takes for line ends, and no program does.
  if (/[\u2028\u2029]/.test(text.charAt(start - 1) + text.charAt(end)))
    throw new AgentError('value-not-usable', `The value of ${place} is cut by a line separator (U+2028, U+2029).`);
  const encode = (value: string) => rule.encode(demandWritable(value, /\p{Cc}/u));
  return { start, end, value: rule.decode(text.slice(start, end)), encode };
}

/** @throws {AgentError} `value-not-usable` for a value of several parts or lines: replacing the group would leave some of it */
function demandPlain(raw: string, forbidden: RegExp): string {
  if (!forbidden.test(raw)) return raw;
  throw new AgentError(
    'value-not-usable',
    'A value goes on in the next line, is put together of several parts, or has a comment after it: write it in one piece.',
  );
}

/** Gives the first two matches of a place. */
type Find = (text: string, place: string) => readonly (RegExpExecArray | undefined)[];

/** An expression that tries ever more ways would keep the whole agent from answering: it is stopped. */
function createFinder(): Find {
  const context = createContext({});
  return (text, place) => {
    Object.assign(context, { text, place });
    try {
      return runInContext(FIND, context, { timeout: MOST_MS });
    } catch (error) {
      if (codeOf(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new AgentError('place-ambiguous', `${place} can match in too many ways: it was tried for three seconds.`);
    } finally {
      context.text = '';
    }
  };
}

function demandWritable(value: string, forbidden: RegExp): string {
  if (!forbidden.test(value)) return value;
  throw new AgentError(
    'value-not-writable',
    'The new value has a character that the file cannot hold in this place. Nothing was changed.',
  );
}
