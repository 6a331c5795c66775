import type { Task } from '../functions/ports/tasks.ts';
import { putSecretValue } from '../local/stand-ins/secrets-manager/values.ts';
import type { Laboratory } from './laboratory.ts';
import { CLIENT_ID, configurationOf, DESK, IDLE_CLIENT_ID, INBOX_ID, idOf, isDesk, REALM } from './parts.ts';
import type { Player } from './player.ts';
import { type Credentials, clientOf, discordAfterAll, documentIn, inboxIn, snapshot } from './snapshot.ts';

const HOUR_MS = 3_600_000;
/** Each round brings one rotation to its end: what its end asks for is done in the next one. */
const ROUNDS = 6;

/** A secret that was put into the inbox. */
interface Submission {
  readonly at: number;
  /** Whether the IAM held it. */
  readonly isHeld: boolean;
}

/** Whoever refreshes a secret in the IAM and submits it, and whoever enters one in a connector. */
export class Person {
  readonly submissions: Submission[] = [];
  readonly #laboratory: Laboratory;
  /** What was refreshed last, and what the IAM held before. */
  #refreshed: { readonly clientId: string; readonly former: string } | undefined;
  #lies = false;
  /** What was acknowledged and is not entered, though the current secret is: nobody is misled before it becomes current again. */
  #claimed: string | undefined;
  /** The version that the task named when the current secret was entered last. */
  #enteredFor: string | undefined;

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  /** Whether what was acknowledged of a place was not so. */
  isLiedAbout(place: string): boolean {
    const { current } = snapshot(this.#laboratory.parts);
    const misleads = this.#claimed !== undefined && this.#claimed === current?.clientSecret;
    return isDesk(place) && (this.#lies || misleads);
  }

  /** Whether a person has said that the desk holds this secret, though it holds another one. */
  hasClaimed(clientSecret: string): boolean {
    return this.#claimed === clientSecret;
  }

  /** Reads the current secret and enters it. */
  enter(): void {
    const { parts } = this.#laboratory;
    const { current, asked } = snapshot(parts);
    if (!current || !parts.names.includes(DESK)) return;
    parts.flow.configure(DESK, configurationOf(current.clientSecret, current.clientId));
    this.#lies = false;
    this.#claimed = undefined;
    this.#enteredFor = asked?.tasks.find(({ kind }) => kind === 'enter-secret')?.versionId;
  }

  /** Says that a version was entered: the current one, or the one before. */
  acknowledge(which: 'current' | 'previous' = 'current'): void {
    const { parts, simulation, credential } = this.#laboratory;
    const { current, previous, sections } = snapshot(parts);
    const versionId = which === 'current' ? current?.id : previous;
    if (versionId === undefined || !parts.names.includes(DESK)) return;
    const claimed = documentIn(parts, versionId)?.clientSecret;
    const known = [claimed, current?.clientSecret];
    const entered = sections.filter(({ place }) => isDesk(place));
    // Whoever has entered the current secret when asked to enter this version has done what was asked.
    const hasDone = this.#enteredFor === versionId;
    this.#lies = !hasDone && entered.some(({ clientSecret }) => !known.includes(clientSecret));
    this.#claimed = !hasDone && entered.some(({ clientSecret }) => clientSecret !== claimed) ? claimed : undefined;
    const acknowledgement = {
      connector: DESK,
      versionId,
      by: 'arn:aws:iam::1:user/anna',
      at: new Date(simulation.now),
    };
    void this.#laboratory.tasksOf(credential.id).acknowledge(acknowledgement);
  }

  /** Presses *refresh secret* at a client: the one whose turn it is, or of two the wrong one. */
  refresh(which: 'its-turn' | 'in-use' = 'its-turn'): void {
    const { parts, monitor } = this.#laboratory;
    const client = clientOf(parts, this.#clientId(which));
    if (!client) return;
    this.#refreshed = { clientId: client.clientId, former: client.secret ?? '' };
    monitor.foreign.add(parts.iam.regenerateSecret(REALM, client.id));
  }

  /** Puts into the inbox what the IAM shows, what it showed before, or something else by mistake. */
  submit(which: 'shown' | 'older' | 'wrong' = 'shown'): void {
    const { parts, simulation, monitor, credential } = this.#laboratory;
    if (credential.iam.type !== 'manual') return;
    const { clientId, former } = this.#refreshed ?? { clientId: this.#clientId('its-turn'), former: 'never-shown' };
    const shown = clientOf(parts, clientId)?.secret ?? '';
    const clientSecret = { shown, older: former, wrong: 'a-mistyped-secret' }[which];
    const isHeld = clientSecret === shown;
    monitor.submitted({ clientId, clientSecret });
    this.submissions.push({ at: simulation.now, isHeld });
    const ClientRequestToken = idOf(900_000 + this.submissions.length);
    putSecretValue(parts.secrets.store, { SecretId: INBOX_ID, ClientRequestToken, SecretString: clientSecret });
  }

  /**
   * Does what people are asked to do, until nothing is left.
   *
   * @returns what is left all the same
   */
  async doAll(player: Player): Promise<string[]> {
    const { simulation, parts } = this.#laboratory;
    for (let round = 0; round < ROUNDS && discordAfterAll(parts).length > 0; round++) {
      simulation.note('person: does what there is to do');
      await simulation.run(this.#round(player));
    }
    return discordAfterAll(parts);
  }

  async #round(player: Player): Promise<void> {
    const { simulation, parts, credential, monitor } = this.#laboratory;
    const tasks = this.#laboratory.tasksOf(credential.id).list.tasks;
    // The schedule is daily, and sees what nobody has told.
    if (tasks.length === 0 && credential.iam.type === 'manual') await player.schedule();
    const submits = tasks.some(({ kind }) => kind === 'submit-secret');
    // What lies in the inbox may be of the same client.
    if (inboxIn(parts) === undefined) for (const task of tasks) this.#endFormer(task);
    if (submits && snapshot(parts).current) this.refresh();
    if (submits) this.submit();
    monitor.look({ by: 'person', what: 'all tasks' });
    if (submits || inboxIn(parts) !== undefined) await player.api({ force: true });
    this.enter();
    this.acknowledge();
    monitor.look({ by: 'person', what: 'all tasks' });
    // What waits for a person is tried each hour, and after six days once a day.
    const onlyEnds = !submits && tasks.some(({ kind }) => kind === 'end-former-secret');
    await simulation.wait((onlyEnds ? 25 : 2) * HOUR_MS);
  }

  #endFormer({ kind, versionId }: Task): void {
    const { parts, monitor } = this.#laboratory;
    const former = documentIn(parts, versionId);
    if (kind !== 'end-former-secret' || former?.clientId === snapshot(parts).current?.clientId) return;
    const client = clientOf(parts, former?.clientId ?? '');
    if (client) monitor.foreign.add(parts.iam.regenerateSecret(REALM, client.id));
  }

  #clientId(which: 'its-turn' | 'in-use'): string {
    const { parts, credential } = this.#laboratory;
    const inUse: Credentials['clientId'] = snapshot(parts).current?.clientId ?? CLIENT_ID;
    const hasCurrent = snapshot(parts).current !== undefined;
    if (typeof credential.clientId === 'string' || which === 'in-use' || !hasCurrent) return inUse;
    return inUse === CLIENT_ID ? IDLE_CLIENT_ID : CLIENT_ID;
  }
}
