import { describe, expect, it } from '@jest/globals';
import {
  fleetRotationView,
  startFleetRotation,
  stopFleetRotation,
} from '../../../../functions/api/many/fleet-rotations.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { FleetRequest } from '../../../../functions/credential/events/fleet-rotation.ts';
import type { FleetHead } from '../../../../functions/ports/many/records.ts';

const NOW = new Date('2026-03-01T02:00:00Z');
const ALL = FleetRequest.parse({ select: { all: true } });
const call = (key?: string, body = ALL) => ({ body, requestedBy: 'anna', key });

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

describe('POST /rotations', () => {
  it('notes the request before it starts anything, and says where to look', async () => {
    const { deps, heads, started } = parts();
    const answer = await startFleetRotation(call(), deps);

    expect([answer.statusCode, JSON.parse(answer.body), answer.headers.location]).toEqual([
      202,
      { executionId: 'drawn' },
      '/rotations/drawn',
    ]);
    expect(heads.get('drawn')).toEqual({ executionId: 'drawn', request: ALL, requestedBy: 'anna', requestedAt: NOW });
    expect(started).toEqual(['drawn']);
  });

  it('with one key is about one execution, of which the name is one that Step Functions takes', async () => {
    const { deps } = parts();
    const key = 'a key / with : anything';
    const [one, other, third] = await Promise.all([
      startFleetRotation(call(key), deps),
      startFleetRotation(call(key), deps),
      startFleetRotation(call('another'), deps),
    ]);

    expect(one.body).toBe(other.body);
    expect(one.body).not.toBe(third.body);
    expect(JSON.parse(one.body).executionId).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it('repeated with its key begins what the first call could not', async () => {
    const { deps, started } = parts();
    const away = async () => {
      throw new RotationError('executions-unavailable', 'no answer');
    };
    await expect(
      startFleetRotation(call('key'), { ...deps, executions: { ...deps.executions, start: away } }),
    ).rejects.toMatchObject({ code: 'executions-unavailable' });
    await startFleetRotation(call('key'), deps);

    expect(started).toHaveLength(1);
  });

  it('with a key that came with another body is refused, and starts nothing', async () => {
    const { deps, started } = parts();
    await startFleetRotation(call('key'), deps);
    const other = FleetRequest.parse({ select: { match: 'acme-*' } });

    await expect(startFleetRotation(call('key', other), deps)).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
    expect(started).toHaveLength(1);
  });

  it('is not available where there is no state machine', async () => {
    const { deps, heads } = parts();
    await expect(startFleetRotation(call(), { ...deps, executions: undefined })).rejects.toMatchObject({
      code: 'not-available',
    });
    expect(heads.size).toBe(0);
  });
});

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
    await startFleetRotation(call(), deps);

    expect(await fleetRotationView('drawn', deps)).toMatchObject({ status: 'choosing', outcome: null });
    const stopped = await stopFleetRotation({ executionId: 'drawn', by: 'bob' }, deps);
    expect(stopped).toMatchObject({ status: 'stopping', stoppedBy: 'bob' });
  });

  it('leave one that has ended as it is', async () => {
    const { deps, heads } = parts();
    await startFleetRotation(call(), deps);
    heads.set('drawn', { ...(heads.get('drawn') as FleetHead), ended: { outcome: 'completed', at: NOW } });
    const answer = await stopFleetRotation({ executionId: 'drawn', by: 'bob' }, deps);

    expect([answer.outcome, heads.get('drawn')?.stopped]).toEqual(['completed', undefined]);
  });
});
