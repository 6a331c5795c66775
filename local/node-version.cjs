'use strict';
// Runs before everything else, on whatever Node there is: nothing here may need more than Node 6.
// biome-ignore lint/style/useNodejsImportProtocol: older versions of Node don't know it
const fs = require('fs');
// biome-ignore lint/style/useNodejsImportProtocol: as above
const path = require('path');

const NEEDED = 24;

/**
 * What keeps the project from running, in one sentence; undefined when nothing does.
 *
 * @param found version, platform and arch of this Node, and whether the dependencies are installed
 */
function obstacle(found) {
  if (parseInt(found.version.slice(1), 10) < NEEDED) {
    const here = `This needs Node ${NEEDED} or later, and here is ${found.version}`;
    if (found.platform === 'linux' && found.arch === 'x64')
      return `${here}: run "npm ci", without --omit=optional, which brings it along.`;
    return `${here}: for ${found.platform} on ${found.arch}, install it from https://nodejs.org, then run "npm ci".`;
  }
  return found.installed ? undefined : 'The dependencies are not installed: run "npm ci" first.';
}

module.exports = { obstacle };

if (require.main === module) {
  const installed = fs.existsSync(path.join(__dirname, '..', 'node_modules', 'zod'));
  const { version, platform, arch } = process;
  const sentence = obstacle({ version, platform, arch, installed });
  if (sentence) {
    console.error(sentence);
    process.exitCode = 1;
  }
}
