import { awsErrorName } from '../aws/aws-error.ts';

/** There is no reply in time. The agent may have done what it was asked to. */
export class NoReplyError extends Error {
  override readonly name = 'NoReplyError';
}

/** What keeps a request or a reply from getting through. */
export type LineFault = 'no-queue' | 'not-allowed' | 'key-unusable' | 'unavailable' | 'not-a-reply' | 'two-hosts';

/** The line to an agent can't be used. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly fault: LineFault;
  /** Whether the request was, or may have been, sent. */
  readonly sent: boolean;

  constructor(fault: LineFault, message: string, { sent }: { readonly sent: boolean }) {
    super(message);
    this.fault = fault;
    this.sent = sent;
  }
}

/** What SQS's errors are called in its JSON protocol, and in the older one. */
const FAULTS: readonly (readonly [name: RegExp, fault: LineFault])[] = [
  [/^(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|InvalidAddress)$/, 'no-queue'],
  [/^AccessDenied(Exception)?$/, 'not-allowed'],
  [/^(Kms|KMS\.)/, 'key-unusable'],
];

/** What an error of SQS means for the line; anything unknown may pass. */
export function lineFault(error: unknown): LineFault {
  const name = error instanceof Error ? error.name : '';
  return FAULTS.find(([pattern]) => pattern.test(name))?.[1] ?? 'unavailable';
}

/** An error of SQS in words: its kind, and never its text. */
export function inWords(queue: string, error: unknown): string {
  const name = error instanceof Error && /^[A-Z][A-Za-z.]{2,60}$/.test(error.name) ? error.name : awsErrorName(error);
  return `the queue ${queue}: ${name}`;
}
