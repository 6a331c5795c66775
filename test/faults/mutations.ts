/** A safeguard of the workflow, how it is taken out, and the scenes that have to notice. */
export interface Mutation {
  readonly safeguard: string;
  /** Below `functions/rotation/`. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly from: string;
  readonly to: string;
  /** Arguments of the laboratory. */
  readonly lab: readonly string[];
}

const singles = (only: string) => ['--singles', '--only', only];
const scenes = (only: string, runs = 400) => ['--runs', String(runs), '--seed', '1', ...(only ? ['--only', only] : [])];
const scene = (script: object) => ['--replay', JSON.stringify({ native: false, ...script })];

const SET = { strategy: 'dual-secret', renewal: 'set' };
/** A caller, and Lambda's repeat of a scheduled run that died, find what it left at the same moment. */
const TWO_RESUME = [
  { at: 0, do: 'schedule' },
  { at: 149_990, do: 'api' },
];
const IN_PLACE = { strategy: 'in-place', renewal: 'set' };

/** Every safeguard that the design names. */
export const MUTATIONS: readonly Mutation[] = [
  {
    safeguard: 'journal before write',
    file: 'begin.ts',
    from: `secret: run.runtime.newSecret() });
  const id = await journal(`,
    to: `secret: run.runtime.newSecret() });
  await run.ports.iam.setSecret(seen.target, changeFor(run, seen, { document, strategy }));
  const id = await journal(`,
    lab: singles('strategy=in-place,renewal=set,trigger=schedule,start=rest'),
  },
  {
    safeguard: 'ids are derived, not drawn',
    file: 'versions.ts',
    from: 'const id = derive(',
    to: 'const id = derive(performance.now() +',
    lab: scenes(''),
  },
  {
    safeguard: 'ids are never derived again after a refusal',
    file: 'labels.ts',
    from: "    const { labelled } = await put(run, { id, value, stage: 'AWSPENDING' });\n",
    to: `    let labelled = false;
    try {
      ({ labelled } = await put(run, { id, value, stage: 'AWSPENDING' }));
    } catch (error) {
      if (!(error instanceof LabelsMovedError)) throw error;
      return await journal(run, { ...labels, versions: [...labels.versions, { id, stages: [], createdAt: new Date(0) }] }, value);
    }
`,
    lab: scenes(''),
  },
  {
    safeguard: 'connectors are read before labels',
    file: 'observe.ts',
    from: `    const connectors = await readConnectors(run);
    const labels = await readLabels(run);`,
    to: `    const labels = await readLabels(run);
    const connectors = await readConnectors(run);`,
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'set',
      events: [
        { at: 0, do: 'api' },
        { at: 1, do: 'schedule' },
      ],
      faults: [{ run: 0, point: 4, fault: 'time-out' }],
    }),
  },
  {
    safeguard: 'the label fence before an undo',
    file: 'undo.ts',
    from: `  await fence(run, attempt);
  if (attempt.wayBack`,
    to: '  if (attempt.wayBack',
    lab: scene({
      ...SET,
      events: TWO_RESUME,
      faults: [
        { run: 0, point: 12, fault: 'dies-after' },
        { run: 1, point: 15, fault: '5xx', times: 3 },
      ],
    }),
  },
  {
    safeguard: 'the wait after the last label change',
    file: 'labels.ts',
    from: 'return run.quiet === true && !run.clearedForeign && !run.unanswered;',
    to: 'return true;',
    lab: scene({
      ...IN_PLACE,
      events: [
        { at: 0, do: 'schedule' },
        { at: 19_850, do: 'api' },
      ],
      faults: [{ run: 0, point: 13, fault: 'time-out-late' }],
    }),
  },
  {
    safeguard: 'an unanswered write is waited out before an undo',
    file: 'undo.ts',
    from: 'if (run.unanswered) await waitOut(run);',
    to: '',
    lab: [...singles('strategy=in-place,renewal=set,trigger=api,fault=reply-lost,start=rest'), '--thorough'],
  },
  {
    safeguard: 'adopt before regenerating: an unanswered call',
    file: 'regenerate.ts',
    from: 'const secret = await changed(run, target);',
    to: 'const secret = await run.ports.iam.regenerate(target);',
    lab: singles('strategy=in-place,renewal=regenerate,trigger=schedule,start=rest'),
  },
  {
    safeguard: 'adopt before regenerating: an intent that was left',
    file: 'states.ts',
    from: '=== pending.content.fingerprint ? 2 : 3',
    to: '=== pending.content.fingerprint ? 2 : 2',
    lab: singles('strategy=in-place,renewal=regenerate,trigger=schedule,start=rest'),
  },
  {
    safeguard: 'an intent is taken over by a new one',
    file: 'regenerate.ts',
    from: 'const id = await journal(run, seen.labels, regenerateIntent(intent));',
    to: 'const id = seen.labels.pending?.id ?? (await journal(run, seen.labels, regenerateIntent(intent)));',
    lab: scene({
      strategy: 'in-place',
      renewal: 'regenerate',
      events: TWO_RESUME,
      faults: [{ run: 0, point: 12, fault: 'dies-after' }],
    }),
  },
  {
    safeguard: "comparing with the IAM's current secret: after a write",
    file: 'proofs.ts',
    from: 'return (await run.ports.iam.find(clientId)).secret === secret;',
    to: 'return (await run.ports.iam.find(clientId)).secret !== "";',
    lab: scene({
      ...SET,
      events: [{ at: 0, do: 'schedule' }],
      faults: [{ run: 0, point: 15, fault: '5xx', times: 24 }],
    }),
  },
  {
    safeguard: "comparing with the IAM's current secret: C",
    file: 'states.ts',
    from: 'const held = seen.client.secret === seen.current.document.clientSecret;',
    to: 'const held = seen.answer.accepted;',
    lab: scene({ ...SET, start: 'foreign', events: [{ at: 0, do: 'schedule' }] }),
  },
  {
    safeguard: 'the previous-secret check',
    file: 'attempt.ts',
    from: "      ...(keeps && honoured ? [proveAccepted(run, current.document, 'iam-overlap-lost')] : []),\n",
    to: '',
    lab: scene({
      ...SET,
      events: [
        { at: 0, do: 'schedule' },
        { at: 58, do: 'remove-policy' },
      ],
    }),
  },
  {
    safeguard: 'read-back',
    file: 'push.ts',
    from: '      await write(run, { connector, configuration }, document);\n',
    to: '      await write(run, { connector, configuration }, document);\n      return;\n',
    lab: singles('strategy=in-place,renewal=set,trigger=schedule,start=rest,fault=ignored'),
  },
  {
    safeguard: "retire's lease",
    file: 'retire.ts',
    from: '  const id = await journal(run, labels, retireIntent(intent));\n  try {',
    to: '  if (intent) return await endPrevious(run, old, current);\n  const id = await journal(run, labels, retireIntent(intent));\n  try {',
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'set',
      start: 'retire-due',
      events: [
        { at: 0, do: 'rollback' },
        { at: 27, do: 'retire' },
      ],
      nextRun: true,
    }),
  },
  {
    safeguard: "retire's version check",
    file: 'retire.ts',
    from: 'if (labels.previous?.id !== versionId || !labels.current)',
    to: 'if (!labels.current)',
    lab: scenes(''),
  },
  {
    safeguard: 'connectors first in a running grace',
    file: 'states.ts',
    from: 'return seen.connectors.every((view) => view.error || holds(view, document)) ? 1 : 9;',
    to: 'return holds(seen.connectors[0] as never, document) ? 1 : 1;',
    lab: singles('strategy=dual-secret,renewal=set,trigger=schedule,start=behind'),
  },
  {
    safeguard: 'label clean-up',
    file: 'labels.ts',
    from: "await run.ports.store.moveStage({ stage: 'AWSPENDING', from: id });",
    to: 'await readLabels(run);',
    lab: singles('strategy=in-place,renewal=set,trigger=schedule,start=rest,fault=dies-before'),
  },
  {
    safeguard: 'time reserve',
    file: 'run.ts',
    from: 'if (run.runtime.remainingMs() < run.timing.undoReserveMs) {',
    to: 'if (run.runtime.remainingMs() < 0) {',
    lab: scene({
      ...IN_PLACE,
      events: [{ at: 0, do: 'schedule' }],
      faults: [
        { run: 0, point: 2, fault: 'time-out', times: 2 },
        { run: 0, point: 5, fault: 'time-out', times: 2 },
        { run: 0, point: 8, fault: 'time-out', times: 2 },
        { run: 0, point: 22, fault: 'time-out', times: 3 },
      ],
    }),
  },
];
