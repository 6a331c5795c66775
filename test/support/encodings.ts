/** Ways in which a server can repeat a secret that it was sent, or the header that held it. */
export const ECHOES: Readonly<Record<string, (secret: string, header: string) => string>> = {
  plain: (secret) => secret,
  'the Authorization header': (_, header) => header,
  'what the header decodes to': (_, header) => Buffer.from(header.split(' ')[1] ?? '', 'base64').toString(),
  'form-encoded': formEncoded,
  'percent-encoded': encodeURIComponent,
  Base64: inBase64Of,
  'Base64, one byte later': (secret) => Buffer.from(`x${secret}`).toString('base64'),
  'Base64, two bytes later': (secret) => Buffer.from(`xy${secret}`).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HEX: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  reversed,
  'in capitals': (secret) => secret.toUpperCase(),
  'its first twelve characters': (secret) => secret.slice(0, 12),
  'its last twelve characters': (secret) => secret.slice(-12),
  'escaped for JSON, JavaScript and HTML': (secret) =>
    [inJson(secret), inJson(inJson(secret)), escaped(secret), inHtml(secret), inNumbers(secret)].join(' '),
  'encoded twice, or with blanks between': (secret) =>
    [
      inBase64Of(formEncoded(secret)),
      inBase64Of(inBase64Of(secret)),
      formEncoded(formEncoded(secret)),
      spaced(secret),
    ].join(' '),
};

/** Every text by which a secret can be told again. */
function tracesOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex');
  return [
    ...[secret, inJson(secret), inJson(inJson(secret)), escaped(secret), inHtml(secret), inNumbers(secret)],
    ...[formEncoded(secret), formEncoded(formEncoded(secret)), encodeURIComponent(secret)],
    ...[secret, formEncoded(secret), inBase64Of(secret)].flatMap(inBase64),
    ...[hex, hex.toUpperCase(), reversed(secret), secret.toUpperCase(), spaced(secret)],
    ...[secret.slice(0, 12), secret.slice(-12)],
  ];
}

/** The first of these secrets of which a text holds a trace, with the trace. */
export function traceIn(text: string, secrets: Iterable<string>): string | undefined {
  // What holds a backslash is told with two of them.
  const told = `${text}\n${text.replaceAll('\\\\', '\\')}`;
  for (const secret of secrets) {
    const trace = tracesOf(secret).find((one) => told.includes(one));
    if (trace !== undefined) return `${secret} as ${trace}`;
  }
  return undefined;
}

/** Without the characters that the neighbours of the secret have a share in, for each of the three alignments. */
function inBase64(secret: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
      .toString('base64')
      .replace(/=+$/, '');
    const own = whole.slice(Math.ceil((shift * 8) / 6), whole.length - 1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** As it stands between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As JavaScript and JSON may write every character. */
function escaped(secret: string): string {
  return Array.from(secret, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

function spaced(secret: string): string {
  return [...secret].join(' ');
}

function inBase64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function inHtml(secret: string): string {
  return secret.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

function inNumbers(secret: string): string {
  return [...secret].map((char) => `&#${char.codePointAt(0)};`).join('');
}

function formEncoded(secret: string): string {
  return encodeURIComponent(secret)
    .replaceAll('%20', '+')
    .replace(/[-_.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function reversed(secret: string): string {
  return [...secret].reverse().join('');
}
