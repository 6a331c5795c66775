import type { AgentReply } from '../../credential/agent-line.ts';
import { LineError } from './line-errors.ts';

/**
 * The host behind each agent of a run: the first one that answers. What another host answers is of another connector, though the
 * name is the same.
 */
export class OneHost {
  readonly #known = new Map<string, string>();

  /** The member of a request that names the host which is to answer it. */
  named(agent: string): { readonly host?: string } {
    const host = this.#known.get(agent);
    return host === undefined ? {} : { host };
  }

  /** @throws {LineError} `two-hosts`; a host's own refusal to answer for another one passes */
  demandSame(agent: string, { host, status }: AgentReply): void {
    const known = this.#known.get(agent);
    if (known === undefined) this.#known.set(agent, host);
    else if (known !== host && status !== 409)
      throw new LineError('two-hosts', `the hosts ${known} and ${host} both answer`, { sent: true });
  }
}
