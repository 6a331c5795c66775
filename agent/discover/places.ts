import { getNodePath, type Node as JsonNode, parseTree } from 'jsonc-parser';
import type { Encoding } from '../stores/file/encoding.ts';
import { parseXml } from '../stores/file/xml-text.ts';

/** A value of a file, and where it stands. */
export interface Place {
  readonly place: string;
  readonly value: string;
  /** Its neighbours have the same: the object, the element or the file that it is in. */
  readonly group: string;
  /** What it is called. */
  readonly label: string;
}

/** A file's values, and the adapter that finds them. */
export interface Places {
  readonly type: 'json' | 'xml' | 'text';
  readonly places: readonly Place[];
}

/** Every value of a text, in the first format that the text is. */
export function placesIn(text: string, encoding: Encoding): Places {
  return jsonPlaces(text) ?? xmlPlaces(text, encoding) ?? { type: 'text', places: textPlaces(text) };
}

function jsonPlaces(text: string): Places | undefined {
  const errors: { error: number }[] = [];
  const root = parseTree(text, errors as never, { allowTrailingComma: true });
  if (!root || errors.length > 0 || (root.type !== 'object' && root.type !== 'array')) return undefined;
  return { type: 'json', places: stringsBelow(root) };
}

function stringsBelow(node: JsonNode): Place[] {
  if (node.type !== 'string')
    return (node.children ?? []).slice(node.type === 'property' ? 1 : 0).flatMap(stringsBelow);
  const path = getNodePath(node).map(String);
  const pointer = (segments: string[]) =>
    segments.map((each) => `/${each.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return [
    { place: pointer(path), value: String(node.value), group: pointer(path.slice(0, -1)), label: path.at(-1) ?? '' },
  ];
}

function xmlPlaces(text: string, encoding: Encoding): Places | undefined {
  try {
    const { located } = parseXml(text, encoding);
    const places = [...located].flatMap(([node, { value }]) => xmlPlace(node as XmlNode, String(value ?? '')));
    return { type: 'xml', places };
  } catch {
    return undefined;
  }
}

interface XmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly parentNode: XmlNode | null;
  readonly ownerElement?: XmlNode | null;
  readonly previousSibling: XmlNode | null;
  readonly nextSibling: XmlNode | null;
  getAttribute?(name: string): string | null;
}

const ELEMENT = 1;
const ATTRIBUTE = 2;
/** The attributes that name an element: of appSettings and of its kin. */
const NAMING = ['key', 'name', 'id'];

function xmlPlace(node: XmlNode, value: string): Place[] {
  if (node.nodeType === ATTRIBUTE && node.ownerElement) {
    const owner = node.ownerElement;
    if (NAMING.includes(node.nodeName)) return [];
    const named = NAMING.map((name) => owner.getAttribute?.(name)).find(Boolean);
    return [
      {
        place: `${pathOf(owner)}/@${node.nodeName}`,
        value,
        group: named && owner.parentNode ? pathOf(owner.parentNode) : pathOf(owner),
        label: named ?? node.nodeName,
      },
    ];
  }
  if (node.nodeType !== ELEMENT) return [];
  return [{ place: pathOf(node), value, group: node.parentNode ? pathOf(node.parentNode) : '', label: node.nodeName }];
}

/** A path of names; an element that isn't the only one of its name gets its naming attribute, or its number. */
function pathOf(node: XmlNode): string {
  if (node.nodeType !== ELEMENT) return '';
  const above = node.parentNode ? pathOf(node.parentNode) : '';
  const name = node.nodeName.includes(':') ? `*[name()='${node.nodeName}']` : `*[local-name()='${node.nodeName}']`;
  return `${above}/${name}${whichOf(node)}`;
}

function whichOf(node: XmlNode): string {
  const attribute = NAMING.find((each) => /^[^'"]+$/.test(node.getAttribute?.(each) ?? ''));
  if (attribute) return `[@${attribute}='${node.getAttribute?.(attribute)}']`;
  const before = countSame(node, 'previousSibling');
  return before + countSame(node, 'nextSibling') > 0 ? `[${before + 1}]` : '';
}

function countSame(node: XmlNode, way: 'previousSibling' | 'nextSibling'): number {
  let count = 0;
  for (let other = node[way]; other; other = other[way])
    if (other.nodeType === ELEMENT && other.nodeName === node.nodeName) count += 1;
  return count;
}

/** Lines of `key=value` and `key: value`; a group is what stands below one `[heading]`. */
function textPlaces(text: string): Place[] {
  let group = '';
  return text.split(/\r?\n/).flatMap((line): Place[] => {
    const heading = /^\s*(\[[^\]]+\])\s*$/.exec(line)?.[1];
    if (heading) group = heading;
    const [, key, separator, raw = ''] = /^\s*([\w.:-]+?)(\s*[=:]\s*)(.*?)\s*$/.exec(line) ?? [];
    if (!key || !separator) return [];
    const quote = /^(["']).*\1$/.exec(raw)?.[1] ?? '';
    const value = quote ? raw.slice(1, -1) : raw;
    const inGroup = group ? `^${escapeRegex(group)}[^\\[]*?` : '';
    return [
      {
        place: `${inGroup}^\\s*${escapeRegex(key)}\\s*${separator.trim()}\\s*${quote}(.*?)${quote}\\s*$`,
        value,
        group,
        label: key,
      },
    ];
  });
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
