import { ALTERNATING, change, DUAL, IN_PLACE, type Mutation, SCHEDULED, scene } from './mutation.ts';

const SECOND_MS = 1000;
const BY_AGENT = { ...DUAL, line: 1, events: [SCHEDULED] };

/** One place of the agent. */
function ofAgent(file: string, from: string, to: string): Mutation['edits'][number] {
  return { file: `agent/${file}`, from, to };
}

/** A scene with an agent in which this goes wrong. */
const withAgent = (agent: object, more: object = {}) => scene({ ...BY_AGENT, agent, ...more });

/** Any ETag will do. */
const ANY_ETAG = [
  ofAgent(
    'engine/engine.ts',
    'if (matches(ifMatch, await state.observe(reading))) return reading;',
    'await state.observe(reading);\n    if (matches(ifMatch, ifMatch)) return reading;',
  ),
];

/** Where an agent has a part: what it keeps on its disk, what it refuses, and what is awaited of it. */
export const OF_AGENT: readonly Mutation[] = [
  {
    safeguard: "a write is in the agent's journal before the file is replaced",
    edits: [ofAgent('apply/apply.ts', "    await journal.write({ ...entry, step: 'replace' });\n", '')],
    lab: withAgent({ deaths: [{ step: 60, when: 'before', down: SECOND_MS }] }),
  },
  {
    safeguard: 'an agent that starts restarts what was not loaded',
    edits: [
      ofAgent('apply/recover.ts', '  if (!loading.isConfigured || !state.loadPending) return;', '  if (state) return;'),
    ],
    lab: withAgent({
      deaths: [{ step: 72, when: 'before', down: SECOND_MS }],
      restarts: [
        { nth: 2, times: 1, how: 'not-ready' },
        { nth: 3, times: 1, how: 'fails' },
      ],
    }),
  },
  {
    safeguard: 'what is written and not loaded counts as not there',
    ...change('observe/observation.ts', ' || !isProven(configuration.proof, connector.proof)', ''),
    lab: withAgent(
      {
        restarts: [
          { nth: 1, times: 1, how: 'not-ready' },
          { nth: 2, times: 1, how: 'fails' },
        ],
      },
      IN_PLACE,
    ),
  },
  {
    safeguard: 'an agent writes only what it was read to hold',
    edits: ANY_ETAG,
    lab: withAgent(
      {
        ahead: -55 * SECOND_MS,
        messages: [{ of: 'request', nth: 6, fate: 'late', ms: 60 * SECOND_MS }],
        restarts: [{ nth: 2, times: 1, how: 'fails' }],
      },
      { ...IN_PLACE, events: [SCHEDULED, { at: 10 * 60 * SECOND_MS, do: 'api' }] },
    ),
  },
  {
    safeguard: 'an agent remembers what it has carried out',
    edits: [ofAgent('engine/engine.ts', '    if (known) return answer(await store.read());\n', '')],
    lab: withAgent(
      { restartMs: 0, deaths: [{ step: 33, when: 'before', down: 0 }] },
      { start: 'behind', events: [SCHEDULED, SCHEDULED, SCHEDULED], judge: ['reports'] },
    ),
  },
  {
    // The time of a request, its age, and the ETag each keep it from the file.
    safeguard: 'an agent drops a request that comes too late',
    edits: [
      ...ANY_ETAG,
      ofAgent(
        'transports/sqs/requests.ts',
        'const expired = !skewed && now() > Date.parse(request.notAfter);',
        'const expired = false;',
      ),
      ofAgent('transports/sqs/requests.ts', 'if (now() > Date.parse(request.notAfter))\n', 'if (now() < 0)\n'),
      ofAgent('transports/sqs/requests.ts', 'if (deps.skewed) throw', 'if (deps.now() < 0) throw'),
    ],
    lab: withAgent(
      { messages: [{ of: 'request', nth: 6, fate: 'late', ms: 20 * 60 * SECOND_MS }] },
      { ...IN_PLACE, events: [SCHEDULED, { at: 10 * 60 * SECOND_MS, do: 'api' }] },
    ),
  },
  {
    safeguard: 'an agent writes no section that is not ours',
    edits: [
      ofAgent('engine/ours.ts', '.filter(([, section]) => isOurs(section, values, clientIds))', ''),
      ofAgent('engine/ours.ts', 'if (isOurs(section, values, clientIds)) continue;', 'if (section) continue;'),
    ],
    lab: withAgent({}),
  },
  {
    safeguard: 'an agent refuses a change that reaches further than its places',
    edits: [
      ofAgent(
        'stores/file/json.ts',
        'encode: (text) => JSON.stringify(text),',
        'encode: (text) => JSON.stringify(text).concat(\', "more": 0\'),',
      ),
      ofAgent('stores/file/file-store.ts', '  if (old === next) return;', '  if (old || next) return;'),
    ],
    lab: withAgent({}),
  },
  {
    safeguard: 'an agent takes back what the connector can not load',
    edits: [
      ofAgent(
        'apply/apply.ts',
        "    if (loading.isConfigured) await state.loaded(reading);\n    await reach?.('noted');\n  } catch (error) {\n    await takeBack(entry, asAgentError(error), deps);",
        "    if (loading.isConfigured) await state.loaded(reading);\n    await reach?.('noted');\n  } catch (error) {\n    await end(deps);\n    throw error;",
      ),
    ],
    lab: withAgent({ restarts: [{ nth: 2, times: 1, how: 'fails' }] }),
  },
  {
    // For a clock that is off the agent refuses to prepare a write; the other connector could have the new secret.
    safeguard: 'where the secret has expired, an agent that can not prepare a write keeps nobody else from the new one',
    ...change(
      'attempt/prepare.ts',
      'const leavesBehind = !answer.accepted &&',
      'const leavesBehind = answer.accepted &&',
    ),
    lab: withAgent(
      {},
      {
        ...ALTERNATING,
        renewal: 'regenerate',
        start: 'expired',
        connectors: 2,
        clocks: [224 * SECOND_MS],
        events: [
          { at: 12 * 3600 * SECOND_MS, do: 'schedule' },
          { at: 0, do: 'api' },
        ],
        judge: ['outages', 'rest'],
      },
    ),
  },
  {
    safeguard: 'an agent leaves a file that somebody changes meanwhile as it is',
    edits: [
      ofAgent('stores/file/file-store.ts', 'if (revisionOf(opened.content) !== reading.revision)', 'if (!opened)'),
      ofAgent('stores/file/config-file.ts', 'if (sha256 !== expected)', 'if (sha256 === path)'),
    ],
    lab: withAgent({}, { events: [SCHEDULED, { at: 4203, do: 'edit-file' }] }),
  },
];
