import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate of 127.0.0.1, and its key, as PEM. */
export interface Certificate {
  /** Where it is, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate that vouches for itself, for a day. @throws {Error} without openssl */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const file = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', ['req', '-x509', ...curve, '-days', '1', ...subject, '-keyout', keyFile, '-out', file]);
  const [cert, key] = await Promise.all([readFile(file, 'utf8'), readFile(keyFile, 'utf8')]);
  return { file, cert, key };
}
