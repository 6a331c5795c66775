import { IamEngine } from '../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../local/stand-ins/iam/handler.ts';
import type { Realm } from '../local/stand-ins/iam/realm.ts';
import { localTokens } from '../local/stand-ins/iam/tokens.ts';
import type { Handler } from '../local/stand-ins/serve.ts';
import { IAM_KEY, REALM } from './parts.ts';
import type { Simulation } from './simulation.ts';

/** A second node of the IAM, which hears of each change some time later. */
export class LaggingNode {
  readonly handler: Handler;
  readonly #leader: IamEngine;
  readonly #node: IamEngine;
  readonly #simulation: Simulation;
  readonly #lagMs: number;
  #requests = 0;

  constructor(leader: IamEngine, { simulation, lagMs }: { simulation: Simulation; lagMs: number }) {
    this.#leader = leader;
    this.#simulation = simulation;
    this.#lagMs = lagMs;
    this.#node = new IamEngine({ now: () => simulation.now, randomSecret: never, randomUuid: never });
    this.#node.createRealm(REALM);
    let made = 0;
    this.handler = iamHandler(
      this.#node,
      localTokens(this.#node, { key: IAM_KEY, randomUuid: () => `node-${++made}` }),
    );
    this.#take(this.#state());
  }

  /** Called after each change of the other node. */
  replicate(): void {
    const state = this.#state();
    this.#simulation.at(this.#simulation.now + this.#lagMs, () => this.#take(state));
  }

  /** Whether the next read goes here: they alternate, unless the turns will have it otherwise. */
  takesNext(): boolean {
    return (++this.#requests + this.#simulation.draw(2)) % 2 === 0;
  }

  #state(): State {
    const { clients, permissions, policies, profiles } = this.#leader.realm(REALM);
    return { clients: new Map(clients), permissions, policies, profiles };
  }

  #take({ clients, permissions, policies, profiles }: State): void {
    const realm = this.#node.realm(REALM);
    realm.clients.clear();
    for (const [id, client] of clients) realm.clients.set(id, client);
    for (const [id, permission] of permissions) realm.permissions.set(id, permission);
    realm.policies = policies;
    realm.profiles = profiles;
  }
}

function never(): never {
  throw new Error('the second node writes nothing');
}

type State = Pick<Realm, 'clients' | 'permissions' | 'policies' | 'profiles'>;
