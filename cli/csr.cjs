#!/usr/bin/env node
'use strict';
// Runs before everything else, on whatever Node there is: nothing here may need more than Node 6.
// biome-ignore lint/style/useNodejsImportProtocol: older versions of Node don't know it
const fs = require('fs');
// biome-ignore lint/style/useNodejsImportProtocol: as above
const path = require('path');

const NEEDED = 24;

if (parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `csr needs Node ${NEEDED} or later, and here is ${process.version}: install it from https://nodejs.org. In a checkout on Linux x64, "npm ci" brings it along for "npx csr".`,
  );
  process.exitCode = 2;
} else {
  // A checkout runs its sources; a package has nothing but the bundle.
  const sources = path.join(__dirname, 'main.ts');
  require(fs.existsSync(sources) ? sources : path.join(__dirname, '../dist/csr.mjs'));
}
