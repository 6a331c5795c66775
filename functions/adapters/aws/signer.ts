import { AwsClient } from 'aws4fetch';

/** As whom AWS is called. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What signs calls of one service in one region: for a single operation the SDK's client is many times as large. */
export async function signerOf(
  { service, region }: { readonly service: string; readonly region: string },
  credentials: () => Promise<AwsKeys>,
): Promise<AwsClient> {
  const { sessionToken, ...keys } = await credentials();
  return new AwsClient({ ...keys, ...(sessionToken !== undefined && { sessionToken }), region, service });
}
