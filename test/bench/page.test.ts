import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { circumstances, type Found, pageOf, pageOfOne, withBrief } from '../../bench/page.ts';

const TABLE = { title: 'Outage', note: 'How.', columns: ['rotation', 'ms'], rows: [['in-place', 12]] };
const FOUND: Found = {
  where: { machine: '2 × a processor', versions: { node: '24.0.0' }, date: '2026-03-01', rounds: 20 },
  reports: {
    outage: { tables: [TABLE], findings: [{ goal: 'invocations', ours: 1, template: 4, naive: 1 }] },
    'start-up': { tables: [], findings: [{ goal: 'bundle-api', ours: 500, bare: 304 }] },
  },
};

describe('the page', () => {
  const page = pageOf(FOUND);

  it('tells where, when and with what was measured, and has the tables', () => {
    expect(page).toMatch(/^# Performance\n/);
    expect(page).toContain('on 2026-03-01, in 20 paired rounds. Machine: 2 × a processor. Versions: node 24.0.0.');
    expect(page).toContain('## Outage\n\nHow.\n\n| rotation | ms  |\n| -------- | --- |\n| in-place | 12  |\n');
  });

  it('begins with the goals, and says of what is missed by how much, and what stands in the way', () => {
    expect(page.indexOf('## Goals')).toBeLessThan(page.indexOf('## Outage'));
    expect(page).toMatch(/- bundle `api`, kB: missed by 40 \(9 %\)\. \w.+/);
    expect(page).not.toContain('- invocations');
  });
});

describe('the page of what is run alone', () => {
  it('names it, and the page beside it does so where it is there', () => {
    const herd = pageOfOne({ ...FOUND, reports: { herd: { tables: [TABLE], findings: [] } } });
    expect(herd).toMatch(
      /^# Performance: herd\n\nWritten by `npm run bench -- --only herd --write-docs` on 2026-03-01\./,
    );
    expect(herd).toContain('## Outage\n');
    expect(pageOf(FOUND, ['herd'])).toContain('[herd](performance-herd.md)');
    expect(pageOf(FOUND)).not.toContain('performance-');
  });
});

describe('the short form', () => {
  it('stands between its marks, and nothing else of the README is changed', () => {
    const readme = withBrief('# Title\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nThe end.\n', FOUND);
    expect(readme).toMatch(/^# Title\n\n<!-- bench -->\n\nMeasured on 2026-03-01/);
    expect(readme).toMatch(/<!-- \/bench -->\n\nThe end\.\n$/);
    expect(readme).toMatch(/\| invocations +\| 1 +\| 4 +\| 1 +\| ≤ 1 +\|/);
    expect(readme).not.toContain('old');
  });

  it('has its place in the README', () => {
    const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
    expect(withBrief(readme, FOUND)).toContain('| invocations');
  });

  it('needs the marks', () => {
    expect(() => withBrief('# Title\n', FOUND)).toThrow('the README has no');
  });
});

it('knows the machine and the versions that take part', () => {
  const { machine, versions, date } = circumstances(20, new Date('2026-03-01T12:00:00Z'));
  expect(machine).toMatch(/^\d+ × .+ GiB, \w+ \w+$/);
  expect(versions).toMatchObject({ node: process.versions.node, undici: expect.stringMatching(/^\d/) });
  expect(date).toBe('2026-03-01');
});
