import type { Queues } from '../../functions/adapters/agent-connector/queues.ts';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import type { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { queuesOf } from '../line.ts';
import type { Monitor } from '../monitor.ts';
import { configurationOf, FIRST_SECRET } from '../parts.ts';
import type { Process } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import type { Files } from '../snapshot.ts';
import type { Witness } from '../witness.ts';
import { HostDisk } from './files.ts';
import { AgentHost, type HostParts } from './host.ts';
import { AGENT } from './settings.ts';
import { AgentWatch } from './watch.ts';
import { Wire } from './wire.ts';

/** What the side of the agent is made of. */
export interface AgentSideOptions extends Pick<HostParts, 'credential' | 'clientIds' | 'storeFor'> {
  readonly simulation: Simulation;
  readonly disk: AgentDisk;
  readonly flow: ConnectorEngine;
  readonly monitor: Monitor;
  readonly witness: Witness;
}

/** The disk of a host beside some connectors, with their files as they are at first. */
export class AgentDisk extends HostDisk implements Files {
  readonly names: readonly string[];

  constructor(names: readonly string[], now: () => number) {
    super(now);
    this.names = names;
    for (const name of names) this.write(name, configurationOf(FIRST_SECRET));
  }
}

/** All that is between runs and an agent, and beyond: queues, the agent's program on its host, and the connectors' files. */
export class AgentSide {
  readonly host: AgentHost;
  readonly #wire: Wire;
  readonly #watch: AgentWatch;

  constructor({ disk, credential, clientIds, storeFor, ...watched }: AgentSideOptions) {
    const queues = { requests: requestQueueName('csr', AGENT), replies: replyQueueName('csr', credential) };
    const { simulation } = watched;
    this.#wire = new Wire(simulation, queues);
    this.#watch = new AgentWatch({ ...watched, disk, names: disk.names });
    const shared = { simulation, wire: this.#wire, watch: this.#watch, disk, names: disk.names };
    this.host = new AgentHost({ ...shared, credential, clientIds, storeFor });
  }

  /** The queues as one process sees them. */
  queuesOf(process: Process): Queues {
    return queuesOf(this.#wire, process, (body) => this.#watch.asks(process, body));
  }
}
