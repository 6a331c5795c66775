import { describe, expect, it } from '@jest/globals';
import { fleetRotationView, stopFleetRotation } from '../../../../functions/api/many/fleet-rotations.ts';
import { startFleetRotation } from '../../../../functions/api/many/start.ts';
import { type ErrorCode, RotationError } from '../../../../functions/credential/errors.ts';
import { FleetRequest } from '../../../../functions/credential/events/fleet-rotation.ts';
import type { FleetHead, FleetPlace } from '../../../../functions/ports/many/records.ts';

const NOW = new Date('2026-03-01T02:00:00Z');
const ALL = FleetRequest.parse({ select: { all: true } });
const CALL = { body: ALL, requestedBy: 'anna' };

/** The parts of the API, over what is noted. */
function parts() {
  const heads = new Map<string, FleetHead>();
  const started: string[] = [];
  const deps = {
    executions: {
      start: async (id: string) => void started.push(id),
      isRunning: async (id: string) => (started.includes(id) ? true : undefined),
    },
    fleetRecords: {
      take: async (place: FleetPlace) => place,
      recent: async () => [...heads.values()],
      head: async (id: string) => heads.get(id),
      ask: async (origin: FleetHead) => {
        heads.set(origin.executionId, heads.get(origin.executionId) ?? origin);
        return heads.get(origin.executionId) ?? origin;
      },
      stop: async (id: string, by: string, at: Date) => {
        heads.set(id, { ...(heads.get(id) as FleetHead), stopped: { by, at } });
      },
      read: async (id: string) => {
        const head = heads.get(id);
        return head && { head, items: [] };
      },
    },
    newRequestId: () => 'drawn',
    now: () => NOW,
  };
  return { deps, heads, started };
}

describe('GET and DELETE /rotations/{executionId}', () => {
  it.each(['nobody', 'x'.repeat(81), ''])('know nothing of %s', async (id) => {
    const { deps } = parts();
    await expect(fleetRotationView(id, deps)).rejects.toMatchObject({ code: 'rotation-unknown' });
    await expect(stopFleetRotation({ executionId: id, by: 'anna' }, deps)).rejects.toMatchObject({
      code: 'rotation-unknown',
    });
  });

  it('tell how far it is, and who has ended it', async () => {
    const { deps } = parts();
    await startFleetRotation(CALL, deps);

    expect(await fleetRotationView('drawn', deps)).toMatchObject({ status: 'choosing', outcome: null });
    const stopped = await stopFleetRotation({ executionId: 'drawn', by: 'bob' }, deps);
    expect(stopped).toMatchObject({ status: 'stopping', stoppedBy: 'bob' });
  });

  it('leave one that has ended as it is', async () => {
    const { deps, heads } = parts();
    await startFleetRotation(CALL, deps);
    heads.set('drawn', { ...(heads.get('drawn') as FleetHead), ended: { outcome: 'completed', at: NOW } });
    const answer = await stopFleetRotation({ executionId: 'drawn', by: 'bob' }, deps);

    expect([answer.outcome, heads.get('drawn')?.stopped]).toEqual(['completed', undefined]);
  });

  it('is not available where there is no state machine', async () => {
    const { deps, heads } = parts();
    await expect(startFleetRotation(CALL, { ...deps, executions: undefined })).rejects.toMatchObject({
      code: 'not-available',
    });
    expect(heads.size).toBe(0);
  });

  it('ask Step Functions of none that has ended: it forgets them first', async () => {
    const { deps, heads } = parts();
    await startFleetRotation(CALL, deps);
    heads.set('drawn', { ...(heads.get('drawn') as FleetHead), ended: { outcome: 'completed', at: NOW } });
    const isRunning = failing('executions-unavailable');

    expect(await fleetRotationView('drawn', { ...deps, executions: { ...deps.executions, isRunning } })).toMatchObject({
      outcome: 'completed',
    });
  });

  it('tell what the table says while Step Functions is busy, and nothing while it is away', async () => {
    const { deps } = parts();
    await startFleetRotation(CALL, deps);
    const later = { ...deps, now: () => new Date(NOW.getTime() + 3_600_000) };
    const mute = (code: ErrorCode) => ({ ...later, executions: { ...deps.executions, isRunning: failing(code) } });

    expect(await fleetRotationView('drawn', mute('executions-throttled'))).toMatchObject({ status: 'choosing' });
    await expect(fleetRotationView('drawn', mute('executions-unavailable'))).rejects.toMatchObject({
      code: 'executions-unavailable',
    });
  });

  it('tell the end of one that ends between two looks', async () => {
    const { deps, heads } = parts();
    await startFleetRotation(CALL, deps);
    const isRunning = async (id: string) => {
      heads.set(id, { ...(heads.get(id) as FleetHead), ended: { outcome: 'completed', at: NOW } });
      return false;
    };

    expect(await fleetRotationView('drawn', { ...deps, executions: { ...deps.executions, isRunning } })).toMatchObject({
      outcome: 'completed',
    });
  });
});

function failing(code: ErrorCode) {
  return async (): Promise<never> => {
    throw new RotationError(code, 'no answer');
  };
}
