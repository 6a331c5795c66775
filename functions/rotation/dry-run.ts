import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import type { ConnectorPlan, Plan } from '../credential/plan.ts';
import type { Credential } from '../credential/settings/credential.ts';
import { ask } from './act/ask.ts';
import { decide } from './decide/decide.ts';
import type { ActionOf, RotationAction } from './decide/terms/action.ts';
import { factsOf } from './decide/terms/facts.ts';
import { type ConnectorView, holds, isHandedOver, type Observation } from './observe/observation.ts';
import { observe } from './observe/observe.ts';
import { classify } from './observe/states.ts';
import { assertAvailable } from './run/available.ts';
import { beginRun, type RotationRequest, type Run, type RunDeps } from './run/context.ts';

/**
 * What a run would do now, without doing it: it observes, decides, and writes nothing at all. A question whose answer needs a write,
 * whether the IAM would keep the previous secret, is not asked: the plan says that it would be.
 *
 * @throws {RotationError} when what there is can't be read, or the credential can't do what is asked for
 */
export async function dryRun(credential: Credential, request: RotationRequest, deps: RunDeps): Promise<Plan> {
  assertAvailable(credential, request);
  const run = beginRun(credential, request, deps);
  const seen = await observe(run);
  const { action, probes } = await decided(run, seen);
  const { kind, reason } = action;
  const failure = 'failure' in action ? action.failure : undefined;
  return {
    credential: credential.id,
    state: classify(seen),
    action: kind,
    reason,
    strategy: strategyIn(run, action),
    wouldProbe: probes,
    outage: outageOf(run, seen, action),
    connectors: seen.connectors.map((view) => planOf(run, seen, view)),
    ...(failure && { wouldRefuse: failure instanceof RotationError ? describeError(failure) : failure }),
  };
}

/** The first action that is no question. */
async function decided(run: Run, seen: Observation): Promise<{ action: RotationAction; probes: boolean }> {
  let probes = false;
  for (;;) {
    const action = decide(factsOf(run, seen));
    if (action.kind !== 'ask') return { action, probes };
    if (action.question === 'overlap') {
      probes = true;
      run.ledger.answered({ overlap: true });
      continue;
    }
    try {
      await ask(run, seen, action.question);
    } catch (error) {
      if (isRotationError(error)) throw error;
      throw new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile: ask again');
    }
  }
}

/** Actions after which another secret is current. */
const RENEWS: readonly RotationAction['kind'][] = ['begin', 'regenerate', 'resume', 'store-regenerated', 'hand-over'];

function strategyIn({ credential }: Run, { kind }: RotationAction): Plan['strategy'] {
  if (!RENEWS.includes(kind)) return null;
  // Only a look after the change tells whether the IAM has kept the previous secret.
  return credential.strategy === 'auto' ? 'dual-secret or in-place' : credential.strategy;
}

/** For how long requests would fail by what the run does; what fails already is not counted. */
function outageOf({ credential }: Run, seen: Observation, action: RotationAction): Plan['outage'] {
  if (!RENEWS.includes(action.kind)) return 'none';
  const { overlap } = action as Partial<Pick<ActionOf<'begin'>, 'overlap'>>;
  if (overlap === 'required' || credential.strategy === 'alternating-clients' || credential.strategy === 'dual-secret')
    return 'none';
  const attended = seen.connectors.some(({ connector }) => connector.attended);
  if (overlap === 'none' || credential.strategy === 'in-place') return attended ? 'until-entered' : 'until-pushed';
  return attended ? 'none-or-until-entered' : 'none-or-until-pushed';
}

function planOf({ credential }: Run, { current }: Observation, view: ConnectorView): ConnectorPlan {
  const { name } = view.connector;
  const door = credential.connectors.find((one) => one.name === name)?.via ?? 'https';
  if (view.error) return { name, door, holds: 'unknown', proof: null, problem: describeError(view.error) };
  const { proof } = view.configuration;
  if (!current) return { name, door, holds: 'unknown', proof };
  if (holds(view, current.document)) return { name, door, holds: 'current', proof };
  return { name, door, holds: isHandedOver(view, current.id) ? 'handed-over' : 'something-else', proof };
}
