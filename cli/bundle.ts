import { build, type Plugin } from 'esbuild';
import { bundlePage } from './console/bundle.ts';

/** CommonJS packages in the bundle ask for `require`, which an ES module doesn't have by itself. */
const BANNER = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);`;

/** The console's page is made now: where `csr` is installed there are neither its sources nor a bundler. */
const madeBeforehand: Plugin = {
  name: 'console-page',
  setup: ({ onLoad }) =>
    onLoad({ filter: /cli[\\/]console[\\/]bundle\.ts$/ }, async () => ({
      contents: `export const bundlePage = async () => (${JSON.stringify(await bundlePage())});`,
      loader: 'js',
    })),
};

/** Bundles the command line into one file that needs nothing but Node: Node doesn't run TypeScript below `node_modules`. */
await build({
  entryPoints: ['cli/main.ts'],
  outfile: 'dist/csr.mjs',
  bundle: true,
  plugins: [madeBeforehand],
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
