import xpath from 'xpath';
import { AgentError } from '../../errors.ts';
import type { Encoding } from './encoding.ts';
import type { Format, Located } from './format.ts';
import { parseXml, type XmlText } from './xml-text.ts';

/**
 * XML; a place is an XPath that selects one attribute, or one element that holds nothing but text. Values are replaced where they
 * stand: the file is never written anew from a tree.
 *
 * @param namespaces prefixes for the XPaths
 * @see [XPath 1.0](https://www.w3.org/TR/1999/REC-xpath-19991116/)
 */
export function xmlFormat(encoding: Encoding, namespaces: Readonly<Record<string, string>> = {}): Format {
  const select = xpath.useNamespaces({ ...namespaces });
  return {
    locate(text, places) {
      const parsed = parseXml(text, encoding);
      const find = (place: string) => locateOne(selectedBy(select, place, parsed), place, parsed);
      return new Map(places.map((place) => [place, find(place)]));
    },
  };
}

/** @throws {AgentError} `place-not-found` where the library can't evaluate what the settings say */
function selectedBy(select: ReturnType<typeof xpath.useNamespaces>, place: string, { document }: XmlText): unknown {
  try {
    return select(place, document as unknown as Node);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new AgentError(
      'place-not-found',
      `${place} is not an XPath 1.0, or has a prefix that namespaces doesn't give.`,
    );
  }
}

function locateOne(selected: unknown, place: string, { located }: XmlText): Located {
  if (!Array.isArray(selected))
    throw new AgentError('value-not-usable', `${place} selects no attribute and no element.`);
  if (selected.length === 0) throw new AgentError('place-not-found', `The file has nothing at ${place}.`);
  if (selected.length > 1) throw new AgentError('place-ambiguous', `The file has more than one value at ${place}.`);
  const found = located.get(selected[0]);
  if (found) return found;
  throw new AgentError(
    'value-not-usable',
    `${place} selects neither an attribute nor an element that holds nothing but text.`,
  );
}
