import type { ConnectorProof, ConnectorReport, Outcome, Rotation, Strategy } from '../../credential/outcome.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Connector, ConnectorConfiguration } from '../../ports/connector.ts';

/** Whom a report is about, and what was asked for. */
interface Subject {
  readonly credential: Credential;
  readonly request: Pick<Rotation, 'requestId' | 'trigger' | 'reason' | 'requestedBy'> & {
    readonly leaveBehind?: readonly string[];
  };
  readonly startedAt: Date;
}

/** How the run ended, as far as the report does not know it by itself. */
interface Ending {
  readonly endedAt: Date;
  /** Whether the run has changed anything; null when that is not known. */
  readonly changed: boolean | null;
  /** The version in AWSCURRENT, as far as the run knows. */
  readonly currentId: string | undefined;
}

/** A connector that was read. */
interface ProvenView {
  readonly connector: Pick<Connector, 'name'>;
  readonly configuration: ConnectorConfiguration;
}

/** What a run will report: it grows with the run, and nothing is decided by it. */
export class ReportDraft {
  readonly #steps: { name: string; ms: number }[] = [];
  readonly #written = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  readonly #proofs = new Map<string, { readonly versionId: string; readonly proof: ConnectorProof }>();
  #rotationId: string | undefined;
  #strategy: Strategy | undefined;
  #previousValidUntil: Date | undefined;
  #projection: Rotation['projection'];

  /** Adds up how long steps of one name took, in milliseconds. */
  took(name: string, ms: number): void {
    const known = this.#steps.find((step) => step.name === name);
    if (known) known.ms += ms;
    else this.#steps.push({ name, ms });
  }

  /** How long each step took. */
  get steps(): Rotation['steps'] {
    return this.#steps;
  }

  /** A rotation was begun or resumed. */
  isAbout(rotationId: string): void {
    this.#rotationId = rotationId;
  }

  /** The strategy that the IAM was seen to carry out. */
  sawStrategy(strategy: Strategy): void {
    this.#strategy = strategy;
  }

  /** Sections of a connector that this run wrote. */
  wrote(connector: string, sections: number): void {
    this.#written.set(connector, sections);
  }

  /** Sections of a connector that are another environment's. */
  skipped(connector: string, sections: number): void {
    this.#skipped.set(connector, sections);
  }

  /** A connector was seen to hold a version. */
  proved({ connector, configuration }: ProvenView, versionId: string): void {
    const { proof: level, attestation } = configuration;
    const said = attestation && { by: attestation.by, at: attestation.at.toISOString() };
    this.#proofs.set(connector.name, { versionId, proof: { level, ...said } });
  }

  /** The previous secret works until then; undefined when it may end at any moment. */
  previousWorksUntil(date: Date | undefined): void {
    this.#previousValidUntil = date;
  }

  /** What the projection probe found. */
  sawProjection(projection: NonNullable<Rotation['projection']>): void {
    this.#projection = projection;
  }

  /** The finished report. */
  complete(
    subject: Subject,
    { endedAt, changed, currentId }: Ending,
    ending: { readonly outcome: Outcome } & Partial<Rotation>,
  ): Rotation {
    const { credential, startedAt } = subject;
    const { requestId, reason, requestedBy, trigger } = subject.request;
    const validUntil = this.#previousValidUntil;
    return {
      ...(requestId === undefined ? {} : { requestId }),
      rotationId: this.#rotationId ?? null,
      credential: credential.id,
      trigger,
      strategy: this.#strategy ?? null,
      ...(reason === undefined ? {} : { reason }),
      ...(requestedBy === undefined ? {} : { requestedBy }),
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      durationMs: endedAt.getTime() - startedAt.getTime(),
      steps: this.#steps,
      // A time that has passed is no time until which a secret works.
      previousValidUntil: validUntil !== undefined && validUntil > endedAt ? validUntil.toISOString() : null,
      nothingChanged: changed === null ? null : !changed,
      repeatAt: null,
      connectors: this.#connectors(subject, currentId),
      ...(this.#projection ? { projection: this.#projection } : {}),
      ...ending,
    };
  }

  #connectors({ credential, request }: Subject, currentId: string | undefined): ConnectorReport[] {
    return credential.connectors.map(({ name }) => ({
      name,
      proof: this.#proofOf(name, currentId),
      sectionsWritten: this.#written.get(name) ?? 0,
      sectionsSkipped: this.#skipped.get(name) ?? 0,
      ...(request.leaveBehind?.includes(name) ? { leftBehind: true } : {}),
    }));
  }

  /** What was seen of an older version says nothing of the current one. */
  #proofOf(name: string, currentId: string | undefined): ConnectorProof | null {
    const seen = this.#proofs.get(name);
    return seen !== undefined && seen.versionId === currentId ? seen.proof : null;
  }
}
