declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Options of dynalite, as far as they are used here. */
  interface Options {
    /** For how long a new table is in the state CREATING, in milliseconds. */
    readonly createTableMs?: number;
  }

  /** A DynamoDB in memory, as a server that does not listen yet. */
  export default function dynalite(options?: Options): Server;
}
