import { CONDITIONS, canonical } from './conditions.ts';
import { type Granted, type Role, type Statement, short } from './grants.ts';
import { NEEDS, type Need, needsOfAgent } from './needs.ts';
import { agentsOfFleet } from './synthesized.ts';

/** A role, and what it needs. */
export interface Holder {
  readonly role: Role;
  readonly needs: readonly Need[];
}

/**
 * Every role of the stacks with what it needs.
 *
 * @throws {Error} for a role of which nobody says what it needs, and for needs of a role that isn't there
 */
export function holdersOf({ roles }: Granted): Holder[] {
  const agents = agentsOfFleet().map(({ name, ids }) => [`agent ${name}`, needsOfAgent(name, ids)] as const);
  const needs = new Map<string, readonly Need[]>([...Object.entries(NEEDS), ...agents]);
  const gone = [...needs.keys()].filter((name) => !roles.some((role) => role.name === name));
  if (gone.length > 0) throw new Error(`no such role: ${gone.join(', ')}`);
  return roles.map((role) => {
    const own = needs.get(role.name);
    if (!own) throw new Error(`say in infra/permissions/needs.ts what ${role.name} needs`);
    return { role, needs: own };
  });
}

/** One action on one resource under one condition, granted or taken away. */
interface Atom {
  readonly denied: boolean;
  readonly action: string;
  readonly on: string;
  /** In {@link canonical} form; empty without a condition. */
  readonly condition: string;
}

/** Statements, taken apart. */
export function atomsOf(statements: readonly Statement[]): Atom[] {
  return statements.flatMap(({ Effect, Action, Resource, Condition }) =>
    Action.flatMap((action) =>
      Resource.map((on) => ({
        denied: Effect === 'Deny',
        action,
        on: short(on),
        condition: written(Condition),
      })),
    ),
  );
}

function atomsOfNeed({ actions, on, when, denied = false }: Need): Atom[] {
  const condition = when ? canonical(CONDITIONS[when].condition) : '';
  return actions.map((action) => ({ denied, action, on, condition }));
}

/** A condition with the placeholders of the page, in canonical form. */
function written(condition: object | undefined): string {
  return condition ? short(canonical(condition)) : '';
}

const text = ({ denied, action, on, condition }: Atom) =>
  `${denied ? 'to be denied ' : ''}${action} on ${on}${condition && ` if ${condition}`}`;

/**
 * What a role is granted and doesn't need, and what it needs and isn't granted: one line each. A grant that grows by one action, one
 * resource or one condition is one of them.
 */
export function differences({ role, needs }: Holder): string[] {
  const granted = new Set(atomsOf(role.statements).map(text));
  const needed = new Set(needs.flatMap(atomsOfNeed).map(text));
  return [
    ...[...granted]
      .filter((one) => !needed.has(one))
      .map((one) => `${role.name} is granted what it doesn't need: ${one}`),
    ...[...needed].filter((one) => !granted.has(one)).map((one) => `${role.name} isn't granted what it needs: ${one}`),
  ];
}

/** Whether a need covers a grant. */
export function covers(need: Need, atom: Atom): boolean {
  return atomsOfNeed(need).some((one) => text(one) === text(atom));
}
