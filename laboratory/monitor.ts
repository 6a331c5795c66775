import { REALM, TIMING } from './parts.ts';
import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';
import {
  type Credentials,
  clientOf,
  documentIn,
  inboxIn,
  isStored,
  kindOf,
  nickname,
  type Parts,
  type Snapshot,
  secretsIn,
  sectionsOf,
  snapshot,
} from './snapshot.ts';

/** Whose doing a change is. */
export interface Cause {
  readonly by: 'own' | 'person' | 'nobody';
  /** The request's name, or what the person did. */
  readonly what: string;
  /** With `own`: the process that sent it. */
  readonly process?: Process;
}

/** Time passes, and with it secrets. */
const NOBODY: Cause = { by: 'nobody', what: 'nobody' };

/** A time during which what a section holds was refused. */
export interface Outage {
  readonly place: string;
  readonly from: number;
  to?: number;
  readonly cause: Cause;
  /** Whether the IAM would have kept the previous secret at that time. */
  readonly overlapping: boolean;
  /** A person had said what is not so, which nobody could know; or a caller has accepted it. */
  readonly excused?: boolean;
  /** When the process whose doing it is had seen each dependency last, by then. */
  readonly looks?: ReadonlyMap<string, number>;
}

/** Steady traffic, and an eye on where the secret in use is kept: looks at the engines whenever something may have changed. */
export class Monitor {
  readonly outages: Outage[] = [];
  /** Whether a rotation has to be taken back where it can't be carried through. */
  takesBack = true;
  /** Each outage that a write of ours began: where, and by which request. */
  readonly ownOutages: string[] = [];
  /** What was seen that must not be: a secret of the IAM that is in no version, a push without time to take it back. */
  readonly sins: string[] = [];
  /** Secrets that came from a person: they have no copy until the next run. */
  readonly foreign = new Set<string>();
  /** Whether two secrets can work at this moment. */
  overlapping: () => boolean = () => false;
  /** Connectors that a caller has left behind, by name: they may be cut off. */
  readonly leftBehind = new Set<string>();
  /** Whether a person has said of a place what is not so. */
  isLiedAbout: (place: string) => boolean = () => false;
  /** What people have submitted, client and secret. */
  readonly #submitted = new Map<string, Credentials>();
  readonly #parts: Parts;
  readonly #simulation: Simulation;
  readonly #open = new Map<string, Outage>();
  #seen = '';
  /** A secret that the IAM has made and that is to be stored. */
  #owed: Credentials | undefined;
  /** Candidates since AWSCURRENT has moved last, and when each was seen in AWSPENDING last. */
  readonly #candidates = new Map<string, number>();
  #currentId: string | undefined;
  /** What each connector holds of ours, by its name, the latest last. */
  readonly #held = new Map<string, { readonly since: number; readonly what: string }[]>();
  /** When each version has left AWSCURRENT last. */
  readonly #left = new Map<string, number>();

  constructor(parts: Parts, simulation: Simulation) {
    this.#parts = parts;
    this.#simulation = simulation;
  }

