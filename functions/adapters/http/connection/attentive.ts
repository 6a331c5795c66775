import type { buildConnector, Dispatcher } from 'undici';
import connectorOf from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';

/**
 * The connections to one origin. With TLS 1.3 a server refuses a client certificate after the handshake, and hangs up: its refusal
 * counts, and not that it hung up.
 */
export function attentivePool(origin: string | URL, options: object): Dispatcher {
  const { connect, ...others } = options as Pool.Options;
  const connector = typeof connect === 'function' ? connect : connectorOf(connect ?? {});
  return new Pool(origin, { ...others, connect: attentive(connector) });
}

function attentive(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      // What is destroyed tells no end, which would take the place of the error.
      socket?.once('error', () => socket.destroy());
      if (error) callback(error, null);
      else callback(null, socket as never);
    });
}
