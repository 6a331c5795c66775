import { JUDGEMENTS } from '../dimensions.ts';
import { ALTERNATING, change, IN_PLACE, type Mutation, SCHEDULED, scene, singles, TWO_RESUME } from './mutation.ts';

/** What keeps two rotators, and late requests, from each other. */
export const ORDER: readonly Mutation[] = [
  {
    safeguard: 'journal before write',
    ...change(
      'act/begin.ts',
      `  const id = await journal(run, seen.labels, serializeDocument(document));
  const { overlap, outcome } = plan;`,
      `  await run.ports.iam.setSecret(seen.clientToRenew, { secret: document.clientSecret });
  const id = await journal(run, seen.labels, serializeDocument(document));
  const { overlap, outcome } = plan;`,
    ),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED] }),
  },
  {
    safeguard: 'ids are derived, not drawn',
    ...change('labels/version-id.ts', 'const id = derive(', 'const id = derive(performance.now() +'),
    lab: scene({ ...ALTERNATING, events: [SCHEDULED, SCHEDULED], nextRun: true }),
  },
  {
    safeguard: 'ids are never derived again after a refusal',
    ...change(
      'labels/labels.ts',
      "    const { labelled } = await put(run, { id, value, stage: 'AWSPENDING' });\n",
      `    let labelled = false;
    try {
      ({ labelled } = await put(run, { id, value, stage: 'AWSPENDING' }));
    } catch (error) {
      if (!(error instanceof LabelsMovedError)) throw error;
      return await journal(run, { ...labels, versions: [...labels.versions, { id, stages: [], createdAt: new Date(0) }] }, value);
    }
`,
    ),
    lab: scene({ ...ALTERNATING, events: [SCHEDULED, SCHEDULED], nextRun: true }),
  },
  {
    safeguard: 'connectors are read before labels, and the labels once more before an older document is pushed',
    edits: [
      {
        file: 'rotation/observe/observe.ts',
        from: `    const [connectors, hints] = await inOrder([readConnectors(run), readHints(run, purpose)]);
    const { labels, ...rest } = await readLabelled(run, hints, purpose);
`,
        to: `    const hints = await readHints(run, purpose);
    const { labels, ...rest } = await readLabelled(run, hints, purpose);
    const connectors = await readConnectors(run);
`,
      },
      { file: 'rotation/act/push-current.ts', from: '  await assertStillCurrent(run, labels);\n', to: '' },
    ],
    lab: scene({
      ...ALTERNATING,
      events: [SCHEDULED, { at: 1, do: 'api' }],
      faults: [{ run: 1, point: 9, fault: '5xx', times: 2 }],
    }),
  },
  {
    safeguard: 'the label fence before an undo',
    ...change(
      'attempt/undo.ts',
      `  await fence(run, attempt);
  if (attempt.undoScope`,
      '  if (attempt.undoScope',
    ),
    lab: scene({
      ...IN_PLACE,
      events: TWO_RESUME,
      faults: [
        { run: 0, point: 11, fault: 'dies-after' },
        { run: 2, point: 14, fault: '5xx' },
        { run: 2, point: 15, fault: '5xx', times: 99 },
      ],
    }),
  },
  {
    safeguard: 'the wait after the last label change',
    ...change(
      'run/ledger.ts',
      'return this.#undisturbed === true && !this.#clearedForeign && !this.#iamUnanswered;',
      'return true;',
    ),
    lab: scene({
      ...IN_PLACE,
      events: [SCHEDULED, { at: 10_500, do: 'api' }],
      faults: [{ run: 0, point: 11, fault: 'time-out-late' }],
    }),
  },
  {
    safeguard: 'an unanswered write is waited out before an undo',
    ...change('attempt/undo.ts', 'if (run.ledger.iamUnanswered) await waitOut(run, run.timing.httpTimeoutMs);', ''),
    lab: [...singles('strategy=in-place,renewal=set,trigger=api,fault=reply-lost,start=rest'), '--thorough'],
  },
  {
    safeguard: 'adopt before regenerating: an unanswered call',
    ...change(
      'act/regenerate.ts',
      'const secret = await changedSecret(run, client);',
      'const secret = await run.ports.iam.regenerate(client);',
    ),
    lab: singles('strategy=in-place,renewal=regenerate,trigger=schedule,start=rest'),
  },
  {
    safeguard: 'adopt before regenerating: an intent that was left',
    ...change('observe/states.ts', "        : 'regenerated-unstored';", "        : 'intent-open';"),
    lab: singles('strategy=in-place,renewal=regenerate,trigger=schedule,start=rest'),
  },
  {
    safeguard: 'an intent is taken over by a new one',
    ...change(
      'act/regenerate.ts',
      'const id = await journal(run, seen.labels, regenerateIntent(intent));',
      'const id = seen.labels.pending?.id ?? (await journal(run, seen.labels, regenerateIntent(intent)));',
    ),
    lab: scene({
      strategy: 'in-place',
      renewal: 'regenerate',
      events: TWO_RESUME,
      faults: [{ run: 0, point: 11, fault: 'dies-after' }],
    }),
  },
  {
    safeguard: "retire's lease",
    ...change(
      'act/end-previous.ts',
      '  const id = await journal(run, labels, retireIntent(intent));\n  try {',
      `  const lease = { current: labels.current?.id ?? '', pending: labels.pending?.id };
  if (intent) return await endPrevious(run, { old, current, lease });
  const id = await journal(run, labels, retireIntent(intent));
  try {`,
    ),
    lab: scene({
      ...ALTERNATING,
      start: 'retire-due',
      events: [
        { at: 0, do: 'rollback' },
        { at: 17, do: 'retire' },
      ],
      nextRun: true,
    }),
  },
  {
    safeguard: "retire's version check",
    ...change('decide/retire.ts', 'if (labels.previous?.id !== versionId || !labels.current)', 'if (!labels.current)'),
    lab: scene({
      ...ALTERNATING,
      events: [SCHEDULED, { at: 105_000, do: 'api' }, { at: 43_200_000, do: 'retire' }],
    }),
  },
  {
    safeguard: 'label clean-up',
    ...change(
      'labels/labels.ts',
      "await run.ledger.clear(id, () => run.ports.store.moveStage({ stage: 'AWSPENDING', from: id }));",
      'await readLabels(run);',
    ),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED] }),
  },
  {
    safeguard: 'a list that lacks what another run has put is stale',
    edits: [
      {
        file: 'rotation/run/ledger.ts',
        from: '      if (error instanceof VersionTakenError) this.versions.wasTaken(id);\n',
        to: '',
      },
      { file: 'rotation/act/push-current.ts', from: '  await assertStillCurrent(run, labels);\n', to: '' },
    ],
    lab: scene({ ...ALTERNATING, events: [SCHEDULED, { at: 45, do: 'schedule' }], stale: { ms: 2081, every: 1 } }),
  },
  {
    safeguard: 'a candidate that another run has pushed a moment before is not overwritten',
    ...change('labels/labels.ts', ' || pending?.id !== labels.pending?.id) throw', ') throw'),
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'regenerate',
      desk: true,
      start: 'retire-due',
      connectors: 3,
      events: [
        { at: 53, do: 'schedule' },
        { at: 4996, do: 'attended' },
        { at: 84408, do: 'attended' },
        { at: 1195, do: 'leaving-revoke' },
        { at: 2237, do: 'enter-wrong' },
        { at: 37, do: 'enter-wrong' },
        { at: 4303, do: 'schedule' },
        { at: 101090, do: 'enter' },
        { at: 197877, do: 'schedule' },
        { at: 63, do: 'acknowledge-former' },
      ],
      faults: [
        { run: 0, point: 23, fault: 'time-out-late', times: 1, late: 9914 },
        { run: 1, point: 42, fault: '5xx-done', times: 99, late: 2814 },
        { run: 5, point: 45, fault: 'dies-before', times: 99, late: 3024 },
        { run: 3, point: 33, fault: 'time-out', times: 1, late: 8620 },
      ],
      turns: [5, 1, 6, 2, 2],
      setup: { named: true, grace: 'PT0S', firstRun: 'adopt', second: false, crowd: 51 },
      stale: { ms: 2658, every: 1 },
      sharedIds: true,
      judge: JUDGEMENTS,
    }),
  },
  {
    safeguard: 'a connector that another run has written since is not given what was current',
    ...change(
      'act/push-current.ts',
      'if (reread && !views.some((view) => holdsTheSame(view, reread))) throw new LabelsMovedError();',
      '',
    ),
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'regenerate',
      start: 'behind',
      connectors: 2,
      events: [
        { at: 8, do: 'api' },
        { at: 1163, do: 'schedule' },
      ],
      stale: { ms: 1726, every: 1 },
    }),
  },
  {
    safeguard: 'a candidate that Secrets Manager takes up again ends no secret in use',
    ...change(
      'decide/native-steps.ts',
      '  if (renews && seen.answer.accepted && !holdOurs(seen)) return PUSH_CURRENT;\n',
      '',
    ),
    lab: scene({
      ...ALTERNATING,
      native: true,
      start: 'retire-due',
      events: [
        { at: 0, do: 'secrets-manager' },
        { at: 200_000, do: 'restore' },
      ],
      weather: [
        { of: 'iam', kind: '503', after: { request: 'PutSecretValue', nth: 1, itself: false }, lasts: 250_000 },
      ],
    }),
  },
  {
    safeguard: 'an undo leaves alone what another call of the same step has set anew',
    ...change('attempt/undo.ts', 'if (isSetAnew(found)) {', 'if (found.clientId === current.id) {'),
    lab: scene({
      ...IN_PLACE,
      native: true,
      line: 2,
      agent: { restartMs: 900, restarts: [{ nth: 3, times: 2, how: 'fails' }] },
      connectors: 5,
      events: [
        { at: 1629, do: 'secrets-manager' },
        { at: 4800, do: 'secrets-manager' },
      ],
      judge: ['outages'],
    }),
  },
  {
    safeguard: 'a run that finds its version put by another one looks whether that one is at work still',
    edits: [
      {
        file: 'rotation/run/ledger.ts',
        from: 'if (answer.labelled) this.versions.confirmed(id);',
        to: 'if (answer) this.versions.confirmed(id);',
      },
    ],
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'set',
      desk: true,
      start: 'foreign',
      connectors: 5,
      events: [
        { at: 71635, do: 'rollback' },
        { at: 89, do: 'leaving-revoke' },
        { at: 2945, do: 'revoke' },
        { at: 43208218, do: 'retire' },
        { at: 22798889, do: 'acknowledge-only' },
        { at: 2785, do: 'acknowledge-only' },
      ],
      faults: [{ run: 4, point: 17, fault: 'throttled', times: 3, late: 7447 }],
      turns: [0, 4, 1, 5],
      nextRun: true,
      setup: { named: true, policy: 'any-client', grace: 'PT0S', firstRun: 'renew', second: false, crowd: 0 },
      stale: { ms: 1121, every: 1 },
      clocks: [39338, -20984, 259],
      judge: JUDGEMENTS,
    }),
  },
];
