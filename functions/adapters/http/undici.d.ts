/** The parts of undici that are needed. Its index brings all of them, a third more of each function. */
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';

  /** What undici's index makes the method `connect` of every dispatcher. */
  export default function connect(
    this: Dispatcher,
    options: {
      readonly origin: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Of the connection to the proxy. */
      readonly servername: string;
    },
  ): Promise<Dispatcher.ConnectData>;
}

declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}

declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}

declare module 'undici/lib/web/fetch/index.js' {
  export { fetch } from 'undici';
}
