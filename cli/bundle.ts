import { build } from 'esbuild';

/** CommonJS packages in the bundle ask for `require`, which an ES module doesn't have by itself. */
const BANNER = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);`;

/** Bundles the command line into one file that needs nothing but Node: Node doesn't run TypeScript below `node_modules`. */
await build({
  entryPoints: ['cli/main.ts'],
  outfile: 'dist/csr.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // jsonc-parser's other form asks for its files at run time.
  mainFields: ['module', 'main'],
  banner: { js: BANNER },
  legalComments: 'eof',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
});
