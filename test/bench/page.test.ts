import { expect, it } from '@jest/globals';
import { circumstances, pageOf } from '../../bench/page.ts';

const TABLE = { title: 'Outage', note: 'How.', columns: ['rotation', 'ms'], rows: [['in-place', 12]] };

it('writes the tables, and where, when and with what they were measured', () => {
  const where = { machine: '2 × a processor', versions: { node: '24.0.0' }, date: '2026-03-01', rounds: 20 };
  const page = pageOf(where, [TABLE]);
  expect(page).toMatch(/^# Performance\n/);
  expect(page).toContain('on 2026-03-01, in 20 paired rounds. Machine: 2 × a processor. Versions: node 24.0.0.');
  expect(page).toContain('## Outage\n\nHow.\n\n| rotation | ms  |\n| -------- | --- |\n| in-place | 12  |\n');
});

it('knows the machine and the versions that take part', () => {
  const { machine, versions, date } = circumstances(20, new Date('2026-03-01T12:00:00Z'));
  expect(machine).toMatch(/^\d+ × .+ GiB, \w+ \w+$/);
  expect(versions).toMatchObject({ node: process.versions.node, undici: expect.stringMatching(/^\d/) });
  expect(date).toBe('2026-03-01');
});
