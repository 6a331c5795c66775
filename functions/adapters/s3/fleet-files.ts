import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RotationError } from '../../credential/errors.ts';
import type { FleetFiles } from '../../ports/many/files.ts';
import { awsErrorName } from '../aws/aws-error.ts';

/**
 * Files of fleet rotations in an S3 bucket, which encrypts them and lets them expire.
 *
 * @param client its retries are safe: a file is written as a whole
 */
export function s3FleetFiles(client: Pick<S3Client, 'send'>, { bucket }: { readonly bucket: string }): FleetFiles {
  return {
    write: async (name, content) => {
      const Body = JSON.stringify(content);
      const put = new PutObjectCommand({ Bucket: bucket, Key: name, Body, ContentType: 'application/json' });
      await client.send(put).catch((error: unknown) => {
        throw new RotationError('ledger-unavailable', `S3, ${bucket}/${name}: ${awsErrorName(error)}`);
      });
      return `s3://${bucket}/${name}`;
    },
  };
}
