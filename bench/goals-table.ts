import { type Finding, figureText, type Judged, judge, medianOf, verdictOf } from './goals.ts';
import type { Table } from './table.ts';

const COLUMNS = [
  'goal',
  'this',
  'template',
  'naive script',
  'this ÷ template',
  'this ÷ naive',
  'limit',
  'this ÷ limit',
  'verdict',
];

const NOTE =
  'All sides were measured in this run. What was repeated is told as median (least–most), and the median counts. Bare: a handler with one client of Secrets Manager, where the column says so in the place of the peers.';

/** Every goal beside what was measured. */
export function goalsTable(findings: readonly Finding[]): Table {
  const rows = judge(findings).map((one) => {
    const { what, atMost, digits = 0, finding } = one;
    const { ours, template, naive, bare } = finding;
    return [
      what,
      figureText(ours, digits),
      template === undefined && bare !== undefined ? `bare: ${figureText(bare, digits)}` : figureText(template, digits),
      figureText(naive, digits),
      ratioText(ours, template),
      ratioText(ours, naive),
      `≤ ${atMost}`,
      ratioText(ours, atMost),
      verdictOf(one),
    ];
  });
  return { title: 'Goals', note: NOTE, columns: COLUMNS, rows };
}

/** The most important goals, as short as the README needs them. */
export function briefTable(findings: readonly Finding[]): Pick<Table, 'columns' | 'rows'> {
  const briefly = judge(findings).filter(({ brief }) => brief);
  const rows = briefly.map(({ what, atMost, digits = 0, finding: { ours, template, naive } }) => [
    what,
    ...[ours, template, naive].map((figure) => (figure === undefined ? '–' : medianOf(figure).toFixed(digits))),
    `≤ ${atMost}`,
  ]);
  return { columns: ['', 'this', 'template', 'naive script', 'goal'], rows };
}

/** What is missed, by how much, and what stands in the way, as Markdown. */
export function missedText(findings: readonly Finding[]): string {
  const missed = judge(findings).filter(({ met }) => !met);
  if (missed.length === 0) return 'Every goal is met.\n';
  return ['### What is missed', '', ...missed.map(missedLine), ''].join('\n');
}

function missedLine(one: Judged): string {
  const { what, obstacle = 'Nobody has found out yet what stands in the way.' } = one;
  return `- ${what}: ${verdictOf(one).replaceAll('**', '')}. ${obstacle}`;
}

/** To two digits; nothing where there is nothing to divide by. */
function ratioText(ours: Finding['ours'], by: Finding['ours'] | undefined): string {
  const divisor = by === undefined ? 0 : medianOf(by);
  return divisor === 0 ? '' : (medianOf(ours) / divisor).toFixed(2);
}
