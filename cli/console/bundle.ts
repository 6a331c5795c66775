import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The files of the page, by path below the room. */
export type Page = Readonly<Record<string, { readonly type: string; readonly text: string }>>;

const SOURCES = fileURLToPath(new URL('./page/', import.meta.url));

/** Bundles the console's page. Nothing of it is loaded from elsewhere. In a package, `cli/bundle.ts` has done it beforehand. */
export async function bundlePage(): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: { console: `${SOURCES}main.tsx`, style: `${SOURCES}styles/index.css` },
    outdir: 'console',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'eof',
    logLevel: 'warning',
  });
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  return {
    '': { type: 'text/html', text: await readFile(`${SOURCES}index.html`, 'utf8') },
    'console.js': { type: 'text/javascript', text: textOf('console.js') },
    'style.css': { type: 'text/css', text: textOf('style.css') },
    'icon.svg': { type: 'image/svg+xml', text: await readFile(`${SOURCES}icon.svg`, 'utf8') },
  };
}
