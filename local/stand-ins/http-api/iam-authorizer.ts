import type { Allowed, Authorizer } from './authorizer.ts';
import { signerOf } from './signature.ts';

/** Who may call: the keys of an IAM user. */
interface Caller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userArn: string;
}

/** Options of {@link iamAuthorizer}. */
interface IamAuthorizerOptions {
  readonly callers: readonly Caller[];
  readonly region: string;
  readonly account: string;
}

/**
 * Lets calls through that a known key has signed (Signature Version 4). Policies are not evaluated: each caller may call every route.
 *
 * @see [IAM authorization](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html)
 */
export function iamAuthorizer({ callers, region, account }: IamAuthorizerOptions): Authorizer {
  const secretOf = (id: string) => callers.find(({ accessKeyId }) => accessKeyId === id)?.secretAccessKey;
  return async ({ request, body, now }) => {
    const signer = await signerOf(request, body, { secretOf, region, service: 'execute-api', now });
    const caller = callers.find(({ accessKeyId }) => accessKeyId === signer);
    if (!caller) return { refused: Response.json({ message: 'Forbidden' }, { status: 403 }) };
    return { allowed: identityOf(caller, account) };
  };
}

function identityOf({ accessKeyId: accessKey, userArn }: Caller, accountId: string): Allowed {
  const userId = userArn.split('/').at(-1) ?? '';
  const own = { accessKey, accountId, callerId: userId, userArn, userId };
  return { iam: { ...own, cognitoIdentity: null, principalOrgId: '' } };
}
