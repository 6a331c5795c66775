import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import type { Simulation } from '../simulation.ts';
import type { AgentScene } from './script.ts';

/** How a queue of requests or replies is made, as the stack makes it. */
const ATTRIBUTES = { MessageRetentionPeriod: '60', VisibilityTimeout: '30' };

type Mishap = AgentScene['messages'][number];

/** The queues between runs and agents, whose messages may be lost, late or doubled. */
export class Wire extends SqsEngine {
  readonly #simulation: Simulation;
  readonly #replyQueue: string;
  readonly #sent = { request: 0, reply: 0 };
  #mishaps: readonly Mishap[] = [];

  constructor(simulation: Simulation, { requests, replies }: { readonly requests: string; readonly replies: string }) {
    super({ now: () => simulation.now });
    this.#simulation = simulation;
    this.#replyQueue = replies;
    for (const queue of [requests, replies]) this.create(queue, ATTRIBUTES);
  }

  /** From here on messages are counted anew, and meet these misfortunes. */
  begin(mishaps: readonly Mishap[]): void {
    this.#mishaps = mishaps;
    this.#sent.request = 0;
    this.#sent.reply = 0;
  }

  override send(queue: string, body: string) {
    const of = queue === this.#replyQueue ? 'reply' : 'request';
    const nth = ++this.#sent[of];
    const mishap = this.#mishaps.find((one) => one.of === of && one.nth === nth);
    this.#simulation.note(`message: ${of} ${nth}${mishap ? ` ⟵ ${mishap.fate} (${mishap.ms} ms)` : ''}`);
    const taken = { MessageId: '', MD5OfMessageBody: '' };
    if (!mishap) return super.send(queue, body);
    this.#trouble(mishap);
    if (mishap.fate !== 'lost') this.#simulation.at(this.#simulation.now + mishap.ms, () => super.send(queue, body));
    return mishap.fate === 'doubled' ? super.send(queue, body) : taken;
  }

  #trouble({ fate, ms }: Mishap): void {
    const { now, troubles } = this.#simulation;
    if (fate !== 'doubled') troubles.push({ at: fate === 'late' ? now + ms : now, process: -1, name: 'agent message' });
  }
}
