import {
  Configuration,
  type ConfigurationView,
  type Section,
  type SectionName,
  sectionIn,
  viewOf,
} from './configuration.ts';
import { mergePatch } from './merge-patch.ts';

/** A write, as the connector remembers it: never a secret, only its fingerprint. */
export interface Write {
  readonly configuration: string;
  /** The access that was used, or `hand` when it came from inside. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly etag: string;
  /** What the sections hold after the write. */
  readonly fingerprints: Readonly<Record<string, string | null>>;
}

/** What became of a patch. */
export type PatchResult =
  | { readonly kind: 'written'; readonly etag: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'invalid'; readonly faults: readonly string[] };

/** A kept copy of a configuration. What is in it can't be printed. */
export class Backup {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = structuredClone(configuration);
  }

  /** The copy's content, secrets included. */
  open(): Configuration {
    return structuredClone(this.#configuration);
  }
}

/** What the engine takes from outside. */
export interface ConnectorDeps {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Begins every ETag, so that those of an earlier process never match again. */
  readonly instance: string;
}

/**
 * The configurations of an OData connector. All of them live in private fields: printing the engine shows no secret.
 *
 * @example
 * const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
 * engine.configure('ifs-production', configuration);
 * engine.secretOf('ifs-production', 'runtime');
 */
export class ConnectorEngine {
  readonly #configurations = new Map<string, { configuration: Configuration; etag: string }>();
  readonly #writes: Write[] = [];
  readonly #deps: ConnectorDeps;

  constructor(deps: ConnectorDeps) {
    this.#deps = deps;
  }

  /** The names of all configurations. */
  get names(): readonly string[] {
    return [...this.#configurations.keys()];
  }

  /** Every write since the start, oldest first. */
  get writes(): readonly Write[] {
    return this.#writes;
  }

  /**
   * Puts a whole configuration, as a person does at the connector's own admin page.
   *
   * @returns the new ETag
   * @throws {z.ZodError} when it isn't a configuration
   */
  configure(name: string, configuration: Configuration, by = 'hand'): string {
    return this.#write(name, Configuration.parse(configuration), by);
  }

  /** What can be read of a configuration, or undefined when there is none of that name. */
  read(name: string): { readonly etag: string; readonly view: ConfigurationView } | undefined {
    const entry = this.#configurations.get(name);
    return entry && { etag: entry.etag, view: viewOf(entry.configuration) };
  }

  /**
   * Merges a patch into a configuration, if `matches` accepts its present ETag. A patch whose result isn't a configuration
   * changes nothing.
   */
  patch(name: string, patch: unknown, { matches, by }: { matches(etag: string): boolean; by: string }): PatchResult {
    const entry = this.#configurations.get(name);
    if (!entry) return { kind: 'not-found' };
    if (!matches(entry.etag)) return { kind: 'precondition-failed' };
    const result = Configuration.safeParse(mergePatch(entry.configuration, patch));
    if (!result.success) return { kind: 'invalid', faults: result.error.issues.map(faultOf) };
    return { kind: 'written', etag: this.#write(name, result.data, by) };
  }

  /**
   * A section with its secret: what the connector itself uses.
   *
   * @throws {Error} when there is no such configuration or section
   */
  sectionOf(name: string, section: SectionName): Section {
    const found = sectionIn(this.#entry(name).configuration, section);
    if (!found) throw new Error(`The configuration ${name} has no section ${section}`);
    return { ...found };
  }

  /**
   * A section's secret, or null when it has none.
   *
   * @throws {Error} when there is no such configuration or section
   */
  secretOf(name: string, section: SectionName): string | null {
    return this.sectionOf(name, section).clientSecret ?? null;
  }

  /**
   * Keeps a copy of a configuration, to be restored later.
   *
   * @throws {Error} when there is no such configuration
   */
  backup(name: string): Backup {
    return new Backup(this.#entry(name).configuration);
  }

  /**
   * Puts a copy back, as a person does after a mishap: the secrets of that day included.
   *
   * @returns the new ETag: also a restored configuration has one that it never had
   */
  restore(name: string, backup: Backup, by = 'hand'): string {
    return this.#write(name, backup.open(), by);
  }

  #entry(name: string) {
    const entry = this.#configurations.get(name);
    if (!entry) throw new Error(`There is no configuration ${name}`);
    return entry;
  }

  #write(name: string, configuration: Configuration, by: string): string {
    const etag = `"${this.#deps.instance}.${this.#writes.length + 1}"`;
    this.#configurations.set(name, { configuration: structuredClone(configuration), etag });
    const fingerprints = fingerprintsOf(configuration);
    this.#writes.push({ configuration: name, by, at: this.#deps.now(), etag, fingerprints });
    return etag;
  }
}

function fingerprintsOf(configuration: Configuration): Record<string, string | null> {
  const { machineUsers = {}, ...sections } = viewOf(configuration).authentication;
  const users = Object.entries(machineUsers).map(([user, section]) => [`machineUsers.${user}`, section] as const);
  return Object.fromEntries(
    [...Object.entries(sections), ...users].map(([name, section]) => [name, section?.clientSecretFingerprint ?? null]),
  );
}

function faultOf({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `/${path.map(String).join('/')}: ${message}`;
}
