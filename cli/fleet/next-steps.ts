import type { Entry } from './interview.ts';

/** How the rotator signs in somewhere, as an entry has it. */
interface SignIn {
  readonly type?: string;
  readonly secretId: string;
}

/** The form of the access secret, by how the rotator signs in. The IAM's has no type. */
const FORMS: Readonly<Record<string, string>> = { bearer: 'token', basic: 'basic --username NAME' };

/** What the commands name. */
export interface Named {
  readonly file: string;
  /** What the context's `credentials` names. @default - the file */
  readonly fleet?: string | undefined;
  readonly prefix: string | undefined;
}

/** The commands that bring a new entry of a fleet file to life, one a line. */
export function nextSteps({ credential }: Entry, { file, fleet, prefix }: Named): string[] {
  const { iam, connectors } = credential as { iam: { auth?: SignIn }; connectors: { auth?: SignIn }[] };
  const secrets = [iam, ...connectors].flatMap(({ auth }) => auth ?? []);
  const [ofCsr, ofCdk] = prefix === undefined ? ['', ''] : [` --prefix ${prefix}`, ` -c prefix=${prefix}`];
  return [
    ...secrets.map(
      ({ type = '', secretId }) => `csr access set ${secretId} --form ${FORMS[type] ?? 'clientSecret'}${ofCsr}`,
    ),
    `npx cdk deploy --all -c credentials=${fleet ?? file}${ofCdk}`,
    `csr rotate ${credential.id} --wait${ofCsr}`,
  ];
}
