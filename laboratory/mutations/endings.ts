import { JUDGEMENTS } from '../dimensions.ts';
import { ALTERNATING, change, DUAL, IN_PLACE, type Mutation, named, SCHEDULED, scene } from './mutation.ts';

const HOUR_MS = 3_600_000;
const AWAY = (of: string) => ({ of, kind: 'refused', lasts: 6 * HOUR_MS });
const CONNECTOR_FOR_GOOD = (kind: string) => [{ of: 'ifs-1', kind, readable: true, lasts: 6 * HOUR_MS }];

/** Everything heals, whatever is wrong with something else, and what is reported is true. */
export const ENDINGS: readonly Mutation[] = [
  {
    safeguard: 'one connector that can not be read: the others are given what is current',
    ...change(
      'act/push-current.ts',
      'const views = connectors.filter((view) => !view.error);',
      'for (const view of connectors) if (view.error) throw view.error;\n  const views = connectors;',
    ),
    lab: scene({
      ...DUAL,
      connectors: 2,
      events: [
        { at: 0, do: 'enter-wrong' },
        { at: 5, do: 'schedule' },
      ],
      weather: [AWAY('ifs-1')],
    }),
  },
  {
    safeguard: 'one connector that can not be read: an interrupted undo goes on at the others',
    ...change(
      'decide/unfinished.ts',
      '  if (!resumable || notEntered(seen) || unattended(facts))\n',
      `  for (const view of seen.connectors) if (view.error) throw view.error;
  if (!resumable || notEntered(seen) || unattended(facts))
`,
    ),
    lab: scene({
      ...IN_PLACE,
      connectors: 2,
      events: [SCHEDULED],
      faults: [{ run: 0, point: 27, fault: 'dies-before' }],
      weather: [
        {
          of: 'ifs-2',
          kind: '403',
          after: { request: 'PATCH /ifs-2', nth: 1, itself: true },
          lasts: 6 * HOUR_MS,
        },
      ],
    }),
  },
  {
    safeguard: 'one connector that can not be read: a secret that was changed by hand is adopted',
    ...change(
      'decide/repairs.ts',
      '  const { sameVersions, heldSecret } = known.answers;',
      `  for (const view of seen.connectors) if (view.error) throw view.error;
  const { sameVersions, heldSecret } = known.answers;`,
    ),
    lab: named('a secret that was changed by hand, and one connector away'),
  },
  {
    safeguard: 'one connector that can not be read: what was adopted is not taken back',
    ...change(
      'attempt/execute.ts',
      "if (adopts || undoScope === 'nothing' || isCurrentDead(attempt, kept)) return true;",
      "if (undoScope === 'nothing' || (!adopts && isCurrentDead(attempt, kept))) return true;",
    ),
    lab: named('a secret that was changed by hand, and one connector away'),
  },
  {
    safeguard: 'one connector that can not be read: an expired secret is set again',
    ...change(
      'decide/repairs.ts',
      '  if (seen.answer.accepted) throw',
      `  for (const view of seen.connectors) if (view.error) throw view.error;
  if (seen.answer.accepted) throw`,
    ),
    lab: scene({ ...IN_PLACE, connectors: 2, start: 'expired', events: [SCHEDULED], weather: [AWAY('ifs-2')] }),
  },
  {
    safeguard: 'others who write the same configuration are outlasted: as often as it takes',
    ...change('attempt/push.ts', 'const MAX_CONFLICTS = 8;', 'const MAX_CONFLICTS = 3;'),
    lab: scene({ ...IN_PLACE, setup: { crowd: 300 }, events: [SCHEDULED] }),
  },
  {
    safeguard: 'others who write the same configuration are outlasted: with longer and longer pauses',
    ...change('attempt/push.ts', 'return Math.round(own * 50 * 2 ** Math.min(conflicts, 6));', 'return 0;'),
    lab: scene({ ...IN_PLACE, setup: { crowd: 300 }, events: [SCHEDULED] }),
  },
  {
    safeguard: 'Secrets Manager is not left to try what can not be carried out',
    ...change('decide/at-rest.ts', '    strategyCheck(facts, settled) ?? { kind', '    { kind'),
    lab: scene({
      ...DUAL,
      native: true,
      setup: { named: true, policy: 'any-client' },
      events: [
        { at: 0, do: 'remove-policy' },
        { at: 10, do: 'schedule' },
      ],
      nextRun: true,
    }),
  },
  {
    safeguard: 'a freeze does not hide what is half done',
    ...change(
      'decide/decide.ts',
      'const state = classify(seen);',
      "const frozen = seen.current && facts.credential.freezes.length > 0 && facts.now >= new Date(String(facts.credential.freezes[0]?.from));\n  const state = frozen ? 'at-rest' : classify(seen);",
    ),
    lab: named('a freeze begins while a rotation is half done'),
  },
  {
    safeguard: 'a freeze stops what begins',
    ...change('decide/at-rest.ts', '    frozen(facts, settled) ??\n', ''),
    lab: named('a repeat in a freeze'),
  },
  {
    safeguard: 'every end that leaves something plans its repeat: whatever went wrong',
    ...change(
      'workflow.ts',
      'rotation.failure || request.leaveBehind ? await withRepeat',
      "rotation.failure?.code.startsWith('connector') ? await withRepeat",
    ),
    lab: named('the IAM takes the new secret and is away for five minutes'),
  },
  {
    safeguard: 'every end that leaves something plans its repeat: whoever asked',
    ...change(
      'workflow.ts',
      'rotation.failure || request.leaveBehind ? await withRepeat',
      "rotation.failure && request.trigger === 'schedule' ? await withRepeat",
    ),
    lab: named('the same, when a person has called'),
  },
  {
    safeguard: 'what no repeat can cure is not begun again',
    ...change('plan/repeat.ts', 'return cheap && mayPass(failure?.code);', 'return true;'),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED], weather: CONNECTOR_FOR_GOOD('403') }),
  },
  {
    safeguard: 'what costs an outage each time is begun again twice',
    ...change('plan/repeat.ts', 'return cheap && mayPass(failure?.code);', 'return mayPass(failure?.code);'),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED], weather: CONNECTOR_FOR_GOOD('503') }),
  },
  {
    safeguard: 'a repeat of what is not due begins nothing',
    ...change('decide/at-rest.ts', 'return repeat?.due !== false && scheduledTime', 'return scheduledTime'),
    lab: scene({
      ...DUAL,
      start: 'behind',
      events: [{ at: 0, do: 'api' }],
      weather: [{ of: 'ifs-1', kind: '503', lasts: 600_000 }],
    }),
  },
  {
    safeguard: 'an idle client that can not be used does not keep the live one from its work',
    ...change(
      'observe/clients.ts',
      'if (!ports.iam.capabilities.read || client.fault !== undefined || isUsableSecret(client.secret)) return client;',
      `if (client.fault !== undefined) throw new RotationError('client-not-usable', client.fault);
    if (isUsableSecret(client.secret)) return client;`,
    ),
    lab: scene({
      ...ALTERNATING,
      events: [
        { at: 0, do: 'disable-idle' },
        { at: 1, do: 'enter-wrong' },
        { at: 10, do: 'schedule' },
      ],
      // Nothing is switched on again before everything answers.
      weather: [AWAY('ifs-5')],
    }),
  },
  {
    safeguard: 'a write that was not answered leaves open whether anything was changed',
    ...change('run/ledger.ts', 'return this.#unanswered > 0 ? null : false;', 'return false;'),
    lab: scene({
      ...DUAL,
      start: 'behind',
      events: [SCHEDULED],
      faults: [{ run: 0, point: 12, fault: 'reply-lost', times: 9 }],
      weather: [{ of: 'ifs-1', kind: 'dark', after: { request: 'PATCH', nth: 1, itself: false }, lasts: 600_000 }],
    }),
  },
  {
    safeguard: 'a write that was answered has changed something',
    ...change('run/ledger.ts', 'this.#carriedOut += 1;', ''),
    lab: named('a first run whose connector can not be written'),
  },
  {
    safeguard: 'whether the previous secret works is asked',
    ...change(
      'attempt/execute.ts',
      'const previousWorks = previous !== undefined && (await stillWorks(run, previous, client));',
      'const previousWorks = true;',
    ),
    lab: named('a secret that was changed by hand, and one connector away'),
  },
  {
    safeguard: 'the former of two clients: whether its secret works is asked',
    ...change(
      'act/finish.ts',
      'const works = !alternates || (await doesItWork(run, previous)) === true;',
      'const works = true;',
    ),
    // A secret that has expired tells its end itself: the client has to be refused for another reason.
    lab: scene({
      ...ALTERNATING,
      events: [SCHEDULED, { at: 60_000, do: 'disable-idle' }],
      faults: [{ run: 0, point: 18, fault: 'dies-after' }],
    }),
  },
  {
    safeguard: 'nothing is refused while AWSPENDING stands',
    ...change('workflow.ts', "if (ledger.pendingStands) return 'interrupted';", ''),
    lab: named('the IAM takes the new secret and is away for five minutes'),
  },
  {
    safeguard: 'nothing is refused while nobody knows whether AWSPENDING stands',
    ...change('workflow.ts', '&& !unknown ?', '?'),
    lab: scene({
      ...IN_PLACE,
      events: [SCHEDULED],
      faults: [{ run: 0, point: 11, fault: 'dies-after' }],
      weather: [{ of: 'store', kind: '503', from: 5000, lasts: 1_200_000 }],
    }),
  },
  {
    safeguard: 'nothing is refused that has changed something',
    ...change(
      'workflow.ts',
      "return ledger.changed === false && !unknown ? 'refused' : 'interrupted';",
      "return 'refused';",
    ),
    lab: named('a first run whose connector can not be written'),
  },
  {
    // A run adopts what a person has made, and dies before it plans the end of the one before; then Secrets Manager takes its mark away.
    safeguard: 'a previous secret whose end nobody has planned is found',
    ...change(
      'decide/at-rest.ts',
      'if (!wanted) return overdueEnd(facts, settled) ?? nothingToBegin(facts, settled);',
      'if (!wanted) return nothingToBegin(facts, settled);',
    ),
    lab: scene({
      strategy: 'in-place',
      renewal: 'set',
      native: true,
      start: 'retire-due',
      connectors: 4,
      events: [
        { at: 4218, do: 'rollback' },
        { at: 127, do: 'retire' },
        { at: 241383, do: 'secrets-manager' },
        { at: 21234, do: 'regenerate' },
        { at: 33516517, do: 'disable' },
      ],
      faults: [{ run: 1, point: 41, fault: '5xx-done', times: 1, late: 6509 }],
      turns: [0, 2, 0, 1, 2, 2],
      nextRun: true,
      setup: { named: true, policy: 'any-client', grace: 'PT0S', firstRun: 'renew', second: false, crowd: 173 },
      latency: [
        { of: 'iam', ms: 28, tail: 7795 },
        { of: 'store', ms: 7344, tail: 0 },
        { of: 'ifs-1', ms: 341, tail: 9050 },
      ],
      weather: [
        {
          of: 'ifs-2',
          kind: '403',
          from: 19376105,
          after: { request: 'DELETE', nth: 1, itself: false },
          lasts: 449484,
        },
        { of: 'ifs-1', kind: 'refused', from: 0, after: { request: 'POST', nth: 4, itself: true }, lasts: 4420368 },
      ],
      lag: 2,
      judge: JUDGEMENTS,
    }),
  },
  {
    safeguard: "the last of Secrets Manager's steps plans the run that carries on where a connector is behind",
    edits: [
      {
        file: 'rotation/native.ts',
        from: "  if (outcome === 'stored-not-applied') await planRepeat(run, { due: false });\n",
        to: '',
      },
    ],
    lab: scene({
      strategy: 'alternating-clients',
      renewal: 'set',
      native: true,
      line: 3,
      agent: {
        restartMs: 33974,
        ahead: -58913,
        messages: [],
        deaths: [{ step: 19, when: 'before', down: 39519277 }],
        silences: [],
        restarts: [],
      },
      start: 'retire-due',
      connectors: 3,
      events: [
        { at: 15, do: 'retire' },
        { at: 188995, do: 'revoke' },
        { at: 2388, do: 'secrets-manager' },
        { at: 43382095, do: 'revoke' },
      ],
      faults: [
        { run: 2, point: 23, fault: 'time-out', times: 3, late: 1464 },
        { run: 4, point: 39, fault: 'throttled', times: 1, late: 6305 },
        { run: 1, point: 14, fault: 'dies-after', times: 3, late: 3732 },
        { run: 3, point: 10, fault: '5xx-done', times: 1, late: 200 },
      ],
      turns: [6, 6, 0],
      nextRun: true,
      setup: { named: false, grace: 'PT12H', firstRun: 'adopt', freeze: 'ends', second: false, crowd: 0 },
      latency: [{ of: 'iam', ms: 411, tail: 4173 }],
      weather: [{ of: 'sqs', kind: 'dark', from: 38270376, lasts: 19893 }],
      lag: 55,
      clocks: [-58230],
      versions: 99,
      judge: JUDGEMENTS,
    }),
  },
];
