import type { Proof } from '../../../functions/credential/proof.ts';
import type { Completed } from '../../stand-ins/connector/counts.ts';
import type { Doors } from '../fleet/customers.ts';
import type { Measured, Report, RotationLine } from './report.ts';
import type { Span } from './secrets-states.ts';

/** What makes sure that a connector has the new secret, by how it is reached. */
const PROOF_OF: Readonly<Record<string, Proof>> = { https: 'written', agent: 'loaded', manual: 'attested' };

/** What a person is asked to do in a rotation, by the doors. */
const TASKS_OF: Readonly<Partial<Record<Doors, readonly string[]>>> = {
  'manual+manual': ['submit-secret', 'enter-secret'],
};

/** What holds, or else the sentence that says what doesn't. */
type Check = readonly [boolean, string];

/**
 * Everything that did not hold, one line each; empty when all is well.
 *
 * @param leastRate what each connector has to send at least, in requests a second
 */
export function faultsOf(onboarded: Report['onboarded'], rotations: readonly Measured[], leastRate = 50): string[] {
  const notAdopted = onboarded.filter(({ outcome }) => outcome !== 'adopted');
  return [
    ...notAdopted.map(({ credential, outcome }) => `${credential}: the first run ended ${outcome}, not adopted`),
    ...rotations.flatMap((measured) =>
      rotationFaults(measured, leastRate).map(
        (fault) => `${measured.line.credential} (${measured.line.trigger}): ${fault}`,
      ),
    ),
  ];
}

function rotationFaults(measured: Measured, leastRate: number): string[] {
  const { line, window } = measured;
  const { outcome, oldSecretRefused } = line;
  const rate = line.requests / ((window.to - window.from) / 1000);
  const checks: Check[] = [
    [outcome === 'rotated', `it ended ${outcome}, not rotated`],
    [rate >= leastRate, `only ${rate.toFixed(1)} requests a second were sent`],
    ...outageChecks(measured),
    [oldSecretRefused, 'the old secret is still accepted'],
    proofCheck(line),
    tasksCheck(line),
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault);
}

function outageChecks({ line, outages, requests, handover }: Measured): Check[] {
  const { strategy, outageMs, failedRequests } = line;
  const inPlace = strategy === 'in-place';
  const outside = requests.filter((one) => one.error !== undefined && !outages.some((span) => overlap(one, span)));
  const early = handover ? outages.filter((span) => span.from < handover.from || span.to > handover.to) : [];
  return [
    [inPlace || failedRequests === 0, `${failedRequests} requests failed in spite of the overlap`],
    [inPlace === outageMs > 0, `the connector's secret was refused for ${outageMs} ms`],
    [outside.length === 0, `${outside.length} requests failed while the connector's secret was accepted`],
    [early.length === 0, "the connector's secret was refused before the person's refresh, or after the entry"],
  ];
}

function proofCheck({ doors, proof }: RotationLine): Check {
  const expected = PROOF_OF[doors.split('+')[1] ?? ''];
  return [proof === expected, `the proof of the connector is ${proof ?? 'missing'}, not ${expected}`];
}

function tasksCheck({ doors, tasks = [] }: RotationLine): Check {
  const done = tasks.filter((task) => task.done).map(({ kind }) => kind);
  const expected = TASKS_OF[doors] ?? [];
  const all = done.length === tasks.length && done.join() === expected.join();
  const told = tasks.map((task) => `${task.kind} ${task.done ? 'done' : 'open'}`).join(', ') || 'none';
  return [all, `the tasks are ${told}, and not ${expected.map((kind) => `${kind} done`).join(', ') || 'none'}`];
}

function overlap({ startedAt, endedAt }: Completed, { from, to }: Span): boolean {
  return startedAt <= to && endedAt >= from;
}
