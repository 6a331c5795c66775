import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationWith } from '../../local/real-stack/example-fleet.ts';
import type { Configuration } from '../../local/stand-ins/connector/configuration.ts';
import { CONFIGURATIONS_PATH } from '../../local/stand-ins/connector/handler.ts';

/** Customers, each with a realm of its own. */
const REALMS = 40;
/** Each realm has the same Client IDs, as the vendor's naming advice has it. */
const CLIENTS = 10;
/** The files of the fleet: the first one's credentials lie in the service's stack, each other has a stack of its own. */
const FILES = 4;
const ACCESS = 'client-secret-rotation-access';
/** The rotator of those that share none. */
export const OWN_ROTATOR = 'flow-secret-rotator-own';
/** The credential that comes later, in the middle of the third file. */
export const LATER = 'customer-25-flow-05a';
/** The credential that goes when {@link LATER} comes, of the same file. */
export const LEAVING = 'customer-25-flow-05';
/** The stack that both lie in, after the service's name. */
export const CHANGING = 'group-3';

/** A credential of the fleet. */
export interface Member {
  readonly id: string;
  readonly realm: string;
  readonly clientId: string;
  /** Whether its IAM keeps the previous secret. */
  readonly overlap: boolean;
  readonly env: 'test' | 'prod';
}

/** Four hundred credentials of forty customers, and the one that comes later. */
export const MEMBERS: readonly Member[] = Array.from({ length: REALMS }, (_, realm) =>
  Array.from({ length: CLIENTS }, (_, client) => memberOf(two(realm + 1), two(client + 1))),
)
  .flat()
  .flatMap((one) => (one.id === LEAVING ? [one, { ...one, id: LATER, clientId: `${one.clientId}a` }] : [one]));

function memberOf(customer: string, flow: string): Member {
  return {
    id: `customer-${customer}-flow-${flow}`,
    realm: `customer${customer}`,
    clientId: `NC_Flow_${flow}`,
    overlap: flow !== '10',
    env: Number(flow) <= 2 ? 'test' : 'prod',
  };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Where the parts are, no slash at the end. */
export interface Places {
  readonly keycloakUrl: string;
  readonly connectorUrl: string;
}

/** Writes the files of a fleet that has these members. */
export function writeFleet(folder: string, members: readonly Member[], places: Places): void {
  const fileOf = ({ realm }: Member) => Math.floor(((Number(realm.slice(-2)) - 1) * FILES) / REALMS) + 1;
  for (const [file, some] of Map.groupBy(members, fileOf)) {
    const content = {
      ...(file > 1 && { stack: `group-${file}` }),
      credentials: some.map((one) => settings(one, places)),
    };
    writeFileSync(join(folder, `group-${file}.json`), JSON.stringify(content, null, 2));
  }
}

function settings(member: Member, { keycloakUrl, connectorUrl }: Places): object {
  const { id, realm, clientId, overlap, env } = member;
  return {
    id,
    accessTokenUrl: tokenUrlOf(member, keycloakUrl),
    clientId,
    grace: 'PT1H',
    iam: { adminUrl: `${keycloakUrl}/admin/realms/${realm}`, auth: rotatorOf(member) },
    connectors: [
      {
        name: 'IFS',
        url: `${connectorUrl}${CONFIGURATIONS_PATH}${id}`,
        auth: { type: 'bearer', secretId: `${ACCESS}/shared/connector` },
      },
    ],
    schedule: { expression: 'cron(0 3 ? * SUN *)' },
    tags: { env, overlap: overlap ? 'yes' : 'no' },
  };
}

/** A customer's credentials share a rotator; the last one of each has its own, so that one alone can lose it. */
function rotatorOf({ id, realm, overlap }: Member): object {
  return overlap
    ? { clientId: 'flow-secret-rotator', secretId: `${ACCESS}/shared/${realm}` }
    : { clientId: OWN_ROTATOR, secretId: `${ACCESS}/${id}/iam` };
}

/** What the connector of a credential holds. */
export function configurationOf(member: Member, keycloakUrl: string, clientSecret: string): Configuration {
  const { clientId } = member;
  return configurationWith({ name: 'IFS', accessTokenUrl: tokenUrlOf(member, keycloakUrl), clientId, clientSecret });
}

function tokenUrlOf({ realm }: Member, keycloakUrl: string): string {
  return `${keycloakUrl}/realms/${realm}/protocol/openid-connect/token`;
}
