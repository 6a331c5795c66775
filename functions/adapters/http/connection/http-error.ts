/** Why there is no response. */
export type HttpFault =
  | 'timeout'
  | 'connection'
  | 'redirect'
  | 'not-allowed'
  /** The server's certificate: issued by nobody who is trusted, expired, or another host's. */
  | 'server-untrusted'
  | 'server-expired'
  | 'server-mismatch'
  /** Our certificate: the server refuses it, or asks for one that isn't there; it can't be used at all. */
  | 'client-refused'
  | 'client-invalid'
  /** The access secret with the certificates can't be read as what it should be. */
  | 'secret-invalid'
  /** Both sides have no version or cipher of TLS in common, or the other side speaks something else. */
  | 'tls'
  /** The proxy asks for other credentials, or for some. */
  | 'proxy-unauthorized'
  /** The proxy can't be reached, or makes no connection to whoever is called for. */
  | 'proxy-unavailable';

/** Those after which it is open whether a request was carried out. With any other it was not sent, or it was refused unread. */
const IN_DOUBT: readonly HttpFault[] = ['timeout', 'connection'];

/** There is no response. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: HttpFault;

  constructor(kind: HttpFault, message: string) {
    super(message);
    this.kind = kind;
  }

  /** Whether the request may have reached whoever was called for. */
  get inDoubt(): boolean {
    return IN_DOUBT.includes(this.kind);
  }
}