  /**
   * Looks what has changed.
   *
   * @param cause whose doing that is
   * @param overlapping whether two secrets could work before it
   */
  look(cause: Cause = NOBODY, overlapping = this.overlapping()): void {
    const sections = sectionsOf(this.#parts);
    this.#noteHeld(sections);
    for (const { place, accepted } of sections) {
      const open = this.#open.get(place);
      if (accepted && open) this.#end(open);
      else if (!accepted && !open)
        this.#begin({
          place,
          from: this.#simulation.now,
          cause,
          overlapping,
          ...this.#excuseOf(place),
          ...looksOf(cause),
        });
    }
    this.#settleOwed(cause);
    this.#lookForLoss();
    this.#lookIntoInbox();
  }

  #noteHeld(sections: Snapshot['sections']): void {
    for (const name of this.#parts.names) {
      const own = sections.filter(({ place }) => place.startsWith(`${name} `));
      const what = JSON.stringify(own.map(({ clientId, clientSecret }) => [clientId, clientSecret]));
      const held = this.#held.get(name) ?? [];
      this.#held.set(name, held);
      if (held.at(-1)?.what !== what) held.push({ since: this.#simulation.now, what });
    }
  }

  /** Whether the traffic of a connector fails at this moment. */
  isCutOff(connector: string): boolean {
    return [...this.#open.keys()].some((place) => place.startsWith(`${connector} `));
  }

  #excuseOf(place: string): Pick<Outage, 'excused'> {
    const isLeft = this.leftBehind.has(place.split(' ')[0] ?? '');
    return isLeft || this.isLiedAbout(place) ? { excused: true } : {};
  }

  /** Somebody has submitted a secret: what lay in the inbox before is theirs to lose. */
  submitted(credentials: Credentials): void {
    this.#submitted.clear();
    this.#submitted.set(credentials.clientSecret, credentials);
  }

  /**
   * What was submitted, and is what the IAM holds, is in a version or still in the inbox. What the IAM did not hold when it left the
   * inbox is lost to nobody, also where a person saves a stale page later that brings it back.
   */
  #lookIntoInbox(): void {
    for (const [key, { clientId, clientSecret }] of this.#submitted) {
      if (inboxIn(this.#parts)?.includes(clientSecret)) continue;
      this.#submitted.delete(key);
      if (secretsIn(this.#parts).iam[clientId]?.secret !== clientSecret) continue;
      if (isStored(this.#parts, { clientId, clientSecret })) continue;
      // Of a client that is switched off the IAM refuses every secret, and in the same words.
      if (clientOf(this.#parts, clientId)?.enabled === false) continue;
      this.#sin(`the inbox was emptied of ${nickname(clientSecret)}, which the IAM holds and no version does`);
    }
  }

  /** Forgets what has been. An outage that lasts goes on. */
  forget(): void {
    this.outages.length = 0;
    this.ownOutages.length = 0;
  }

  /** What counts as a change. What an overlap probe leaves behind does not: an attribute, and an expiry that is moved away. */
  key(): string {
    const { current, previous, pending, iam, sections } = snapshot(this.#parts);
    return JSON.stringify([current?.id, previous, pending, iam, sections]);
  }

  #begin(outage: Outage): void {
    const { place, cause } = outage;
    this.#open.set(place, outage);
    this.outages.push(outage);
    if (cause.by === 'own') this.ownOutages.push(`${place.split(' ')[0]} by own ${cause.what}`);
    this.#simulation.note(`outage of ${place} begins${cause.by === 'nobody' ? '' : ` (${cause.by}: ${cause.what})`}`);
  }

  #end(outage: Outage): void {
    outage.to = this.#simulation.now;
    this.#open.delete(outage.place);
    this.#simulation.note(`outage of ${outage.place} ends`);
  }

  #lookForLoss(): void {
    const { current, pending, iam } = secretsIn(this.#parts);
    if (this.#currentId !== current?.id) {
      this.#candidates.clear();
      if (this.#currentId !== undefined) this.#left.set(this.#currentId, this.#simulation.now);
    }
    this.#currentId = current?.id;
    if (pending !== undefined) this.#candidates.set(pending, this.#simulation.now);
    if (!current) return;
    const held: Credentials = { clientId: current.clientId, clientSecret: iam[current.clientId]?.secret ?? '' };
    const key = `${held.clientId} ${held.clientSecret}`;
    if (key === this.#seen || this.foreign.has(held.clientSecret) || isStored(this.#parts, held)) {
      this.#seen = key;
      return;
    }
    // Between the reply to a regeneration and its Put the intent stands for the copy: then it is adopted.
    if (kindOf(this.#parts, pending)?.includes('/regenerate/')) {
      this.#owe(held);
      return;
    }
    this.#seen = key;
    this.#sin(`the IAM holds ${nickname(held.clientSecret)}, which is in no version`);
  }

  /**
   * Once it was stored it is owed no more, also when Secrets Manager has removed the version a day later. Neither is what a person
   * has replaced in the IAM before it could be stored: nobody can use that.
   */
  #settleOwed({ by }: Cause): void {
    if (!this.#owed) return;
    const isHeld = secretsIn(this.#parts).iam[this.#owed.clientId]?.secret === this.#owed.clientSecret;
    if ((by === 'person' && !isHeld) || isStored(this.#parts, this.#owed)) this.#owed = undefined;
  }

  #owe(held: Credentials): void {
    const owed = this.#owed;
    this.#owed = held;
    if (!owed || owed.clientSecret === held.clientSecret || isStored(this.#parts, owed)) return;
    this.#sin(`the IAM made ${nickname(owed.clientSecret)}, and another secret before that one was stored`);
  }

  /**
   * A candidate is pushed only while there is time to take it back, where a run that ends half-way may cut somebody off.
   *
   * @param body what is sent to a connector
   * @param endsAt when the process that sends it is ended
   */
  lookAtPush(body: string, endsAt: number): void {
    const { current } = secretsIn(this.#parts);
    this.#judgePush(current !== undefined && !body.includes(JSON.stringify(current.clientSecret)), endsAt);
  }

  /** The same of a version that an agent is asked to write. */
  lookAtPushOf(versionId: string, endsAt: number): void {
    const { current } = secretsIn(this.#parts);
    const pushed = documentIn(this.#parts, versionId)?.clientSecret;
    this.#judgePush(current !== undefined && pushed !== current.clientSecret, endsAt);
  }

  #judgePush(isCandidate: boolean, endsAt: number): void {
    if (isCandidate && this.takesBack && endsAt - this.#simulation.now < TIMING.httpTimeoutMs) {
      this.#sin('a candidate was pushed without time left to take it back');
    }
  }

  /**
   * What a connector was given is current, or on its way: whoever writes what is superseded meets another ETag. An old candidate that
   * one run has set, and another one has dropped since, is what the IAM holds: whoever has set it does better to push it.
   *
   * @param body what a connector has taken
   * @param since when the process that has sent it began
   * @param shown of what moment the labels were that the process has read last, where nothing else tells of a later promote
   */
  lookAtWrite(body: string, since: number, shown = Number.POSITIVE_INFINITY): void {
    const { current, pending } = secretsIn(this.#parts);
    const candidate = pending === undefined ? undefined : documentIn(this.#parts, pending);
    const documents = [current, candidate, ...this.#dropped(since), ...this.#currentSince(shown)];
    const known = documents.some((one) => one && body.includes(JSON.stringify(one.clientSecret)));
    if (!known) this.#sin('a connector took a document that is neither current nor pending');
  }

  /**
   * Of what moment the labels were that a process has read last, where the connector that it writes to tells of no promote since: what
   * it holds of ours is what it held at that moment, since nobody has written to it, or since it holds the same again.
   *
   * @param path ends with the connector's name
   */
  shownTo({ conduct }: Process, path: string): number | undefined {
    const shown = conduct.looks.get('labels');
    const held = this.#held.get(path.split('/').at(-1) ?? '') ?? [];
    if (shown === undefined || held.length === 0) return undefined;
    const then = held.findLast(({ since }) => since <= shown) ?? held[0];
    return then?.what === held.at(-1)?.what ? shown : undefined;
  }

  /** Documents that were in AWSCURRENT at that moment or later. */
  #currentSince(moment: number): Credentials[] {
    const ids = [...this.#left].filter(([, at]) => at >= moment).map(([id]) => id);
    return ids.flatMap((id) => documentIn(this.#parts, id) ?? []);
  }

  /** Candidates that were in AWSPENDING since then, and that the IAM holds, while AWSCURRENT is where it was. */
  #dropped(since: number): Credentials[] {
    const { iam } = secretsIn(this.#parts);
    const ids = [...this.#candidates].filter(([, at]) => at >= since).map(([id]) => id);
    return ids
      .flatMap((id) => documentIn(this.#parts, id) ?? [])
      .filter(({ clientId, clientSecret }) => iam[clientId]?.secret === clientSecret);
  }

  /**
   * The IAM is given what is current or on its way; what it holds already; or, when nobody uses the client any more, anything. Whoever
   * takes back what has been promoted meanwhile sends something else.
   *
   * @param id the client's, in the IAM
   * @param body what is sent
   */
  lookAtSecret(id: string, body: string): void {
    const { current, pending } = secretsIn(this.#parts);
    const candidate = pending === undefined ? undefined : documentIn(this.#parts, pending);
    const used = [current, candidate].flatMap((one) => one ?? []);
    const client = this.#parts.iam.realm(REALM).clients.get(id);
    const { secret } = body === '' ? {} : JSON.parse(body);
    if (secret === undefined || !current || used.every(({ clientId }) => clientId !== client?.clientId)) return;
    const known = [...used.map(({ clientSecret }) => clientSecret), client?.secret].includes(secret);
    if (!known) this.#sin('the IAM was given a secret that is neither current nor pending');
  }

  /** Whether what is pending came from a person. */
  get adopts(): boolean {
    const { pending } = secretsIn(this.#parts);
    const document = pending === undefined ? undefined : documentIn(this.#parts, pending);
    return document !== undefined && this.foreign.has(document.clientSecret);
  }

  /** The version in AWSCURRENT, if it holds a document. */
  get current(): string | undefined {
    return secretsIn(this.#parts).current?.id;
  }

  /**
   * AWSCURRENT is moved by a compare-and-swap only. The first document comes without one, and only the first.
   *
   * @param request what was carried out
   * @param before the version in AWSCURRENT before that
   */
  lookAtPut(request: string, before: string | undefined): void {
    const moved = before !== undefined && this.current !== before && request.includes('PutSecretValue');
    if (moved) this.#sin('a put moved AWSCURRENT, which held a document, without a compare-and-swap');
  }

  #sin(text: string): void {
    this.sins.push(text);
    this.#simulation.note(text);
  }
}

/** What it sees later, the process could not know. */
function looksOf({ process }: Cause): Pick<Outage, 'looks'> {
  return process ? { looks: new Map(process.conduct.looks) } : {};
}
