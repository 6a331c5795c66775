import type { APIGatewayEventRequestContextV2, APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';

/** What the gateway's authorizer says of a caller. Nothing of it is taken for granted: an emulator lets calls through without it. */
interface Authorizer {
  readonly iam?: { readonly userArn?: string | null };
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
}

/** A request, as the gateway hands it over. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: APIGatewayEventRequestContextV2 & { readonly authorizer?: Authorizer };
};

const name = z.string().min(1);
const Signed = z.object({ iam: z.object({ userArn: name }) }).transform(({ iam }) => iam.userArn);
const WithSubject = claims({ sub: name }).transform(({ jwt }) => jwt.claims.sub);
const WithClient = claims({ client_id: name }).transform(({ jwt }) => jwt.claims.client_id);
const Caller = z.union([Signed, WithSubject, WithClient]);

/**
 * Who calls: the ARN of the principal that signed; with a token its `sub`, or its `client_id` where it has no `sub`.
 *
 * @returns undefined when the gateway doesn't say
 * @see [Payload format](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)
 */
export function callerOf({ requestContext }: Pick<ApiEvent, 'requestContext'>): string | undefined {
  return Caller.safeParse(requestContext?.authorizer).data;
}

function claims<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.object({ jwt: z.object({ claims: z.object(shape) }) });
}
