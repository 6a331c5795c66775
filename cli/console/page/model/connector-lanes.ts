import type { Credential, Run } from './answers.ts';
import { chronological, type Promotion } from './promotions.ts';
import type { Lane, Segment } from './timeline.ts';

/** A version that a connector has from a point of time on. */
interface Given {
  readonly version: string;
  readonly from: number;
}

/** Which secret each connector uses, as far as reports and acknowledgements prove it. */
export function connectorLanes(
  credential: Credential,
  promotions: readonly Promotion[],
  runs: readonly Run[],
  now: number,
): Lane[] {
  return credential.connectors.map(({ name, proof }) => {
    const given = provenIn(name, promotions, runs);
    const { versionId } = credential;
    if (proof?.at !== undefined && versionId !== null && given.at(-1)?.version !== versionId)
      given.push({ version: versionId, from: Date.parse(proof.at) });
    const segments = given.map((one, index) => segmentOf(one, given[index + 1], now));
    return {
      name: `${name} uses`,
      segments: [...unproven(promotions[0]?.from ?? now, given[0]?.from ?? now), ...segments],
    };
  });
}

function provenIn(name: string, promotions: readonly Promotion[], runs: readonly Run[]): Given[] {
  const given: Given[] = [];
  const versions = promotions.map(({ version }) => version);
  for (const run of chronological(runs)) {
    const report = run.connectors?.find((one) => one.name === name);
    const version = run.rotationId;
    if (!report?.proof || report.leftBehind || !version || !versions.includes(version)) continue;
    if (given.at(-1)?.version !== version) given.push({ version, from: Date.parse(run.endedAt ?? '') });
  }
  return given;
}

/** The time before anything was proven. */
function unproven(from: number, to: number): Segment[] {
  return to > from ? [{ version: '', from, to, end: 'unproven' }] : [];
}

function segmentOf({ version, from }: Given, next: Given | undefined, now: number): Segment {
  return { version, from, to: next?.from ?? Math.max(from, now), end: next ? 'ended' : 'goes-on' };
}
