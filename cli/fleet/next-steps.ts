import type { Entry } from './interview.ts';

/** How the rotator signs in somewhere, as an entry has it. */
interface SignIn {
  readonly type?: string;
  readonly secretId: string;
}

/** The form of the access secret, by how the rotator signs in. The IAM's has no type. */
const FORMS: Readonly<Record<string, string>> = { bearer: 'token', basic: 'basic --username NAME' };

/** The commands that bring a new entry of a fleet file to life, one a line. */
export function nextSteps(
  { credential }: Entry,
  { file, prefix }: { file: string; prefix: string | undefined },
): string[] {
  const { iam, connectors } = credential as { iam: { auth?: SignIn }; connectors: { auth?: SignIn }[] };
  const secrets = [iam, ...connectors].flatMap(({ auth }) => auth ?? []);
  const [ofCsr, ofCdk] = prefix === undefined ? ['', ''] : [` --prefix ${prefix}`, ` -c prefix=${prefix}`];
  return [
    ...secrets.map(
      ({ type = '', secretId }) => `csr access set ${secretId} --form ${FORMS[type] ?? 'clientSecret'}${ofCsr}`,
    ),
    `npx cdk deploy -c credentials=${file}${ofCdk}`,
    `csr rotate ${credential.id} --wait${ofCsr}`,
  ];
}
