/** A call of a route, before anybody knows who makes it. */
export interface Asked {
  readonly request: Request;
  /** Empty when there is none. */
  readonly body: Buffer<ArrayBuffer>;
  /** `GET /credentials/{id}` */
  readonly routeKey: string;
  readonly now: Date;
}

/** `requestContext.authorizer` of the event. */
export type Allowed = Readonly<Record<string, unknown>>;

/** Decides about a call: what the function is told of the caller, or the gateway's answer. */
export type Authorizer = (
  call: Asked,
) => Promise<
  { readonly allowed: Allowed; readonly refused?: never } | { readonly refused: Response; readonly allowed?: never }
>;
