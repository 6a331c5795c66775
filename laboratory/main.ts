import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { playMisfortunes } from './agents/singles.ts';
import { CONDITIONS, dimensionsOf, JUDGEMENTS, NEW_DIMENSIONS } from './dimensions.ts';
import { dryRunFaults, playDryRuns } from './dry-runs.ts';
import { playStates, statesText } from './exhaustive.ts';
import { SINGLE, THOROUGH } from './faults.ts';
import { playPairs } from './pairs.ts';
import { playProperty } from './property.ts';
import { markdown, reportOf, text } from './report.ts';
import { play } from './scene.ts';
import { namedScenes } from './scenes.ts';
import { Script } from './script.ts';
import { type Only, playSingles } from './singles.ts';
import { playStorms } from './storms.ts';
import { playTally, tallyText } from './tally.ts';

const HELP = `Breaks rotations at every request, and says what became of them.

npm run faults                                   single faults, outages, pairs and random scenes; a matrix on stdout
npm run faults -- --only strategy=in-place,fault=time-out
npm run faults -- --runs 10000                   random scenes only, so many
npm run faults -- --replay scene.json            one scene again, with every request (or the JSON itself instead of a file)
npm run faults -- --scene TITLE                  one of the scenes that a person thought of, with every request
npm run --silent faults -- --json                one JSON object on stdout
npm run faults -- --write-docs                   also writes docs/reliability.md

  --only KEY=VALUE,…   strategy, renewal, desk and agent (true or false), trigger, fault, start
  --runs N             how many random scenes; with it nothing else is played, but pairs that --pairs asks for [500]
  --pairs N            how many pairs of faults                                      [1500]
  --thorough           each fault also three times and lasting, late ones also soon; takes about four times as long
  --singles            single faults only, with those of whole dependencies that --dimensions names
  --seed N             of pairs and random scenes                                    [drawn]
  --dimensions LIST    what scenes meet and are judged by besides: all, or some of
                       ${CONDITIONS.join(', ')};
                       ${JUDGEMENTS.join(', ')}
  --dry-runs           what a dry run names, and what a run then takes, in each state and for each call
  --states             each state of a credential under each fault that lasts: what ends it, and when
  --tally              random scenes only: counts each kind of violation, with the smallest scene of it

Exit 1 on any violation. Progress goes to stderr.`;

const KEYS = ['strategy', 'renewal', 'desk', 'agent', 'trigger', 'fault', 'start'];

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string' },
    pairs: { type: 'string' },
    only: { type: 'string' },
    replay: { type: 'string' },
    scene: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    thorough: { type: 'boolean', default: false },
    singles: { type: 'boolean', default: false },
    dimensions: { type: 'string' },
    tally: { type: 'boolean', default: false },
    'dry-runs': { type: 'boolean', default: false },
    states: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(HELP);
else if (options.replay !== undefined) await replay(scriptIn(options.replay));
else if (options.scene !== undefined) await replay(sceneCalled(options.scene));
else if (options['dry-runs']) await tryDryRuns();
else if (options.states) await tryStates();
else await tryEverything();

function scriptIn(source: string): Script {
  return Script.parse(JSON.parse(source.trimStart().startsWith('{') ? source : readFileSync(source, 'utf8')));
}

/** @throws {Error} when there is none */
function sceneCalled(wanted: string): Script {
  const scenes = namedScenes([...JUDGEMENTS]);
  const found = scenes.find(([title]) => title === wanted);
  if (found) return found[1];
  throw new Error(`--scene ${wanted}: must be one of\n${scenes.map(([title]) => title).join('\n')}`);
}

async function replay(script: Script): Promise<void> {
  const { trace, violations } = await play(script);
  for (const { at, process, point, text } of trace) {
    const place = process < 0 ? '' : `${process + 1}.${point || ''}`;
    console.log(`${(at / 1000).toFixed(3).padStart(11)} s ${place.padStart(6)}  ${text}`);
  }
  for (const violation of violations) console.log(`violation: ${violation}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

async function tryStates(): Promise<void> {
  const rows = await playStates();
  console.log(options.json ? JSON.stringify(rows) : statesText(rows));
  process.exitCode = rows.some(({ ended, forgotten }) => ended === 'never' || forgotten) ? 1 : 0;
}

async function tryDryRuns(): Promise<void> {
  const runs = await playDryRuns({ only: onlyOf(options.only), progress: (line) => console.error(line) });
  const faults = dryRunFaults(runs);
  for (const fault of faults) console.log(`violation: ${fault}`);
  console.log(options.json ? JSON.stringify({ tried: runs.length, faults }) : `dry runs: ${runs.length}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

async function tryEverything(): Promise<void> {
  const only = onlyOf(options.only);
  const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : numberOf('seed', options.seed);
  const progress = (line: string) => console.error(line);
  const randomOnly = options.runs !== undefined;
  const runs = options.singles ? 0 : numberOf('runs', options.runs ?? '500');
  const pairs = options.singles ? 0 : numberOf('pairs', options.pairs ?? (randomOnly ? '0' : '1500'));
  const dimensions = options.dimensions === undefined ? NEW_DIMENSIONS : dimensionsOf(options.dimensions);
  if (options.tally) {
    const kinds = await playTally({ runs, seed, only, dimensions, progress });
    console.log(options.json ? JSON.stringify({ seed, kinds }) : tallyText(runs, kinds));
    process.exitCode = kinds.length > 0 ? 1 : 0;
    return;
  }
  const variants = options.thorough ? THOROUGH : SINGLE;
  progress(`seed ${seed}`);
  const report = reportOf(seed, {
    combinations: randomOnly
      ? []
      : [
          ...(await playSingles({ variants, only, dimensions, progress })),
          ...(await playStorms({ dimensions, only, progress })),
          ...(await playMisfortunes({ dimensions, only, progress })),
        ],
    pairs: await playPairs({ count: pairs, seed, only, dimensions, progress }),
    property: await playProperty({ runs, seed, only, dimensions, progress }),
  });
  console.log(options.json ? JSON.stringify(report) : text(report));
  if (options['write-docs']) writeFileSync('docs/reliability.md', markdown(report, command()));
  process.exitCode = report.ok ? 0 : 1;
}

/** @throws {Error} when a key is unknown: a typo would try nothing, and find nothing */
function onlyOf(list = ''): Only {
  const pairs = list
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('='));
  const unknown = pairs.find(([key = '', value]) => !KEYS.includes(key) || !value);
  if (unknown) throw new Error(`--only ${unknown.join('=')}: must be one of ${KEYS.join(', ')}, with =value`);
  return Object.fromEntries(pairs);
}

function numberOf(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name} ${value}: must be a whole number`);
}

/** What has to be called to see the same. */
function command(): string {
  const dimensions = options.dimensions === undefined ? '' : ` --dimensions "${options.dimensions}"`;
  return `npm run faults -- --write-docs${dimensions}`;
}
