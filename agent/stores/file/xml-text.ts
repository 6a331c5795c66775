import { DOMImplementation, type Document, type Element } from '@xmldom/xmldom';
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { AgentError } from '../../errors.ts';
import type { Encoding } from './encoding.ts';
import { GAP, type Located } from './format.ts';

/** A parsed XML text, and where its values stand. */
export interface XmlText {
  readonly document: Document;
  /** By node: an attribute, or an element that holds nothing but text. */
  readonly located: ReadonlyMap<unknown, Located>;
}

interface Open {
  readonly element: Element;
  /** The first character of the content. */
  readonly start: number;
  readonly attributes: ReadonlyMap<string, Located>;
  text: string;
  /** Whether the content is one CDATA section, and nothing else. */
  cdata: boolean;
  simple: boolean;
}

/** What an XML declaration may call an encoding. A file without a declaration is UTF-8, or UTF-16 with a byte order mark. */
const DECLARED: Readonly<Record<Encoding, RegExp>> = {
  'utf-8': /^(utf-?8|us-ascii)?$/i,
  'utf-16le': /^(utf-16(le)?)?$/i,
  'windows-1252': /^windows-1252$/i,
};

/** The tree takes time by the square of its depth. */
const MOST_DEPTH = 500;

/**
 * Parses an XML text. Document type declarations are refused: entities of a file's own would change what a value means.
 *
 * @param encoding how its bytes were read
 * @throws {AgentError} `syntax-invalid`; `encoding-wrong` when its declaration names another encoding
 */
export function parseXml(text: string, encoding: Encoding): XmlText {
  const reader = new Reader(text);
  const parser = new SaxesParser({ xmlns: true, position: true });
  const refuse = (reason: string) =>
    new AgentError('syntax-invalid', `The file is not XML that can be used: line ${parser.line}${reason}.`);
  parser.on('error', () => {
    throw refuse('');
  });
  let declared = '';
  parser.on('xmldecl', (declaration) => {
    declared = declaration.encoding ?? '';
  });
  parser.on('doctype', () => {
    throw refuse(' has a document type declaration');
  });
  parser.on('attribute', (attribute) => reader.attribute(attribute, parser.position));
  parser.on('opentag', (tag) => {
    if (reader.depth >= MOST_DEPTH) throw refuse(' is nested too deeply');
    reader.open(tag, parser.position);
  });
  parser.on('text', (part) => reader.text(part, false));
  parser.on('cdata', (part) => reader.text(part, true));
  parser.on('comment', () => reader.other());
  parser.on('processinginstruction', () => reader.other());
  parser.on('closetag', (tag) => reader.close(tag, parser.position));
  parser.write(text).close();
  if (!DECLARED[encoding].test(declared))
    throw new AgentError('encoding-wrong', `The file's XML declaration names another encoding than ${encoding}.`);
  return reader;
}

/** Builds the tree, and notes where values stand. */
class Reader implements XmlText {
  readonly document = new DOMImplementation().createDocument(null, '');
  readonly located = new Map<unknown, Located>();
  readonly #text: string;
  readonly #stack: Open[] = [];
  #attributes = new Map<string, Located>();

  constructor(text: string) {
    this.#text = text;
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#stack.length;
  }

  /** @param position the first character after the closing quotation mark */
  attribute({ name, value }: Pick<SaxesAttributeNS, 'name' | 'value'>, position: number): void {
    const end = position - 1;
    const quote = this.#text.charAt(end);
    const start = this.#text.lastIndexOf(quote, end - 1) + 1;
    const encode = (next: string) => escapeXml(next).replaceAll(quote, quote === '"' ? '&quot;' : '&apos;');
    this.#attributes.set(name, { start, end, value, encode });
  }

  open({ name, uri, attributes }: SaxesTagNS, position: number): void {
    const parent = this.#stack.at(-1);
    if (parent) parent.simple = false;
    const element = this.document.createElementNS(uri || null, name);
    (parent?.element ?? this.document).appendChild(element);
    for (const attribute of Object.values(attributes)) {
      element.setAttributeNS(attribute.uri || null, attribute.name, attribute.value);
      const place = this.#attributes.get(attribute.name);
      if (place) this.located.set(element.getAttributeNode(attribute.name), place);
    }
    this.#stack.push({ element, start: position, attributes: this.#attributes, text: '', cdata: false, simple: true });
    this.#attributes = new Map();
  }

  text(part: string, cdata: boolean): void {
    const open = this.#stack.at(-1);
    if (!open) return;
    if (cdata) open.cdata = open.text === '';
    else if (open.cdata && part !== '') open.simple = false;
    open.text += part;
  }

  /** A comment or an instruction within a value: replacing the value would remove it. */
  other(): void {
    const open = this.#stack.at(-1);
    if (open) open.simple = false;
  }

  close({ isSelfClosing, name }: SaxesTagNS, position: number): void {
    const open = this.#stack.pop();
    if (!open) return;
    const { element, text } = open;
    if (text !== '') element.appendChild(this.document.createTextNode(text));
    if (!open.simple) return;
    const place = isSelfClosing ? this.#emptyElement(name, position) : this.#content(open, position);
    this.located.set(element, place);
    if (element.firstChild) this.located.set(element.firstChild, place);
  }

  #content({ start, text, cdata }: Open, position: number): Located {
    const end = this.#text.lastIndexOf('</', position - 1);
    const whole = cdata && this.#text.startsWith('<![CDATA[', start) && this.#text.startsWith(']]>', end - 3);
    const encode = whole
      ? (next: string) => `<![CDATA[${demandChars(next).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
      : escapeXml;
    return { start, end, value: text, encode };
  }

  #emptyElement(name: string, position: number): Located {
    const around = (content: string) => `>${content}</${name}>`;
    const gap = around(GAP);
    return { start: position - 2, end: position, value: null, gap, encode: (next) => around(escapeXml(next)) };
  }
}

function escapeXml(value: string): string {
  return demandChars(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What XML 1.0 can hold, and what no reader normalizes away. */
function demandChars(value: string): string {
  if (!/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(value)) return value;
  throw new AgentError(
    'value-not-writable',
    'The new value has a character that XML cannot hold. Nothing was changed.',
  );
}
