import { JUDGEMENTS } from '../dimensions.ts';
import { ALTERNATING, change, DUAL, type Mutation, SCHEDULED, scene } from './mutation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (ms: number, what: string) => ({ at: ms, do: what });
const MANUAL = { strategy: 'in-place', renewal: 'by-person' };
/** A person refreshes the secret and submits it. */
const SUBMITTED = [at(0, 'refresh'), at(0, 'submit')];

/** Where a person has a part: what is asked of that person, what is made of it, and what waits for it. */
export const BY_HAND: readonly Mutation[] = [
  {
    safeguard: 'the inbox is emptied by a compare-and-swap',
    edits: [
      {
        file: 'adapters/secrets-manager/inbox.ts',
        from: 'const version = { ClientRequestToken: id, SecretString: EMPTY, VersionStages: [EMPTY_LABEL] };',
        to: "const version = { ClientRequestToken: id, SecretString: EMPTY, VersionStages: ['AWSCURRENT'] };",
      },
    ],
    lab: scene({
      ...MANUAL,
      events: [at(0, 'submit-wrong'), at(0, 'api'), at(1000, 'refresh'), at(1000, 'submit')],
    }),
  },
  {
    safeguard: 'a submission is refused only after several looks',
    ...change(
      'observe/clients.ts',
      '(clients) => submitted === undefined || !mayBeLate(submitted, clients),',
      '() => true,',
    ),
    lab: scene({ ...MANUAL, events: [...SUBMITTED, at(10, 'api')], lag: 100 }),
  },
  {
    safeguard: 'what was submitted is in a version before the inbox is emptied',
    ...change(
      'act/by-person.ts',
      '  const client = { id: clientId, clientId, secret };\n',
      '  const client = { id: clientId, clientId, secret };\n  await empty(run, submissionIn(seen));\n',
    ),
    lab: scene({ ...MANUAL, events: [...SUBMITTED, at(10, 'api')] }),
  },
  {
    safeguard: 'a submission that is refused is taken out of the inbox',
    ...change(
      'act/by-person.ts',
      '  await empty(run, submissionIn(seen));\n  if (!seen.answer.accepted)',
      '  if (!seen.answer.accepted)',
    ),
    lab: scene({ ...ALTERNATING, renewal: 'by-person', events: [at(0, 'submit-wrong'), at(10, 'api')] }),
  },
  {
    safeguard: 'what was submitted and is current is taken out of the inbox',
    ...change(
      'act/by-person.ts',
      "if (!submission || !isCurrent || acted.kind !== 'ended') return acted;",
      'if (submission || isCurrent) return acted;\n  if (!submission) return acted;',
    ),
    lab: scene({ ...MANUAL, events: [...SUBMITTED, at(10, 'api')] }),
  },
  {
    safeguard: 'nothing is renewed before the secret that was handed over is entered',
    edits: [
      {
        file: 'rotation/decide/terms/checks.ts',
        from: '  if (!waiting) return undefined;\n  const due',
        to: '  if (!waiting || waiting.connector) return undefined;\n  const due',
      },
    ],
    lab: scene({ ...DUAL, desk: true, events: [SCHEDULED, at(HOUR_MS, 'api')] }),
  },
  {
    safeguard: 'in place nothing is renewed into a manual connector unless somebody is at hand',
    ...change(
      'decide/terms/checks.ts',
      "if (facts.credential.strategy !== 'in-place' || !cutsOff(facts)) return undefined;",
      'if (facts.credential.native || !facts.credential.native) return undefined;',
    ),
    lab: scene({ strategy: 'in-place', renewal: 'set', desk: true, setup: { named: true }, events: [SCHEDULED] }),
  },
  {
    safeguard: 'while nobody is at hand, an overlap is needed',
    ...change(
      'decide/terms/checks.ts',
      'return !request.attended && seen.connectors.some(({ connector }) => connector.attended);',
      'return request.attended === true && seen.connectors.length === 0;',
    ),
    lab: scene({ strategy: 'in-place', renewal: 'set', desk: true, events: [SCHEDULED] }),
  },
  {
    safeguard: 'people are asked to enter a secret only once it is current',
    ...change(
      'attempt/execute.ts',
      '  await promote(run, { from: current.id, to: candidate.id });\n',
      '  const early = await handOver(run, attempt).catch(() => new Map());\n  if (early.size > 9) return REQUEUE;\n  await promote(run, { from: current.id, to: candidate.id });\n',
    ),
    lab: scene({
      ...DUAL,
      desk: true,
      events: [SCHEDULED, at(6097, 'enter-only'), at(MINUTE_MS, 'acknowledge-only'), at(HOUR_MS, 'retire')],
      latency: [{ of: 'store', ms: 2000 }],
    }),
  },
  {
    safeguard: 'retire waits for the acknowledgement',
    ...change(
      'decide/retire.ts',
      '    if (isHandedOver(view, id))\n',
      '    if (isHandedOver(view, id)) return undefined;\n    if (view.error)\n',
    ),
    lab: scene({ ...DUAL, desk: true, events: [SCHEDULED, at(HOUR_MS, 'retire')] }),
  },
  {
    safeguard: 'a retire that finds nobody asked plans a run that asks',
    ...change('decide/retire.ts', 'if (isHandedOver(view, id))', 'if (view.connector.attended)'),
    lab: scene({
      ...DUAL,
      desk: true,
      events: [SCHEDULED, at(HOUR_MS, 'enter'), at(11 * HOUR_MS, 'acknowledge-former')],
    }),
  },
  {
    safeguard: 'a secret that was refreshed after it was stored is asked for, whatever is unfinished',
    ...change(
      'decide/by-person.ts',
      'if (seen.pending || (seen.labels.pending && seen.answer.accepted)) return undefined;',
      'if (seen.labels.pending) return undefined;',
    ),
    lab: scene({
      ...MANUAL,
      events: [...SUBMITTED, at(10, 'api'), at(HOUR_MS, 'refresh'), at(HOUR_MS + 10, 'schedule')],
      weather: [{ of: 'ifs-1', kind: '503', after: { request: 'PATCH', nth: 1, itself: true }, lasts: 2 * HOUR_MS }],
    }),
  },
  {
    safeguard: 'nobody is asked because of labels that are merely old',
    ...change('act/by-person.ts', '  await assertStillCurrent(run, seen.labels);\n', ''),
    lab: scene({
      ...MANUAL,
      events: [at(111, 'refresh'), at(111, 'submit'), at(111, 'api'), at(1523, 'api')],
      stale: { ms: 2171, every: 1 },
    }),
  },
  {
    safeguard: 'what was put right is told, also where a person is asked afterwards',
    ...change(
      'act/by-person.ts',
      "const { achieved: outcome = 'awaiting-person' } = run.ledger;",
      "const outcome = 'awaiting-person' as const;",
    ),
    lab: scene({ ...MANUAL, start: 'restored', events: [SCHEDULED] }),
  },
  {
    safeguard: 'a connector that was left behind is not forgotten where the run that left it has died',
    ...change('retire.ts', 'return leaveBehind !== undefined;', 'return false;'),
    lab: scene({
      ...DUAL,
      desk: true,
      events: [at(0, 'leaving-revoke')],
      faults: [{ run: 0, point: 25, fault: 'dies-after' }],
    }),
  },
  {
    safeguard: 'a submission that is refused keeps no connector cut off',
    ...change(
      'decide/by-person.ts',
      '  if (hasCurrent(seen) && seen.answer.accepted && isBehind(seen)) return connectorDiffers();\n',
      '',
    ),
    lab: scene({
      ...MANUAL,
      start: 'restored',
      connectors: 4,
      events: [at(16, 'submit'), at(224, 'api')],
      weather: [
        { of: 'iam', kind: '403', from: 0, after: { request: 'GET', nth: 4, itself: false }, lasts: 7_692_537 },
      ],
    }),
  },
  {
    // A node that lags still accepts the current secret when the run looks first.
    safeguard: 'what a person has replaced in the IAM is given back to no connector',
    ...change('attempt/execute.ts', "return undoScope === 'all-but-iam' && !works;", 'return works && !works;'),
    lab: scene({
      strategy: 'in-place',
      renewal: 'by-person',
      desk: true,
      start: 'behind',
      connectors: 3,
      events: [
        { at: 43311651, do: 'api' },
        { at: 1120, do: 'rollback' },
        { at: 179918, do: 'stale-save' },
        { at: 32078535, do: 'refresh' },
        { at: 34971389, do: 'submit-wrong' },
        { at: 37864243, do: 'api' },
        { at: 40757097, do: 'submit' },
        { at: 43649951, do: 'api' },
        { at: 245193, do: 'enter' },
        { at: 38406744, do: 'refresh' },
        { at: 38406745, do: 'submit' },
        { at: 38406746, do: 'api' },
      ],
      turns: [3, 4, 0, 5, 6, 1, 2, 2],
      nextRun: true,
      setup: { named: true, policy: 'any-client', grace: 'P14D', firstRun: 'adopt', second: false, crowd: 0 },
      weather: [
        { of: 'ifs-1', kind: 'dark', from: 0, after: { request: 'PATCH', nth: 2, itself: true }, lasts: 704813 },
        {
          of: 'ifs-4',
          kind: 'dark',
          from: 86727,
          after: { request: 'PutSecretValue', nth: 3, itself: false },
          lasts: 56843396,
        },
        {
          of: 'scheduler',
          kind: '503',
          from: 904,
          after: { request: 'UpdateSecretVersionStage', nth: 3, itself: false },
          lasts: 78594,
        },
      ],
      lag: 91,
      stale: { ms: 1559, every: 1 },
      clocks: [-265620],
      judge: JUDGEMENTS,
    }),
  },
];
