import { shown, table } from '../terminal/text.ts';
import { type Plan, stepsOf, wordsOf } from './prepare/plan.ts';
import { PARTS } from './prepare/recipe.ts';
import type { Seen } from './prepare/seen.ts';
import type { UndoItem } from './prepare/undo.ts';
import { realmOf, type Target } from './target.ts';

const ACTIONS = { none: 'there', create: 'create', change: 'change' } as const;

/** A plan, or what it has become, for a person. */
export function planText(target: Target, seen: Seen, plan: Plan): string {
  const rows = plan.items.map((item) => [ACTIONS[item.action], wordsOf(item), shown(item.detail)]);
  return [
    headline(target, seen),
    ...(rows.length === 0 ? [] : ['', table(['', 'WHAT', 'WHICH'], rows, Number.POSITIVE_INFINITY)]),
    ...(plan.manual.length === 0 ? [] : ['', manualText(plan)]),
  ].join('\n');
}

function headline(target: Target, { abilities: { version } }: Seen): string {
  const release = version === undefined ? 'a Keycloak that does not tell its version' : `Keycloak ${shown(version)}`;
  return `Realm ${realmOf(target)} on ${release}: ${target.rotator} is to rotate ${target.clients.join(', ')}.`;
}

function manualText({ manual }: Plan): string {
  return manual
    .map(({ what, steps, needed }) =>
      [`By hand${needed ? '' : ' (optional)'}: ${shown(what)}.`, ...steps.map((step) => `  - ${shown(step)}`)].join(
        '\n',
      ),
    )
    .join('\n');
}

/** A plan for programs. */
export function planValue(target: Target, seen: Seen, plan: Plan): object {
  const { adminUrl, rotator, clients, credentials } = target;
  return {
    adminUrl,
    version: seen.abilities.version ?? null,
    rotator,
    clients,
    credentials,
    steps: stepsOf(plan).length,
    parts: plan.items.map(({ part, detail, action }) => ({ part, detail, action })),
    manual: plan.manual,
  };
}

/** What an undo would do, for a person. */
export function undoText(target: Target, seen: Seen, items: readonly UndoItem[]): string {
  const rows = items.map(({ action, part, detail, reason = '' }) => [
    action,
    PARTS[part],
    shown(detail),
    shown(reason),
  ]);
  const kept = seen.clients.flatMap(({ clientId, previousUntil }) =>
    previousUntil === undefined
      ? []
      : `${clientId} keeps a previous secret until ${previousUntil.toISOString()}: without the policy it ends at the next change of the client.`,
  );
  return [
    `Realm ${realmOf(target)}, rotator ${target.rotator}.`,
    '',
    table(['', 'WHAT', 'WHICH', 'WHY'], rows, Number.POSITIVE_INFINITY),
    ...(kept.length === 0 ? [] : ['', ...kept]),
  ].join('\n');
}
