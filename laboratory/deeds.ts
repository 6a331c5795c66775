import type { Client } from '../local/stand-ins/iam/client.ts';
import type { Laboratory } from './laboratory.ts';
import { CLIENT_ID, configurationOf, DESK, FIRST_SECRET, IDLE_CLIENT_ID, REALM, sharedConfiguration } from './parts.ts';
import type { Deed } from './script.ts';
import { type Credentials, clientOf, documentIn, snapshot } from './snapshot.ts';

/** How long Keycloak may take until a write that it answered is on disk, in milliseconds. */
const FLUSH_MS = 200;

/** What people and mishaps do to the world, beside every fault. */
export class Deeds {
  readonly #laboratory: Laboratory;
  #stale: Client | undefined;
  #written: { at: number; before: Client } | undefined;

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  /** What an administrator has had open in the browser since now. */
  openPage(): void {
    this.#stale = structuredClone(this.#live());
  }

  /** Called before each write to the IAM. */
  beforeWrite(): void {
    this.#written = { at: this.#laboratory.simulation.now, before: this.#live() };
  }

  do(deed: Deed): void {
    const { simulation, monitor, second } = this.#laboratory;
    simulation.note(`person: ${deed}`);
    if (deed !== 'remove-policy') simulation.disturb();
    simulation.deeds.push({ at: simulation.now, what: deed });
    const overlapping = monitor.overlapping();
    DEEDS[deed](this);
    this.#laboratory.iamChanged();
    monitor.look({ by: 'person', what: deed }, overlapping);
    second?.monitor.look({ by: 'person', what: deed });
  }

  /** Somebody presses *Regenerate* at the client that is in use. */
  regenerate(): void {
    const { parts, monitor } = this.#laboratory;
    monitor.foreign.add(parts.iam.regenerateSecret(REALM, this.#live().id));
  }

  /** A connector is restored from a backup: it holds the previous document, or the first one. */
  restore(index = 0): void {
    this.#enter(this.#reachable.at(index) ?? '', this.#former);
  }

  /** The previous document, or the first one. */
  get #former(): Credentials {
    const { parts } = this.#laboratory;
    const { previous } = snapshot(parts);
    const old = previous === undefined ? undefined : documentIn(parts, previous);
    return old ?? { clientId: CLIENT_ID, clientSecret: FIRST_SECRET };
  }

  /** Somebody mistypes a secret in a connector, or the connector itself stores another one than it was given. */
  enterWrong(name = this.#reachable.at(-1) ?? ''): void {
    const { parts } = this.#laboratory;
    const clientId = snapshot(parts).current?.clientId ?? CLIENT_ID;
    this.#enter(name, { clientId, clientSecret: 'a-secret-that-nobody-holds' });
  }

  /** Connectors that the rotator writes by itself. */
  get #reachable(): string[] {
    return this.#laboratory.parts.names.filter((name) => name !== DESK);
  }

  /** Who has a part in each rotation. */
  get person() {
    return this.#laboratory.person;
  }

