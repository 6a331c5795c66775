import { byHand, GRACE_HOURS } from './combinations.ts';
import { Deeds } from './deeds.ts';
import { fillUp } from './engines.ts';
import { Laboratory } from './laboratory.ts';
import { Player } from './player.ts';
import type { Script } from './script.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A freeze begins or ends so long after the scene has begun. */
const BEFORE_MIDNIGHT_MS = 30_000;

/** The world as the script finds it. */
export async function prepare(script: Script): Promise<Laboratory> {
  const laboratory = laboratoryOf(script);
  const { simulation, monitor } = laboratory;
  await rotateBefore(script, laboratory);
  if (script.setup.freeze) await freeze(script, laboratory);
  simulation.begin(script.faults, script.turns);
  laboratory.agent?.begin(script.agent);
  monitor.forget();
  laboratory.second?.monitor.forget();
  const deeds = new Deeds(laboratory);
  if (script.start === 'foreign') deeds.regenerate();
  if (script.start === 'restored' || script.start === 'behind') deeds.restore();
  if (script.start === 'expired') deeds.expire();
  monitor.look({ by: 'person', what: script.start });
  worsen(script, laboratory);
  return laboratory;
}

function laboratoryOf(script: Script): Laboratory {
  const { strategy, renewal, native, desk, line, connectors, start, setup, sharedIds } = script;
  const { named, grace, firstRun, policy, second } = setup;
  return new Laboratory({
    combination: { strategy, renewal, native, desk, line: Math.min(line, connectors) },
    connectors,
    adopted: start !== 'first-run',
    settings: { grace, ...(named && renewal !== 'by-person' ? { strategy } : {}), iam: { firstRun } },
    overlap: policy === 'any-client' ? policy : policy === 'marked' || strategy === 'dual-secret',
    second,
    sharedIds,
  });
}

async function rotateBefore({ start, native, strategy, renewal, desk }: Script, laboratory: Laboratory): Promise<void> {
  const { simulation, person } = laboratory;
  const player = new Player(laboratory);
  const rotated = async (hours: number) => {
    if (renewal === 'by-person') person.refresh();
    if (renewal === 'by-person') person.submit();
    if (byHand({ renewal, desk })) await player.api({ attended: desk });
    else await (native ? player.secretsManager() : player.schedule());
    person.enter();
    person.acknowledge();
    await simulation.wait(hours * HOUR_MS);
  };
  if (start === 'grace' || start === 'behind') await simulation.run(rotated(1));
  if (start === 'retire-due') await simulation.run(rotated(GRACE_HOURS - 1));
  // Only a client that was rotated bears the mark by which the policy finds it.
  const marked = start === 'foreign' && strategy === 'dual-secret';
  if (start === 'restored' || marked) await simulation.run(rotated(GRACE_HOURS + 1));
}

/** Dates are whole days in UTC: a freeze begins and ends at midnight. */
async function freeze({ setup }: Script, laboratory: Laboratory): Promise<void> {
  const { simulation } = laboratory;
  const midnight = Math.ceil(simulation.now / DAY_MS) * DAY_MS;
  if (setup.freeze !== 'covers') await simulation.run(simulation.wait(midnight - BEFORE_MIDNIGHT_MS - simulation.now));
  const day = (days: number) => new Date(midnight + days * DAY_MS).toISOString().slice(0, 10);
  const [from, to] =
    setup.freeze === 'begins' ? [day(0), day(20)] : [day(-10), setup.freeze === 'ends' ? day(-1) : day(20)];
  laboratory.credential = { ...laboratory.credential, freezes: [{ from, to, reason: 'year end' }] };
}

/** What is wrong from here on, beside the weather. */
function worsen({ lag, stale, clocks, versions, setup }: Script, laboratory: Laboratory): void {
  laboratory.crowdMs = setup.crowd;
  if (versions > 0) fillUp(laboratory.parts.secrets.store, versions);
  if (stale) laboratory.readStale(stale);
  if (lag > 0) laboratory.addNode(lag);
  if (clocks.length > 0) laboratory.skewOf = (process) => clocks[process % clocks.length] ?? 0;
}
