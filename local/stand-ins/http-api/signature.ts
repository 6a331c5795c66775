import { createHash, timingSafeEqual } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[^/,]+)\/(?<date>\d{8})\/(?<region>[^/,]+)\/(?<service>[^/,]+)\/aws4_request, ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;
/** How far a request's time may be from ours, in milliseconds. */
const MAX_SKEW_MS = 300_000;

/** What a signature has to be for. */
export interface SignatureRules {
  /** The secret access key of an access key id, or undefined when there is no such key. */
  readonly secretOf: (accessKeyId: string) => string | undefined;
  readonly region: string;
  readonly service: string;
  readonly now: Date;
}

/**
 * Checks a request's Signature Version 4 by signing what was received again.
 *
 * @param body what was received
 * @returns the access key id that signed it, or undefined when nothing valid did
 * @see [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
 */
export async function signerOf(
  request: Request,
  body: Buffer<ArrayBuffer>,
  rules: SignatureRules,
): Promise<string | undefined> {
  const { id, date, region, service, headers, signature } =
    AUTHORIZATION.exec(request.headers.get('authorization') ?? '')?.groups ?? {};
  if (id === undefined || signature === undefined) return undefined;
  const datetime = request.headers.get('x-amz-date') ?? '';
  const names = headers?.split(';') ?? [];
  const secretAccessKey = rules.secretOf(id);
  const meant =
    region === rules.region &&
    service === rules.service &&
    datetime.startsWith(`${date}T`) &&
    isRecent(datetime, rules.now);
  if (!meant || secretAccessKey === undefined || !names.includes('host') || !names.includes('x-amz-date'))
    return undefined;
  if (!bodyMatches(request, body)) return undefined;
  const signed = names.filter((name) => name !== 'host').map((name) => [name, request.headers.get(name) ?? '']);
  const expected = new AwsV4Signer({
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(signed),
    body,
    accessKeyId: id,
    secretAccessKey,
    region: rules.region,
    service: rules.service,
    datetime,
    allHeaders: true,
  });
  return timingSafeEqual(Buffer.from(await expected.signature()), Buffer.from(signature)) ? id : undefined;
}

/** A hash that is sent along is what gets signed, so it has to be that of the body. */
function bodyMatches(request: Request, body: Buffer): boolean {
  const sent = request.headers.get('x-amz-content-sha256');
  return sent === null || sent === createHash('sha256').update(body).digest('hex');
}

function isRecent(datetime: string, now: Date): boolean {
  const iso = datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Math.abs(Date.parse(iso) - now.getTime()) <= MAX_SKEW_MS;
}
