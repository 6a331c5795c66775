/** What a request to Secrets Manager asks for. */
export interface ApiCall {
  /** For example `PutSecretValue`; empty when the header is missing. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The secret's name, also where the request names it by ARN. */
  readonly secretId: string;
}

const ARN = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:/;

/**
 * Reads operation and input of an AWS JSON 1.1 request.
 *
 * @throws {SyntaxError} when the body is not a JSON object
 */
export async function readCall(request: Request): Promise<ApiCall> {
  const target = request.headers.get('x-amz-target') ?? '';
  const input: unknown = JSON.parse((await request.text()) || '{}');
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new SyntaxError('not a JSON object');
  const record = input as Record<string, unknown>;
  return {
    operation: /^secretsmanager\.(\w+)$/.exec(target)?.[1] ?? '',
    input: record,
    secretId: nameOf(record.SecretId ?? record.Name),
  };
}

function nameOf(id: unknown): string {
  if (typeof id !== 'string') return '';
  return ARN.test(id) ? id.replace(ARN, '').replace(/-[A-Za-z0-9]{6}$/, '') : id;
}

/** An error answer: AWS JSON 1.1 tells the class in `__type`. */
export function errorResponse(type: string, message: string, status = 400): Response {
  return jsonResponse({ __type: type, Message: message }, status);
}

/** An answer in AWS JSON 1.1, without dates or bytes. */
export function jsonResponse(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/x-amz-json-1.1' } });
}
