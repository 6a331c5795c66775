import { randomUUID } from 'node:crypto';
import { applyEdits, type FormattingOptions, findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';

export const FORMAT: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

/** A value for a place in a credential. */
interface Edit {
  readonly path: readonly (string | number)[];
  readonly after: unknown;
}

/** What becomes of the credentials of a fleet file. */
export interface Edits {
  /** By the place in the file's list. */
  readonly changed: ReadonlyMap<number, readonly Edit[]>;
  readonly added: readonly object[];
}

/**
 * The text of a fleet file with some credentials changed, and others at the end of the list. Comments, and whatever else is there, stay
 * as they are. The text is parsed twice, however many credentials there are.
 */
export function withEdits(text: string, { changed, added }: Edits): string {
  const list = findNodeAtLocation(rootOf(text), ['credentials'])?.children ?? [];
  // From the end: what comes before stays where it is.
  const edited = [...changed]
    .sort(([one], [other]) => other - one)
    .reduce((into, [at, edits]) => withinCredential(into, list[at], edits), text);
  return added.length > 0 ? withAdditions(edited, added) : edited;
}

function rootOf(text: string): Node {
  // A byte order mark is a blank of one character: offsets stay true.
  const root = parseTree(text.replace(/^\uFEFF/, ' '), [], { allowTrailingComma: true });
  if (!root) throw new Error('no JSON');
  return root;
}

/** Only the credential's own text is parsed anew for each of its edits. What stands before it on its line keeps its width. */
function withinCredential(text: string, node: Node | undefined, edits: readonly Edit[]): string {
  if (!node) throw new Error('no such credential');
  const lineStart = text.lastIndexOf('\n', node.offset - 1) + 1;
  const indent = text.slice(lineStart, node.offset).replaceAll(/\S/g, ' ');
  const end = node.offset + node.length;
  const own = indent + text.slice(node.offset, end);
  const changed = edits.reduce(
    (into, { path, after }) => applyEdits(into, modify(into, [...path], after, { formattingOptions: FORMAT })),
    own,
  );
  return text.slice(0, node.offset) + changed.slice(indent.length) + text.slice(end);
}

/** One entry takes its place in the list, and all of them that entry's. */
function withAdditions(text: string, added: readonly object[]): string {
  const marker = JSON.stringify(randomUUID());
  const edits = modify(text, ['credentials', -1], JSON.parse(marker), {
    formattingOptions: FORMAT,
    isArrayInsertion: true,
  });
  const marked = applyEdits(text, edits);
  const at = marked.indexOf(marker);
  const indent = /[ \t]*$/.exec(marked.slice(0, at))?.[0] ?? '';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const entries = added.map((one) => JSON.stringify(one, null, 2).replaceAll('\n', `${eol}${indent}`));
  return marked.replace(marker, () => entries.join(`,${eol}${indent}`));
}
