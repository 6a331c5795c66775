import type { ConnectorSettings, Credential } from '../../../functions/credential/settings/credential.ts';

/** All customers follow the vendor's naming advice, so they have the same Client ID. */
export const CLIENT_ID = 'NC_Flow_ClientCredentials';

/** What every customer's connector is called. */
export const CONNECTOR_NAME = 'IFS Production';

/** A customer of the example fleet. */
export interface Customer {
  /** The credential's id; also the name of its connector's configuration. */
  readonly id: string;
  readonly realm: string;
  /** Whether its IAM can keep a previous secret. */
  readonly overlap: boolean;
  /** How its IAM is changed. */
  readonly iam: Credential['iam']['type'];
  /** How its connector is reached. */
  readonly via: ConnectorSettings['via'];
}

/** The example fleet: one customer of each kind. */
export const CUSTOMERS: readonly Customer[] = [
  { id: 'acme-prod', realm: 'acmeprod', overlap: true, iam: 'keycloak', via: 'https' },
  { id: 'globex-prod', realm: 'globexprod', overlap: false, iam: 'keycloak', via: 'https' },
  { id: 'initech-prod', realm: 'initechprod', overlap: true, iam: 'keycloak', via: 'agent' },
  { id: 'umbrella-prod', realm: 'umbrellaprod', overlap: false, iam: 'manual', via: 'manual' },
];

/** The doors of a customer: of its IAM, and of its connector. */
export type Doors = `${Customer['iam']}+${Customer['via']}`;

/** @returns for example `keycloak+https` */
export function doorsOf({ iam, via }: Pick<Customer, 'iam' | 'via'>): Doors {
  return `${iam}+${via}`;
}

/** The name of the agent beside a customer's connector. */
export function agentOf({ id }: Pick<Customer, 'id'>): string {
  return `${id}-agent`;
}
