import { JUDGEMENTS } from '../dimensions.ts';
import { change, DUAL, IN_PLACE, type Mutation, named, SCHEDULED, scene } from './mutation.ts';

/** Nothing is believed that was not seen, and nothing is ended that somebody uses. */
export const PROOFS: readonly Mutation[] = [
  {
    // An undo looks once more before it ends the candidate.
    safeguard: "comparing with the IAM's current secret: after a write",
    edits: [
      {
        file: 'rotation/observe/looks.ts',
        from: '  if (sameSecret(client.secret, clientSecret)) return client;\n',
        to: '  return client;\n',
      },
      {
        file: 'rotation/attempt/undo.ts',
        from: '  if (isSetAnew(found)) {\n',
        to: '  if (isSetAnew(found) && adopts) {\n',
      },
    ],
    lab: scene({
      ...DUAL,
      events: [SCHEDULED],
      faults: [
        { run: 0, point: 15, fault: 'distorted' },
        { run: 0, point: 20, fault: 'ignored', times: 9 },
      ],
    }),
  },
  {
    safeguard: "comparing with the IAM's current secret: C",
    ...change(
      'observe/states.ts',
      'if (!sameSecret(seen.clientInUse.secret, document.clientSecret))',
      'if (!seen.answer.accepted)',
    ),
    lab: scene({ ...DUAL, start: 'foreign', events: [SCHEDULED] }),
  },
  {
    safeguard: 'whether the previous secret is kept: asked of the client',
    ...change('attempt/check.ts', 'const works = wanted && lingers &&', 'const works = wanted &&'),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED], lag: 400 }),
  },
  {
    safeguard: 'whether the previous secret is kept: seen after the change, not before it',
    ...change(
      'attempt/check.ts',
      'const lingers = isKept(run, client, attempt);',
      'const lingers = isKept(run, attempt.client, attempt);',
    ),
    lab: named('a node of the IAM that lags'),
  },
  {
    safeguard: 'the previous secret is sent along, whatever was seen before the change',
    ...change(
      'decide/terms/attempt.ts',
      "  if (overlap === 'none' || alternates",
      "  if (overlap === 'none' || (overlap === 'where-possible' && !clientInUse.previous) || alternates",
    ),
    lab: named('two runs that ask at once what the IAM can do'),
  },
  {
    safeguard: 'read-back',
    ...change(
      'attempt/push.ts',
      '      await write(run, { connector, configuration }, version);\n',
      '      await write(run, { connector, configuration }, version);\n      return;\n',
    ),
    lab: scene({ ...IN_PLACE, events: [SCHEDULED], faults: [{ run: 0, point: 15, fault: 'ignored' }] }),
  },
  {
    safeguard: 'a connector that stored something else is given the previous secret',
    ...change(
      'attempt/execute.ts',
      'if (kept.works) return !run.ledger.connectors.anyDistorted;',
      'if (kept.works) return true;',
    ),
    lab: scene({ ...DUAL, events: [SCHEDULED], faults: [{ run: 0, point: 15, fault: 'distorted' }] }),
  },
  {
    safeguard: 'the end of a secret: which one is kept, and beside which',
    edits: [
      {
        file: 'rotation/act/end-previous.ts',
        from: 'if (old.clientId === current.clientId) assertHeld(client, current);',
        to: '',
      },
      {
        file: 'rotation/act/end-previous.ts',
        from: 'await endKept(run, renews ? await renewAway(run, client) : client, old);',
        to: `const ended = renews ? await renewAway(run, client) : client;
    await run.ledger.sent(() => run.ports.iam.endPrevious(ended));`,
      },
    ],
    lab: named('a person regenerates during a grace'),
  },
  {
    safeguard: 'connectors first in a running grace',
    ...change(
      'observe/states.ts',
      "return seen.connectors.every((view) => isSettled(view, current)) ? 'at-rest' : 'connector-differs';",
      "return isSettled(seen.connectors[0] as never, current) ? 'at-rest' : 'at-rest';",
    ),
    lab: scene({ ...DUAL, start: 'behind', events: [SCHEDULED] }),
  },
  {
    safeguard: 'an end that the IAM planted is moved, or told',
    edits: [
      {
        file: 'rotation/attempt/execute.ts',
        from: 'const client = await takeOverTimes(run, kept.client, kept.works ? current.document : undefined);',
        to: 'const client = kept.client;',
      },
      {
        file: 'rotation/attempt/execute.ts',
        from: '{ ...kept, works, validUntil: endInIam(former, current.document) }',
        to: '{ ...kept, works, validUntil: undefined }',
      },
    ],
    lab: named('a grace that is longer than what the IAM keeps'),
  },
  {
    safeguard: 'what an IAM keeps of its own accord is ended',
    ...change('attempt/execute.ts', 'if (same || !lingers) return;', 'if (same || !works) return;'),
    lab: named('in-place beside a policy that keeps previous secrets'),
  },
  {
    // A person has removed the policy since the client was written last.
    safeguard: 'what a lagging node shows of an earlier probe is no overlap',
    edits: [
      {
        file: 'adapters/keycloak/keycloak.ts',
        from: 'shown?.getTime() === expiresAt.getTime()',
        to: 'shown !== undefined && expiresAt > deps.now()',
      },
    ],
    lab: scene({
      strategy: 'dual-secret',
      renewal: 'regenerate',
      desk: true,
      line: 1,
      start: 'foreign',
      events: [
        { at: 33, do: 'revoke' },
        { at: 43_175_133, do: 'schedule' },
        { at: 21_842_279, do: 'remove-policy' },
        { at: 4818, do: 'enter' },
      ],
      lag: 247,
      judge: ['outages'],
    }),
  },
  {
    safeguard: 'an IAM that makes the secrets is prepared for an overlap',
    ...change(
      'decide/terms/checks.ts',
      "const prepares = secretMaker(credential) === 'iam' && credential.strategy === 'auto';",
      'const prepares = false;',
    ),
    lab: named('a grace that is longer than what the IAM keeps'),
  },
  {
    safeguard: 'ends of versions whose ids begin alike have names of their own',
    ...change(
      'plan/retire.ts',
      "createHash('sha256').update(versionId).digest('hex').slice(0, 10)",
      'versionId.slice(0, 8)',
    ),
    lab: named('version ids that begin alike'),
  },
  {
    safeguard: 'a current version that is not found is no first run',
    ...change(
      'observe/stored.ts',
      `(answer) => answer !== undefined,
  );
  if (value === undefined)
    throw`,
      `() => true,
  );
  if (value === undefined) return undefined;
  if (value === undefined)
    throw`,
    ),
    lab: named('a replica that does not know the version in AWSCURRENT yet'),
  },
  {
    safeguard: 'no secret is told to work that the IAM does not keep',
    ...change('attempt/execute.ts', 'return sameSecret(previous?.secret, document.clientSecret) && (', 'return ('),
    lab: scene({
      strategy: 'in-place',
      renewal: 'regenerate',
      events: [SCHEDULED],
      weather: [{ of: 'ifs-1', kind: '403', after: { request: 'PATCH', nth: 1, itself: true }, lasts: 60_000 }],
      lag: 498,
    }),
  },
  {
    safeguard: 'what a lagging node shows of the previous secret is not told',
    ...change(
      'attempt/extend.ts',
      '(shown) => timesOf(shown) !== timesOf(fresh),',
      '(shown) => timesOf(shown) !== undefined,',
    ),
    lab: scene({
      strategy: 'dual-secret',
      renewal: 'regenerate',
      desk: true,
      line: 2,
      agent: {
        restartMs: 900,
        ahead: 0,
        messages: [],
        deaths: [],
        silences: [],
        restarts: [{ nth: 5, times: 2, how: 'fails' }],
      },
      start: 'foreign',
      connectors: 2,
      events: [
        { at: 1722, do: 'rollback' },
        { at: 216566, do: 'api' },
        { at: 17, do: 'enter-wrong' },
        { at: 1589, do: 'remove-policy' },
        { at: 43234609, do: 'enter-only' },
        { at: 32513583, do: 'attended' },
        { at: 32513898, do: 'enter' },
      ],
      faults: [{ run: 4, point: 10, fault: 'throttled', times: 99, late: 2706 }],
      turns: [0, 1, 2, 4, 1, 3, 6, 4, 4],
      nextRun: true,
      setup: {
        named: true,
        policy: 'any-client',
        grace: 'P14D',
        firstRun: 'renew',
        freeze: 'begins',
        second: false,
        crowd: 0,
      },
      lag: 494,
      sharedIds: true,
      judge: JUDGEMENTS,
    }),
  },
];
