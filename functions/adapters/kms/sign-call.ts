import { dnsSuffix } from '../aws/dns-suffix.ts';
import { type AwsKeys, signerOf } from '../aws/signer.ts';

/** What KMS is asked to sign: it hashes the message itself. */
interface SignInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MessageType: 'RAW';
  readonly SigningAlgorithm: 'ECDSA_SHA_256';
}

/**
 * Has KMS sign.
 *
 * @param tryMs how long one try may take, in milliseconds; not above 0 where no time is left for one
 * @returns the signature in DER
 * @throws {Error} whose name is that of KMS's error; never with KMS's text
 */
export type SignCall = (input: SignInput, tryMs: () => number) => Promise<Uint8Array>;

/** Where KMS is, and as whom it is called. */
export interface SignCallOptions {
  readonly region: string;
  /** The second part of an ARN, for example `aws-us-gov`. */
  readonly partition: string | undefined;
  /** KMS's address. @default - that of the region */
  readonly endpoint?: string | undefined;
  readonly credentials: () => Promise<AwsKeys>;
  /** Sends a request. @default - over the network */
  readonly fetch?: (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>;
}

/** KMS has answered, without a signature. */
class AnsweredError extends Error {
  readonly status: number;

  constructor(name: string, status: number) {
    super(`KMS has answered with ${status}`);
    this.name = name;
    this.status = status;
  }
}

/**
 * `Sign` of AWS KMS. The one operation is signed by aws4fetch: the SDK's client would make three bundles 70 kB larger.
 *
 * A call whose answer is lost, or of which KMS says that it has failed itself, is sent once more while there is time: a signature changes
 * nothing, and a connection that a warm function has kept may be closed when it is used again. Only once: a KMS that stays away is told
 * of, and the run is repeated later.
 *
 * @see [Sign](https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html)
 */
export function signCall(options: SignCallOptions): SignCall {
  return async (input, tryMs) => {
    const sendOnce = () => post({ ...input, Message: Buffer.from(input.Message).toString('base64') }, options, tryMs());
    try {
      return await sendOnce();
    } catch (error) {
      const isFinal = error instanceof AnsweredError && error.status < 500;
      if (isFinal || tryMs() <= 0) throw error;
      return await sendOnce();
    }
  };
}

async function post(
  input: object,
  { region, partition, endpoint, credentials, fetch: send = fetch }: SignCallOptions,
  timeoutMs: number,
): Promise<Uint8Array> {
  const client = await signerOf({ service: 'kms', region }, credentials);
  const request = await client.sign(endpoint ?? `https://kms.${region}.${dnsSuffix(partition)}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Sign' },
    body: JSON.stringify(input),
    redirect: 'manual',
  });
  // A request knows its signal weakly: of one that is collected while it is under way, nobody hears of the end of time.
  const response = await send(request, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw await failureOf(response);
  const { Signature = '' } = (await response.json()) as { Signature?: string };
  return Buffer.from(Signature, 'base64');
}

/** KMS's own name of what is wrong, and nothing else of what it says. */
async function failureOf(response: Response): Promise<AnsweredError> {
  const body = (await response.json().catch(() => undefined)) as { readonly __type?: unknown } | null | undefined;
  const type = response.headers.get('x-amzn-errortype') ?? body?.__type ?? '';
  const [name = ''] = String(type).split(':');
  return new AnsweredError(name.replace(/^.*#/, ''), response.status);
}
