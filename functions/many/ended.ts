import type { PublishedEvent } from '../credential/published/vocabulary.ts';
import { countsOf, type FleetProgress } from './progress.ts';

/** What is published of the end of a fleet rotation. */
export function fleetRotationEnded(progress: FleetProgress & { readonly manifest: string }): PublishedEvent {
  const { executionId, outcome, waves, requestedBy, request, requestedAt, manifest } = progress;
  const detail = {
    executionId,
    outcome: outcome === null || outcome === 'planned' ? 'broken' : outcome,
    total: waves.reduce((sum, { total }) => sum + total, 0),
    ...countsOf(waves),
    requestedBy,
    reason: request.reason,
    requestedAt,
    manifest,
  } as const;
  return { detailType: 'Fleet Rotation Ended', detail };
}
