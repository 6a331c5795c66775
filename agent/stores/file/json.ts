import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { AgentError } from '../../errors.ts';
import type { Format, Located } from './format.ts';

/**
 * JSON, with comments and trailing commas; a place is a JSON Pointer. Values are replaced where they stand, so that comments and
 * layout stay.
 *
 * @see [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)
 */
export const jsonFormat: Format = {
  locate(text, places) {
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { allowTrailingComma: true });
    const [fault] = errors;
    if (!root || fault)
      throw new AgentError('syntax-invalid', `The file is not JSON: line ${lineAt(text, fault?.offset ?? 0)}.`);
    return new Map(places.map((place) => [place, locateOne(root, place)]));
  },
};

function locateOne(root: Node, pointer: string): Located {
  const node = segmentsOf(pointer).reduce<Node | undefined>(step, root);
  if (!node) throw new AgentError('place-not-found', `The file has no value at ${pointer}.`);
  const value: unknown = node.value ?? null;
  if (node.type === 'object' || node.type === 'array' || typeof value === 'number')
    throw new AgentError('value-not-usable', `The value at ${pointer} is not a text.`);
  return {
    start: node.offset,
    end: node.offset + node.length,
    value: value as string | boolean | null,
    encode: (text) => JSON.stringify(text),
  };
}

/** One step down. A member that stands twice in an object is refused: programs differ in which of the two they take. */
function step(node: Node | undefined, segment: string): Node | undefined {
  if (node?.type === 'array')
    return /^(0|[1-9]\d*)$/.test(segment) ? findNodeAtLocation(node, [Number(segment)]) : undefined;
  if (node?.type !== 'object') return undefined;
  const members = (node.children ?? []).filter(({ children }) => children?.[0]?.value === segment);
  if (members.length > 1)
    throw new AgentError('place-ambiguous', `The file has the member ${segment} twice in one object.`);
  return members[0]?.children?.[1];
}

function segmentsOf(pointer: string): string[] {
  const [, ...segments] = pointer.split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
