import type { Secret } from '../../../functions/credential/secret/secret.ts';
/** A message, and how it is taken off the queue. */
export interface Received {
  readonly body: string;
  delete(): Promise<void>;
}

/** The agent's end of the queues. */
export interface Line {
  /** Waits for requests, 20 s at most. Answers with none, some or up to ten. */
  receive(signal: AbortSignal): Promise<readonly Received[]>;
  /** Sends a reply to a credential's queue. */
  reply(credential: string, body: string): Promise<void>;
}

/** Reads one version of one secret. */
export type ReadSecret = (secretId: string, versionId: string) => Promise<Secret>;
