import type { Credential } from '../../functions/credential/settings/credential.ts';

/** IAM takes 10,240 characters of policies for a role, and the functions' own need half of them. */
const MOST_ROLES = 40;

type Elsewhere = Pick<Credential, 'account'>;

/** What is wrong with the account of the credential at an index. */
interface AccountFault {
  readonly at: number;
  readonly setting: 'externalId' | 'roleArn';
  readonly message: string;
}

/**
 * External ids that two customers share: whoever of them knows the other's role could have it assumed for himself. A customer is an
 * account.
 *
 * @see [The confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
 */
export function accountFaults(credentials: readonly Elsewhere[]): AccountFault[] {
  const firsts = new Map<string, number>();
  const roles = new Set<string>();
  return credentials.flatMap(({ account }, at): AccountFault[] => {
    if (!account) return [];
    const { roleArn, externalId } = account;
    const first = firsts.get(externalId) ?? at;
    firsts.set(externalId, first);
    const before = roles.size;
    roles.add(roleArn);
    const other = credentials[first]?.account?.roleArn;
    const shared = accountOf(other) !== accountOf(roleArn);
    return [
      ...(shared ? [{ at, setting: 'externalId' as const, message: sharedBy(accountOf(other)) }] : []),
      ...(roles.size === before + 1 && roles.size > MOST_ROLES
        ? [{ at, setting: 'roleArn' as const, message: TOO_MANY }]
        : []),
    ];
  });
}

const TOO_MANY = `is one role too many: the functions may assume ${MOST_ROLES}; give the credentials of one customer one role, or others a deployment of their own`;

function sharedBy(account: string | undefined): string {
  return `is already that of the account ${account}: draw one for each customer`;
}

function accountOf(roleArn: string | undefined): string | undefined {
  return roleArn?.split(':')[4];
}
