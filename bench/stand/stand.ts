import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fetch } from '../../functions/adapters/http/fetch.ts';
import type { Customer } from './customers.ts';
import type { Functions } from './host.ts';
import type { Systems } from './systems.ts';

/** Embedded parts with the functions, one customer, and what a peer needs to do the same job. */
export interface Stand {
  readonly systems: Systems;
  readonly customer: Customer;
  readonly functions: Functions;
  readonly now: () => number;
  /** A new client of Secrets Manager, as an execution environment makes one. */
  readonly newClient: () => SecretsManagerClient;
  /** The operator's: its calls are nobody's rotation. */
  readonly operator: SecretsManagerClient;
  /** How a peer calls IAM and connector. */
  readonly fetch: Fetch;
  /** Does something, and lets the time pass that it takes. */
  run<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
