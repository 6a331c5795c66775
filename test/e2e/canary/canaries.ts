import { randomBytes } from 'node:crypto';
import { ECHOES, traceIn } from '../../support/encodings.ts';
import type { Written } from '../scan.ts';

/** Where Keycloak, the connectors and Secrets Manager have a secret in their JSON. */
const MEMBER = /"(?:clientSecret|secret|client\.secret\.rotated)":"((?:[^"\\]|\\.){8,})"/g;
const MASK = /^\*+$/;
/** A token that somebody has signed: it opens as much as a secret. */
const TOKEN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;

/** Every secret that was planted, or seen while it was made. */
export class Canaries {
  readonly #known = new Map<string, string>();
  #told = 0;

  /** Makes a secret. Every encoding writes it in another way. @param what what it is, for whoever finds it */
  plant(what: string): string {
    const value = `${randomBytes(15).toString('base64url')}+/=&"<\\${randomBytes(12).toString('base64url')}`;
    this.note(what, value);
    return value;
  }

  note(what: string, value: string): void {
    if (!MASK.test(value) && !this.#known.has(value)) this.#known.set(value, what);
  }

  /** Notes the secrets in a text that goes by. */
  noteIn(what: string, text: string): void {
    for (const [, written = ''] of text.matchAll(MEMBER)) this.note(what, JSON.parse(`"${written}"`) as string);
  }

  get values(): string[] {
    return [...this.#known.keys()];
  }

  /** What there is, without the values. */
  get kinds(): string[] {
    return [...new Set(this.#known.values())].sort();
  }

  /**
   * All that a neighbour can tell at its worst: the secrets that it was sent in each way in which they can be written, then all others.
   * What is cut off begins with another way each time.
   */
  told(sent: string, header = ''): string {
    const mine = this.values.filter((value) => sent.includes(value) || sent.includes(encodeURIComponent(value)));
    const ways = Object.values(ECHOES);
    const turn = this.#told++ % ways.length;
    const inTurn = [...ways.slice(turn), ...ways.slice(0, turn)];
    return [...new Set([...mine, ...this.values])]
      .flatMap((value) => inTurn.map((way) => way(value, header)))
      .concat(sent)
      .join(' ');
  }

  /** Where a secret or a token stands in what was written, and which. The findings don't repeat it. */
  leaksIn(texts: readonly Written[]): string[] {
    const together = texts.map(({ text }) => text).join('\n');
    const suspects = traceIn(together, this.values) === undefined ? [] : this.values;
    return suspects
      .flatMap((value) => texts.filter(({ text }) => traceIn(text, [value])).map((one) => this.#finding(value, one)))
      .concat(texts.filter(({ text }) => TOKEN.test(text)).map(({ where }) => `a token: ${where}`));
  }

  #finding(value: string, { where, text }: Written): string {
    const way = Object.entries(ECHOES).find(([, way]) => text.includes(way(value, value)))?.[0] ?? 'another form';
    return `${this.#known.get(value)}, ${way}: ${where}`;
  }
}
