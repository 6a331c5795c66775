import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { OUTCOMES, type Outcome, type Rotation } from '../../../../functions/credential/outcome.ts';
import { FINDINGS, type FindingKind } from '../../../../functions/credential/published/findings.ts';
import { rotationEvent } from '../../../../functions/credential/published/rotation-ended.ts';
import { TASK_STAGES } from '../../../../functions/credential/published/task-announced.ts';
import { detailOf, type PublishedEvent } from '../../../../functions/credential/published/vocabulary.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
const anchors = (page.match(/^#+ .*$/gm) ?? []).map((line) =>
  line.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'),
);
const messageOf = (event: PublishedEvent) => detailOf(event, 'csr').message as Record<string, string>;

const ROTATION: Rotation = {
  rotationId: null,
  credential: 'acme-prod',
  trigger: 'schedule',
  outcome: 'refused',
  strategy: null,
  startedAt: '2026-03-01T03:00:00.000Z',
  endedAt: '2026-03-01T03:00:01.000Z',
  durationMs: 1000,
  steps: [],
  previousValidUntil: null,
  nothingChanged: true,
  repeatAt: '2026-03-01T03:05:00.000Z',
  connectors: [],
  failure: { code: 'iam-timeout', detail: 'd', next: 'See why the IAM is slow.' },
};

const TASK = {
  credential: 'acme-prod',
  versionId: 'v1',
  openedAt: '2026-03-01T03:00:00.000Z',
  dueAt: '2026-03-04T03:00:00.000Z',
  steps: ['Open it.', 'Save it.'],
};

describe('a message', () => {
  it.each((Object.keys(OUTCOMES) as Outcome[]).flatMap((outcome) => rotationEvent({ ...ROTATION, outcome }) ?? []))(
    'of $detailType has credential, since when, what to do, and a section of the runbook',
    (event) => {
      const { runbook, ...message } = messageOf(event);
      expect(message).toEqual({
        title: expect.stringMatching(/^acme-prod: \S.* The IAM .* \(d\)\.$/),
        since: '2026-03-01T03:00:00.000Z',
        next: 'See why the IAM is slow. The run is repeated at 2026-03-01T03:05:00.000Z.',
      });
      expect(anchors).toContain(runbook);
    },
  );

  it.each(TASK_STAGES)('of a task (%s) says what to do, and until when', (stage) => {
    const detail = { ...TASK, stage, kind: 'enter-secret' as const, connector: 'IFS', owner: 'Eve' };
    const message = messageOf({ detailType: 'Acknowledgement Needed', detail });
    expect(message.next).toBe('Eve: do this until 2026-03-04T03:00:00.000Z: Open it. Save it.');
    expect(message.title).toMatch(/^acme-prod: .*\(IFS\)/);
    expect(message.title?.includes('The time for it is over')).toBe(stage === 'overdue');
    expect(anchors).toContain(message.runbook);
  });

  it.each((Object.keys(FINDINGS) as FindingKind[]).filter((kind) => kind !== 'expiry-near'))(
    'of the finding %s says what was found',
    (kind) => {
      const { title, next } = FINDINGS[kind];
      const since = '2026-03-01T03:00:00.000Z';
      const message = messageOf({
        detailType: 'Drift Detected',
        detail: { credential: 'a', kind, detail: 'D.', since, next },
      });
      expect(message).toEqual({ title: `a: ${title} D.`, since, next, runbook: 'findings' });
      expect(anchors).toContain('findings');
    },
  );
});
