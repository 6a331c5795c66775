import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import { bothOrNone, type Secret } from '../../../credential/secret/secret.ts';
import { attentivePool } from './attentive.ts';
import { type ForwardProxy, throughProxy } from './proxy.ts';
import { lookupWithin, type Reachable } from './reachable.ts';
import { assertInTime, identityOf, sameMaterial, secureOptions, type TlsIdentity, type TlsMaterial } from './tls.ts';

/** How connections are made. */
export interface ConnectionOptions extends Reachable {
  /** Stands between us and every target. @default - none does */
  readonly proxy?: ForwardProxy;
  /** What time it is, for certificates. @default - the machine's */
  readonly now?: () => Date;
  readonly timeoutMs: number;
}

/** What a call is sent over: connections that are kept, and what they were made with. */
export interface Line {
  readonly dispatcher: Dispatcher;
  readonly identity: TlsIdentity | undefined;
}

/** A line that can be closed. */
type OwnLine = Line & { readonly madeWith: Equipment; readonly close: () => Promise<unknown> };

/** What a call's connection is made with. */
export interface Equipment {
  /** @default - the public authorities, and no client certificate */
  readonly tls?: TlsMaterial;
  /** The value of `Proxy-Authorization`. @default - none is sent */
  readonly proxyAuthorization?: Secret;
}

/** Whether connections that were made with one would be made with the other in the same way. */
export function sameEquipment(one: Equipment, other: Equipment): boolean {
  return sameMaterial(one.tls, other.tls) && bothOrNone(one.proxyAuthorization, other.proxyAuthorization);
}

/** At most, how large an answer may get. */
export const MAX_RESPONSE_BYTES = 1_048_576;

/**
 * The connections of a function: pools that stay open while it is warm, one for each equipment. When an access secret holds something
 * else than before, its pool is closed, once it has answered what is under way.
 */
export function connections(options: ConnectionOptions): (equipment: Equipment) => Line {
  const { now = () => new Date() } = options;
  const lines = new Map<string, OwnLine>();
  return (equipment) => {
    const name = equipment.tls?.secretId ?? '';
    const known = lines.get(name);
    const isFit = known !== undefined && sameEquipment(known.madeWith, equipment);
    const line = isFit ? known : { ...lineOf(options, equipment), madeWith: equipment };
    if (line.identity) assertInTime(line.identity, now());
    if (line === known) return line;
    lines.set(name, line);
    // Nobody waits for it: what it still carries has callers of its own.
    void known?.close().catch(() => undefined);
    return line;
  };
}

function lineOf(options: ConnectionOptions, { tls, proxyAuthorization }: Equipment): Omit<OwnLine, 'madeWith'> {
  const { proxy, timeoutMs } = options;
  const identity = tls && identityOf(tls);
  const secure = secureOptions(identity);
  const tunnels = proxy && throughProxy({ ...options, proxy, secure, authorization: proxyAuthorization });
  const dispatcher = new Agent({
    connect: tunnels?.connect ?? { ...secure, timeout: timeoutMs, lookup: lookupWithin(options) },
    maxResponseSize: MAX_RESPONSE_BYTES,
    keepAliveTimeout: 4000,
    factory: attentivePool,
  });
  return { dispatcher, identity, close: () => Promise.all([dispatcher.close(), tunnels?.close()]) };
}