  #enter(name: string, { clientId, clientSecret }: Credentials): void {
    const { parts, agent } = this.#laboratory;
    const own = configurationOf(clientSecret, clientId);
    if (agent?.names.includes(name)) {
      agent.write(name, own);
      agent.restart(name);
      return;
    }
    const carl = this.#laboratory.second && parts.flow.sectionOf(name, 'machineUsers.carl');
    parts.flow.configure(name, carl ? sharedConfiguration(own, carl) : own);
  }

  /** Somebody changes a setting of the connector that has nothing to do with us. */
  editFile(): void {
    const { agent } = this.#laboratory;
    const [name] = agent?.names ?? [];
    if (!agent || name === undefined) return;
    const { breakWorkflowOnError, ...others } = agent.read(name);
    agent.write(name, { ...others, breakWorkflowOnError: !breakWorkflowOnError });
  }

  /** An old file is brought back, and nobody restarts the connector. */
  restoreFile(): void {
    const { agent } = this.#laboratory;
    const [name] = agent?.names ?? [];
    const { clientId, clientSecret } = this.#former;
    if (agent && name !== undefined) agent.write(name, configurationOf(clientSecret, clientId));
  }

  /** Somebody restarts the connector beside the agent. */
  restartConnector(): void {
    const { agent } = this.#laboratory;
    const [name] = agent?.names ?? [];
    if (name !== undefined) agent?.restart(name);
  }

  /** Somebody switches a client off, the one in use or the other one of two. */
  disable(which: 'live' | 'idle'): void {
    const { parts, monitor } = this.#laboratory;
    const live = this.#live();
    const idle = [CLIENT_ID, IDLE_CLIENT_ID].find((id) => id !== live.clientId) ?? IDLE_CLIENT_ID;
    const client = which === 'live' ? live : clientOf(parts, idle);
    if (!client) return;
    parts.iam.updateClient(REALM, client.id, { enabled: false, attributes: client.attributes });
    // Saving a client whose secret has expired makes Keycloak draw a new one.
    monitor.foreign.add(parts.iam.client(REALM, client.id).secret ?? '');
  }

  /** Whatever was switched off is switched on again. */
  enable(): void {
    const { parts, monitor } = this.#laboratory;
    for (const client of parts.iam.realm(REALM).clients.values())
      if (!client.enabled) parts.iam.realm(REALM).clients.set(client.id, { ...client, enabled: true });
    monitor.look({ by: 'person', what: 'enable' });
  }

  /** The page that was opened before is saved as a whole. */
  saveStalePage(): void {
    const { parts, monitor } = this.#laboratory;
    if (!this.#stale) return;
    const { id, secret, attributes } = this.#stale;
    monitor.foreign.add(secret ?? '');
    parts.iam.updateClient(REALM, id, { secret, attributes });
    monitor.foreign.add(parts.iam.client(REALM, id).secret ?? '');
  }

  /** Keycloak is killed, and has forgotten the last write if that was a moment ago. */
  forget(): void {
    const { parts, simulation, monitor } = this.#laboratory;
    if (!this.#written || simulation.now - this.#written.at > FLUSH_MS) return;
    const { before } = this.#written;
    monitor.foreign.add(before.secret ?? '');
    parts.iam.realm(REALM).clients.set(before.id, before);
  }

  removePolicy(): void {
    this.#laboratory.parts.iam.putPolicies(REALM, { policies: [] });
  }

  /** The expiry of the secret in use passes. */
  expire(): void {
    const { parts, monitor } = this.#laboratory;
    const client = this.#live();
    const attributes = { ...client.attributes, 'client.secret.expiration.time': '1000000000' };
    parts.iam.realm(REALM).clients.set(client.id, { ...client, attributes });
    monitor.look();
  }

  #live(): Client {
    const { parts } = this.#laboratory;
    const client = clientOf(parts, snapshot(parts).current?.clientId ?? CLIENT_ID);
    if (!client) throw new Error('the client is gone');
    return client;
  }
}

const DEEDS: Readonly<Record<Deed, (deeds: Deeds) => void>> = {
  regenerate: (deeds) => deeds.regenerate(),
  restore: (deeds) => deeds.restore(),
  'stale-save': (deeds) => deeds.saveStalePage(),
  forget: (deeds) => deeds.forget(),
  'remove-policy': (deeds) => deeds.removePolicy(),
  'restore-last': (deeds) => deeds.restore(-1),
  'enter-wrong': (deeds) => deeds.enterWrong(),
  disable: (deeds) => deeds.disable('live'),
  'disable-idle': (deeds) => deeds.disable('idle'),
  enter: ({ person }) => {
    person.enter();
    person.acknowledge();
  },
  'enter-only': ({ person }) => person.enter(),
  'acknowledge-only': ({ person }) => person.acknowledge(),
  'acknowledge-former': ({ person }) => person.acknowledge('previous'),
  refresh: ({ person }) => person.refresh(),
  'refresh-in-use': ({ person }) => person.refresh('in-use'),
  submit: ({ person }) => person.submit(),
  'submit-older': ({ person }) => person.submit('older'),
  'submit-wrong': ({ person }) => person.submit('wrong'),
  'edit-file': (deeds) => deeds.editFile(),
  'restore-file': (deeds) => deeds.restoreFile(),
  'restart-connector': (deeds) => deeds.restartConnector(),
};
