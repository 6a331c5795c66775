import { build } from 'esbuild';

/** Says what is missing on an older Node. CommonJS packages in the bundle ask for `require`, which an ES module doesn't have by itself. */
const BANNER = `if (Number.parseInt(process.versions.node) < 24) {
  console.error('The agent needs Node 24 or later, and here is ' + process.versions.node + '.');
  process.exit(2);
}
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);`;

/** Bundles the agent into one file that needs nothing but Node. */
await build({
  entryPoints: ['agent/main.ts'],
  outfile: 'dist/agent.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // jsonc-parser's other form asks for its files at run time.
  mainFields: ['module', 'main'],
  banner: { js: BANNER },
  legalComments: 'eof',
  logLevel: 'info',
});
