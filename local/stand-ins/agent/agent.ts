import { type AgentReply, AgentRequest } from '../../../functions/credential/agent-line.ts';
import { type CredentialDocument, parseDocument } from '../../../functions/credential/document.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Configuration } from '../connector/configuration.ts';
import type { ConnectorEngine } from '../connector/engine.ts';
import { patchOf } from './patch.ts';

/** One configuration that an agent serves. */
export interface ServedConfiguration {
  readonly name: string;
  /** The credential that may ask for it. */
  readonly credential: string;
  /** The secret whose versions are written into it. */
  readonly secretId: string;
  /** Further Client IDs whose sections are the credential's, where two alternate. */
  readonly clientIds?: readonly string[];
}

/** What an agent is made of. */
export interface AgentOptions {
  readonly name: string;
  /** Which host it is on. @default 'host-1' */
  readonly host?: string;
  /** Asked for each request, so that configurations may come later. */
  readonly configurations: () => readonly ServedConfiguration[];
  readonly connector: ConnectorEngine;
  /** Reads one version of a secret. What it throws is `secret-denied`. */
  readonly readSecret: (secretId: string, versionId: string) => Promise<string>;
  /** The clock of its host, in milliseconds since 1970. */
  readonly now: () => number;
  /** How far the connector's process is with what is stored. @default 'loaded' */
  readonly proof?: 'written' | 'loaded';
}

/** A reply, and the credential whose queue it goes to. */
export interface AddressedReply {
  readonly credential: string;
  readonly reply: AgentReply;
}

const MOST_SKEW_MS = 60_000;
const HOST = 'host-1';

type Answered = Omit<AgentReply, 'v' | 'id' | 'host'>;

class Refusal extends Error {
  readonly status: AgentReply['status'];
  readonly code: string;

  constructor(status: AgentReply['status'], code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** An agent beside a connector, without a host: it answers the requests of runs as the program in `agent/` does. */
export class AgentStandIn {
  readonly #options: AgentOptions;
  readonly #kept = new Map<string, Promise<AddressedReply | undefined>>();

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Answers a request's text; the same text again gets the same answer. Undefined for what nobody waits for, or may ask. */
  answer(text: string): Promise<AddressedReply | undefined> {
    const known = this.#kept.get(text);
    if (known) return known;
    const answer = this.#answerOnce(text);
    this.#kept.set(text, answer);
    return answer;
  }

  /** Forgets which requests it has answered, as a program that was started anew does. */
  restart(): void {
    this.#kept.clear();
  }

  async #answerOnce(text: string): Promise<AddressedReply | undefined> {
    const request = parse(text);
    const { configurations } = this.#options;
    if (!request || !configurations().some(({ credential }) => credential === request.credential)) return undefined;
    const { id, credential } = request;
    const { host = HOST } = this.#options;
    if (!this.#isSkewed(request) && this.#isExpired(request)) return undefined;
    try {
      return { credential, reply: { v: 1, id, host, ...(await this.#carryOut(request)) } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const problem = { code: error.code, detail: `The stand-in of an agent says ${error.code}.` };
      return { credential, reply: { v: 1, id, host, status: error.status, problem } };
    }
  }

  async #carryOut(request: AgentRequest): Promise<Answered> {
    const served = this.#served(request);
    if (request.op === 'read') return this.#view(served);
    if (this.#isSkewed(request)) throw new Refusal(503, 'clock-skew');
    const { etag, configuration } = this.#open(served);
    if (request.ifMatch !== etag) throw new Refusal(412, 'configuration-changed');
    if (request.op === 'prepare') return { status: 204, etag, ...this.#proof() };
    return await this.#write(request, { served, configuration });
  }

  #served({ agent, host, configuration, credential }: AgentRequest): ServedConfiguration {
    const { name, host: own = HOST, configurations } = this.#options;
    if (agent !== name) throw new Refusal(409, 'wrong-agent');
    if (host !== undefined && host !== own) throw new Refusal(409, 'another-host');
    const served = configurations().find((one) => one.name === configuration);
    if (!served) throw new Refusal(404, 'configuration-unknown');
    if (served.credential !== credential) throw new Refusal(403, 'credential-mismatch');
    return served;
  }

  async #write(
    request: AgentRequest & { op: 'write' },
    { served, configuration }: { served: ServedConfiguration; configuration: Configuration },
  ): Promise<Answered> {
    const { connector } = this.#options;
    if (request.secretId !== served.secretId) throw new Refusal(403, 'secret-mismatch');
    const document = documentIn(await this.#secret(request));
    if (this.#isExpired(request)) throw new Refusal(503, 'request-expired');
    const patch = patchOf(configuration, document, served.clientIds ?? []);
    if (!patch) throw new Refusal(400, 'section-not-found');
    const matches = (etag: string) => etag === request.ifMatch;
    const { kind } = connector.patch(served.name, patch, { matches, by: this.name });
    if (kind === 'precondition-failed') throw new Refusal(412, 'configuration-changed');
    if (kind !== 'written') throw new Refusal(400, 'request-invalid');
    return this.#view(served);
  }

  async #secret({ secretId, versionId }: AgentRequest & { op: 'write' }): Promise<string> {
    return await this.#options.readSecret(secretId, versionId).catch(() => {
      throw new Refusal(403, 'secret-denied');
    });
  }

  #open({ name }: ServedConfiguration): { readonly etag: string; readonly configuration: Configuration } {
    const { connector } = this.#options;
    const found = connector.read(name);
    if (!found) throw new Refusal(404, 'file-not-found');
    return { etag: found.etag, configuration: connector.backup(name).open() };
  }

  #view({ name }: ServedConfiguration): Answered {
    const found = this.#options.connector.read(name);
    if (!found) throw new Refusal(404, 'file-not-found');
    const proof = this.#proof();
    return { status: 200, etag: found.etag, ...proof, body: { ...found.view, ...proof } };
  }

  #proof(): { readonly proof: 'written' | 'loaded' } {
    return { proof: this.#options.proof ?? 'loaded' };
  }

  #isSkewed({ sentAt }: AgentRequest): boolean {
    return Math.abs(this.#options.now() - Date.parse(sentAt)) > MOST_SKEW_MS;
  }

  #isExpired({ notAfter }: AgentRequest): boolean {
    return this.#options.now() > Date.parse(notAfter);
  }
}

function documentIn(text: string): CredentialDocument {
  try {
    return parseDocument(new Secret(text));
  } catch {
    throw new Refusal(400, 'document-invalid');
  }
}

function parse(text: string): AgentRequest | undefined {
  try {
    return AgentRequest.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
