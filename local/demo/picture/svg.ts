/** Colours for light pages, and others where the reader prefers dark ones. Red and the dashes tell failures apart without colours, too. */
export const STYLE = `
.card{fill:#fff;stroke:#d0d7de}
text{fill:#1f2328;font:13px system-ui,sans-serif}
.heading{font-weight:600;font-size:15px}
.small{font-size:11px;fill:#59636e}
.old{fill:#9a6700}
.new{fill:#0969da}
.ok{stroke:#8c959f}
.failed{stroke:#cf222e;stroke-width:2}
.gap{fill:#cf222e;fill-opacity:.14}
.axis,.mark{stroke:#8c959f}
.mark{stroke-dasharray:3 3}
.bar{fill:#fff;font-weight:600}
@media (prefers-color-scheme:dark){
.card{fill:#0d1117;stroke:#3d444d}
text{fill:#e6edf3}
.small{fill:#9198a1}
.old{fill:#d29922}
.new{fill:#4493f8}
.ok{stroke:#656c76}
.failed{stroke:#ff7b72}
.gap{fill:#ff7b72;fill-opacity:.22}
.bar{fill:#0d1117}
}
`;

/** One element of SVG with its content; what is in attributes is escaped, content is taken as it is. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] = [],
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return content.length === 0
    ? `<${name}${list.join('')}/>`
    : `<${name}${list.join('')}>${content.join('\n')}</${name}>`;
}

/** A line of text. */
export function text(x: number, y: number, words: string, attributes: Readonly<Record<string, string>> = {}): string {
  return element('text', { x: rounded(x), y: rounded(y), ...attributes }, [escaped(words)]);
}

/** To a tenth, so that files stay small. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(value: string | number): string {
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
