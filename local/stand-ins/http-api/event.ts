import type {
  APIGatewayEventRequestContextV2WithAuthorizer,
  APIGatewayProxyEventV2WithRequestContext,
} from 'aws-lambda';
import type { Allowed } from './authorizer.ts';

type Context = APIGatewayEventRequestContextV2WithAuthorizer<Allowed>;

/** A request on its way to the function. */
export interface Routed {
  readonly request: Request;
  /** Empty when there is none. */
  readonly body: Buffer;
  /** `GET /credentials/{id}` */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly now: Date;
  readonly account: string;
  /** What the authorizer says of its caller. */
  readonly authorizer: Allowed;
}

/**
 * A request in payload format 2.0.
 *
 * @see [Payload format](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)
 */
export function eventOf(routed: Routed): APIGatewayProxyEventV2WithRequestContext<Context> {
  const { request, body, routeKey, pathParameters } = routed;
  const { pathname, search, searchParams } = new URL(request.url);
  const names = [...new Set(searchParams.keys())];
  const query = Object.fromEntries(names.map((name) => [name, searchParams.getAll(name).join(',')]));
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(request.headers),
    ...(names.length > 0 && { queryStringParameters: query }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters: { ...pathParameters } }),
    requestContext: requestContextOf(routed, pathname),
    ...bodyOf(request, body),
  };
}

/**
 * A body is text where its type says so, and base64 otherwise, also where no type is named.
 *
 * The list of types is not documented.
 */
function bodyOf(request: Request, body: Buffer): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isText = /^(text\/.*|application\/(json|xml|javascript))$/.test(type);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

function requestContextOf(routed: Routed, path: string): Context {
  const { request, routeKey, requestId, now, account, authorizer } = routed;
  const { host } = new URL(request.url);
  return {
    accountId: account,
    apiId: 'embedded',
    authorizer,
    domainName: host,
    domainPrefix: 'embedded',
    http: {
      method: request.method,
      path,
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: request.headers.get('user-agent') ?? '',
    },
    requestId,
    routeKey,
    stage: '$default',
    time: now.toUTCString(),
    timeEpoch: now.getTime(),
  };
}
