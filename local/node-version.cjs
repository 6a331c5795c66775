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
  return found.installed
    ? undefined
    : 'Dependencies are missing, or older than this version of the project: run "npm ci".';
}

/** Whether every package that package.json names is there. */
function allInstalled() {
  const root = path.join(__dirname, '..');
  const { dependencies, devDependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const names = Object.keys(Object.assign({}, dependencies, devDependencies));
  return names.every((name) => fs.existsSync(path.join(root, 'node_modules', name)));
}

module.exports = { obstacle };

if (require.main === module) {
  const { version, platform, arch } = process;
  const sentence = obstacle({ version, platform, arch, installed: allInstalled() });
  if (sentence) {
    console.error(sentence);
    process.exitCode = 1;
  }
}
