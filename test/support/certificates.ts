import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAY_MS = 86_400_000;

/** A certificate with its key, as PEM and in files. */
export interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** What a certificate says. */
interface Request {
  readonly name: string;
  /** For a server: what it is called by, such as `IP:127.0.0.1`. @default - it is a client's */
  readonly hosts?: string;
  /** @default - since yesterday */
  readonly from?: Date;
  /** @default - until tomorrow */
  readonly until?: Date;
}

/** A private authority, and what it issues. */
export interface Authority extends Issued {
  issue(request: Request): Promise<Issued>;
}

/**
 * Makes an authority of its own, for a day, with openssl.
 *
 * @param folder takes its files
 * @throws {Error} without openssl
 */
export async function makeAuthority(folder: string, request: Request): Promise<Authority> {
  const place = join(folder, `authority-${request.name}`);
  await mkdir(place);
  await writeFile(join(place, 'index.txt'), '');
  await writeFile(join(place, 'index.txt.attr'), 'unique_subject = no\n');
  await writeFile(join(place, 'serial'), '01\n');
  await writeFile(join(place, 'openssl.cnf'), CONFIGURATION);
  const own = await sign(place, request, {
    extensions: 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign',
    self: true,
  });
  const authority = ['-cert', own.certificateFile, '-keyfile', own.keyFile];
  return {
    ...own,
    issue: (wanted) => {
      const extensions = wanted.hosts
        ? `subjectAltName=${wanted.hosts}\nextendedKeyUsage=serverAuth`
        : 'extendedKeyUsage=clientAuth';
      return sign(place, wanted, { extensions, authority });
    },
  };
}

/** A key of an issued certificate, encrypted. */
export async function encryptedKey({ keyFile }: Issued, passphrase: string): Promise<string> {
  const args = ['pkcs8', '-topk8', '-in', keyFile, '-v2', 'aes256', '-passout', `pass:${passphrase}`];
  return (await run('openssl', args)).stdout;
}

async function sign(
  place: string,
  { name, from = new Date(Date.now() - DAY_MS), until = new Date(Date.now() + DAY_MS) }: Request,
  { extensions, self = false, authority = [] }: { extensions: string; self?: boolean; authority?: readonly string[] },
): Promise<Issued> {
  const file = (ending: string) => join(place, `${name}.${ending}`);
  const [certificateFile, keyFile] = [file('pem'), file('key')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', ['req', ...curve, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', file('csr')]);
  await writeFile(file('ext'), extensions);
  const issuer = self ? ['-selfsign', '-keyfile', keyFile] : authority;
  const dates = ['-startdate', asn1(from), '-enddate', asn1(until)];
  const files = ['-in', file('csr'), '-extfile', file('ext'), '-out', certificateFile];
  const args = ['ca', '-config', 'openssl.cnf', '-batch', '-notext', ...issuer, ...dates, ...files];
  await run('openssl', args, { cwd: place });
  const [certificate, privateKey] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certificate, privateKey, certificateFile, keyFile };
}

/** `20261126200000Z` */
function asn1(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

const CONFIGURATION = `[ca]
default_ca = authority
[authority]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = names
[names]
commonName = supplied
`;
