import type { SignCall } from '../../functions/adapters/kms/sign-call.ts';
import type { Session } from './session.ts';

/** Has KMS sign, by the caller's own right to `kms:Sign`: where and as whom is the session's to say, as for every command. */
export function sessionSignCall(session: Pick<Session, 'kms'>): SignCall {
  return async (input, tryMs) => {
    const client = await session.kms();
    const { SignCommand } = await import('@aws-sdk/client-kms');
    const { Signature } = await client.send(new SignCommand(input), { requestTimeout: tryMs() });
    return Signature ?? new Uint8Array();
  };
}
