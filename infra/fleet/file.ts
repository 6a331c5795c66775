import { relative } from 'node:path';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { ConfigurationError } from '../faults/configuration-error.ts';
import type { Fault } from '../faults/fault.ts';
import { readText } from './file-text.ts';

/** So many faults of the syntax are told: one that is missing leads to many more. */
const MAX_SYNTAX_FAULTS = 10;

/** A file of JSON with comments and trailing commas, read strictly. */
export interface FleetFile {
  /** Its path as it is shortest from where the command runs. */
  readonly shown: string;
  readonly value: unknown;
  /** Keys that come twice, of which a parser would keep the last in silence, and `__proto__`. */
  readonly faults: readonly Fault[];
  /** The line of what lies at a path, or of the nearest thing around it; 1 is the first. */
  lineAt(path: readonly PropertyKey[]): number;
}

/**
 * Reads the fleet file.
 *
 * @param path absolute, or relative to the working directory
 * @param text what it holds @default - what is there
 * @throws {ConfigurationError} when it can't be read, isn't UTF-8 or isn't JSON
 */
export function readFleetFile(path: string, text = readText(path)): FleetFile {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || !root) throw new ConfigurationError(syntaxFaults(path, text, errors));
  const lineOf = linesIn(text);
  return {
    shown: shown(path),
    value: plainValue(root),
    faults: keyFaults(root, [], lineOf),
    lineAt: (where) => lineOf(nearestNode(root, where).offset),
  };
}

/** What lies in a list at the top of a file, whatever else is wrong with it. */
export function elementsOf({ value }: Pick<FleetFile, 'value'>, list: string): readonly unknown[] {
  const elements = (value as Record<string, unknown> | null | undefined)?.[list];
  return Array.isArray(elements) ? elements : [];
}

function shown(path: string): string {
  const short = relative('', path);
  return short.length < path.length ? short : path;
}

/** Finds the line of an offset. A file of megabytes is asked for thousands of lines. */
function linesIn(text: string): (offset: number) => number {
  const begins = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, begins.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((begins[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** `fleet.json:3:7: not JSON: comma expected`, with line and column as editors count them. */
function syntaxFaults(path: string, text: string, errors: readonly ParseError[]): string[] {
  if (errors.length === 0) return [`${path}: is empty`];
  return errors.slice(0, MAX_SYNTAX_FAULTS).map(({ error, offset }) => {
    const before = text.slice(0, offset).split('\n');
    const what = printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: not JSON: ${what}`;
  });
}

function keyFaults(node: Node, path: readonly PropertyKey[], lineOf: (offset: number) => number): Fault[] {
  if (node.type === 'array') return (node.children ?? []).flatMap((one, i) => keyFaults(one, [...path, i], lineOf));
  const members = membersOf(node);
  return members.flatMap(([key, value, offset], index) => {
    const first = members.find(([other]) => other === key);
    const below = keyFaults(value, [...path, key], lineOf);
    if (key === '__proto__') return [{ path: [...path, key], message: 'unknown key' }, ...below];
    if (!first || members.indexOf(first) === index) return below;
    const lines = `lines ${lineOf(first[2])} and ${lineOf(offset)}`;
    return [{ path: [...path, key], message: `comes twice, on ${lines}, and only one of them would count` }, ...below];
  });
}

/** The members of an object, with the offsets of their keys. */
function membersOf(node: Node): [key: string, value: Node, offset: number][] {
  return (node.type === 'object' ? (node.children ?? []) : []).flatMap(({ children, offset }) => {
    const [key, value] = children ?? [];
    return key && value ? [[String(key.value), value, offset]] : [];
  });
}

/** Without the one key that would change the object instead of its members. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(
    membersOf(node)
      .filter(([key]) => key !== '__proto__')
      .map(([key, value]) => [key, plainValue(value)]),
  );
}

function nearestNode(root: Node, path: readonly PropertyKey[]): Node {
  for (let length = path.length; length > 0; length--) {
    const found = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
    if (found) return found.parent?.type === 'property' ? found.parent : found;
  }
  return root;
}
