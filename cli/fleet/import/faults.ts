import type { Deployment } from '../../../infra/context.ts';
import type { Fault } from '../../../infra/faults/fault.ts';
import { inPlainWords } from '../../../infra/faults/plain-words.ts';
import { schemaFaults } from '../../../infra/faults/schema-faults.ts';
import { agentDeploymentFaults } from '../../../infra/fleet/agents.ts';
import { hostFaults } from '../../../infra/fleet/allowed-hosts.ts';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import type { RowFault, Sheet } from '../../sheet/read.ts';
import { CREDENTIALS, SETTING_COLUMNS } from './columns.ts';
import type { Item, Path } from './plan.ts';

/** What the fleet would be after an import. */
export interface Draft {
  readonly value: { readonly credentials: readonly unknown[] };
  readonly items: readonly Item[];
  readonly titles: Sheet['titles'];
}

/** A fault of the fleet, with the credential that it is about. */
export interface ImportFault extends RowFault {
  /** Undefined where it is about the file as a whole. */
  readonly id: string | undefined;
}

/**
 * What synth would find in a fleet, at the rows and columns that it comes from. What no row has given has row 0.
 *
 * @param deployment what the context says
 */
export function importFaults(draft: Draft, deployment: Deployment): ImportFault[] {
  return fleetFaults(draft.value, deployment).map(({ path, message }) => {
    const [top, index, ...rest] = path;
    const entry = top === 'credentials' && typeof index === 'number' ? draft.value.credentials[index] : undefined;
    const id = (entry as { id?: string } | undefined)?.id;
    const item = draft.items.find((one) => one.id === id);
    return { id, ...placeOf(rest as Path, item, draft.titles), fault: message };
  });
}

function fleetFaults(value: unknown, deployment: Deployment): readonly Fault[] {
  const result = fleetSchema({ ...deployment, now: new Date() }).safeParse(value, { error: inPlainWords });
  if (!result.success) return schemaFaults(result.error, value);
  const { credentials, agents } = result.data;
  const late = agentDeploymentFaults(credentials, agents, deployment);
  return late.length > 0 ? late : hostFaults(credentials, deployment).urls;
}

/** The cell that gave it; where none did, the column that would. */
function placeOf(path: Path, item: Item | undefined, titles: Sheet['titles']): { row: number; column: string } {
  const given = item?.given.find((one) => begins(path, one.path));
  const [key] = given?.from ?? [];
  if (given && key !== undefined) return { row: given.row, column: titles.get(key) ?? '' };
  const inConnector = path[0] === 'connectors';
  const [own] = item?.given.filter((one) => inConnector && one.path[1] === path[1]) ?? [];
  return { row: own?.row ?? item?.row ?? 0, column: titleFor(path) };
}

/** The title of the column that would give what is at a path. */
function titleFor(path: Path): string {
  if (path[0] === 'id') return CREDENTIALS.columns.id.title;
  const inConnector = path[0] === 'connectors';
  if (inConnector && path.length === 1) return CREDENTIALS.columns.connectorUrl.title;
  const below = inConnector ? path.slice(2) : path;
  const column = SETTING_COLUMNS.find(([, one]) => (one.of === 'connector') === inConnector && begins(below, one.path));
  return below.length > 0 ? (column?.[1].title ?? '') : '';
}

function begins(path: Path, head: Path): boolean {
  return head.every((part, at) => part === path[at]);
}
