import type { ApiAnswer, ApiCall } from '../../cli/api/client.ts';
import { FleetRequest } from '../../functions/credential/events/fleet-rotation.ts';
import { type FleetSummary, summaryOf } from '../../functions/many/about.ts';
import { countsOf, type FleetProgress, progressOf, type Recorded } from '../../functions/many/progress.ts';
import type { FleetEnd, FleetHead, FleetItem } from '../../functions/ports/many/records.ts';

export const ID = '0195503b-2880-7000-8000-000000000001';
export const NOW = new Date('2026-03-01T02:10:00Z');
export const MANIFEST = `s3://client-secret-rotation-many/${ID}/manifest.json`;
const PLAN_ID = 'plan';
const AT = new Date('2026-03-01T02:00:00Z');
const WAVES = [
  { name: 'env=test', total: 2, tolerated: 0 },
  { name: 'the rest', total: 3, tolerated: 1 },
];
const IDS = ['acme-test', 'globex-test', 'acme-prod', 'globex-prod', 'wayne-prod'];
const FROZEN = { code: 'frozen', detail: 'Frozen from 2026-02-28 to 2026-03-04: year end' } as const;

/** How the run of one ended. */
export const ROTATED: FleetEnd = { requestId: 'r', outcome: 'rotated', failed: false };
export const REFUSED: FleetEnd = {
  requestId: 'r',
  outcome: 'refused',
  failed: true,
  nothingChanged: true,
  repeatAt: '2026-03-01T02:15:00.000Z',
  failure: {
    code: 'connector-unavailable',
    detail: 'IFS Production: no answer',
    next: 'Make the connector reachable.',
  },
};

/** An API with one rotation of many, which goes on as it is told. */
export class ManyApi {
  /** The calls that change something, and plans. */
  readonly calls: { readonly method: string; readonly path: string; readonly body: unknown; readonly key: unknown }[] =
    [];
  /** How the credentials stand, in the order of their waves. */
  items: Partial<FleetItem>[] = [];
  /** Whether the rotation was begun, and goes on. */
  state: 'none' | 'runs' | 'ended' = 'none';
  /** Another one is under way, by its id. */
  other: string | undefined;
  private head: FleetHead = {
    executionId: ID,
    request: FleetRequest.parse({ select: { all: true } }),
    requestedBy: 'arn:aws:iam::1:user/anna',
    requestedAt: AT,
  };

  readonly send = async ({ method, path, body, headers }: ApiCall): Promise<ApiAnswer> => {
    const answer = (status: number, value: unknown) => ({ status, body: value, headers: new Headers(), at: 0 });
    if (path.startsWith('/credentials')) return answer(200, { credentials: [] });
    if (method !== 'GET') this.calls.push({ method, path, body, key: headers?.['idempotency-key'] });
    if (method === 'POST') return this.begun(body as object, answer);
    if (method === 'DELETE') this.head = { ...this.head, stopped: { by: 'arn:aws:iam::1:user/bob', at: NOW } };
    return answer(200, path === '/rotations' ? { rotations: this.listed() } : this.progress(path.endsWith(PLAN_ID)));
  };

  private begun(body: object, answer: (status: number, value: unknown) => ApiAnswer): ApiAnswer {
    const request = FleetRequest.parse(body);
    if (!request.dryRun && this.other !== undefined) return answer(409, inTheWay(this.other));
    this.head = { ...this.head, request };
    if (request.dryRun) return answer(202, { executionId: PLAN_ID });
    this.state = 'runs';
    return answer(202, { executionId: ID });
  }

  private recorded(isPlan: boolean): Recorded {
    const items = IDS.map(
      (credential, index): FleetItem => ({
        credential,
        wave: index < 2 ? 0 : 1,
        ...(isPlan && index === 4 && { expected: FROZEN }),
        ...(isPlan ? {} : this.items[index]),
      }),
    );
    const head = { ...this.head, waves: WAVES };
    if (isPlan) return { head: { ...head, ended: { outcome: 'planned', at: NOW } }, items };
    if (this.state === 'runs') return { head, items };
    const { waves } = progressOf({ head, items }, false, NOW);
    return {
      head: { ...head, ended: { outcome: 'completed', at: NOW, manifest: MANIFEST, counts: countsOf(waves) } },
      items,
    };
  }

  private progress(isPlan: boolean): FleetProgress {
    return progressOf(this.recorded(isPlan), true, NOW);
  }

  private listed(): FleetSummary[] {
    return this.state === 'none' ? [] : [summaryOf(this.recorded(false).head, true, NOW)];
  }
}

function inTheWay(executionId: string) {
  return {
    code: 'fleet-rotation-in-progress',
    title: 'Another rotation of many is under way',
    detail: `The rotation of many ${executionId} is under way, and there is one at a time`,
    executionId,
    nothingChanged: true,
    next: 'Follow it to its end, or end it.',
    retryAfter: 60,
  };
}
