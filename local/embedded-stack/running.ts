import { type Handler, type Server, serve } from '../stand-ins/serve.ts';

/** What has been started, to be stopped in reverse order. */
export class Running {
  readonly #stops: (() => unknown)[] = [];

  /** Takes note of how something is stopped. */
  add(...stops: (() => unknown)[]): void {
    this.#stops.push(...stops);
  }

  /** Serves a handler on loopback. @throws {Error} with code `EADDRINUSE` */
  async listen(handler: Handler, port?: number): Promise<Server> {
    const server = await serve(handler, port);
    this.add(() => server.close());
    return server;
  }

  /** Stops everything. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}
