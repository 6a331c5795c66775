import type { PublishedEvent } from '../credential/published/vocabulary.ts';
import type { FleetProgress } from './progress.ts';

/** What is published of the end of a fleet rotation. */
export function fleetRotationEnded(progress: FleetProgress & { readonly manifest: string }): PublishedEvent {
  const { executionId, outcome, waves, requestedBy, request, requestedAt, manifest } = progress;
  const sum = (of: 'total' | 'done' | 'failed' | 'waiting') => waves.reduce((all, wave) => all + wave[of], 0);
  const detail = {
    executionId,
    outcome: outcome === null || outcome === 'planned' ? 'broken' : outcome,
    total: sum('total'),
    done: sum('done'),
    failed: sum('failed'),
    waiting: sum('waiting'),
    requestedBy,
    reason: request.reason,
    requestedAt,
    manifest,
  } as const;
  return { detailType: 'Fleet Rotation Ended', detail };
}
