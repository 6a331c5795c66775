import { type Command, Option } from 'commander';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { isAccessName } from '../access/entries.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import type { Administrator } from '../iam/admin/sign-in.ts';
import { type Target, targetOf, tokenUrlOf } from '../iam/target.ts';
import { readSecret } from '../terminal/secret.ts';
import { contextOf } from './fleet-context.ts';
import { collect, parseId } from './register.ts';

/** Which realm, and who rotates what in it. */
export interface RealmOptions {
  readonly id?: readonly string[];
  readonly fleet: string;
  readonly context?: readonly string[];
  readonly adminUrl?: string;
  readonly client?: readonly string[];
  readonly rotator?: string;
  readonly secretId?: string;
}

/** Who administers the realm. */
export interface AdministratorOptions {
  readonly adminUser?: string;
  readonly adminClient?: string;
  readonly adminRealm?: string;
}

const DEFAULT_ROTATOR = 'flow-secret-rotator';
const ADMIN_URL = /^https?:\/\/[^\s@?#]+\/admin\/realms\/[^\s/?#]+$/;

/** `csr iam`, which several files add commands to. */
export function iamGroup(program: Command): Command {
  const found = program.commands.find((one) => one.name() === 'iam');
  return found ?? program.command('iam').description("the rotator's own access to the IAM");
}

/** Adds the options that name a realm. */
export function realmOptions(command: Command): Command {
  return command
    .option('--id <credential>', 'a credential of the fleet file; all of its realm and rotator count', collectIds)
    .option('--fleet <file>', 'the fleet file, a folder of them, or a pattern', 'credentials.json')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .option('--admin-url <url>', 'instead of --id: the admin address of the realm, as iam.adminUrl')
    .option('--client <clientId>', 'with --admin-url: a client to be rotated; can be given several times', collect)
    .option('--rotator <clientId>', `with --admin-url: the rotator's Client ID; ${DEFAULT_ROTATOR} by default`)
    .option(
      '--secret-id <name>',
      "with --admin-url: the rotator's access secret; <prefix>-access/shared/<rotator> by default",
    );
}

/** Adds the options that name an administrator. */
export function administratorOptions(command: Command): Command {
  return command
    .option('--admin-user <name>', 'the administrator; the password is asked for')
    .addOption(
      new Option('--admin-client <clientId>', 'the client of an administrator; its secret is asked for').conflicts(
        'adminUser',
      ),
    )
    .option('--admin-realm <realm>', 'where the administrator is; the realm itself by default, often master');
}

function collectIds(text: string, before: readonly string[] = []): string[] {
  return collect(parseId(text), before);
}

/** The realm that the options name. @throws {CliError} */
export async function targetFrom(context: Context, options: RealmOptions): Promise<Target> {
  const { id: ids = [], adminUrl, client, rotator, secretId } = options;
  if (adminUrl !== undefined) {
    if (ids.length > 0) throw usage('--id and --admin-url both name a realm', 'Give one of them.');
    return named(context, adminUrl, options);
  }
  if (client !== undefined || rotator !== undefined || secretId !== undefined)
    throw usage('--client, --rotator and --secret-id belong to --admin-url', 'With --id the fleet file says them.');
  if (ids.length === 0) throw usage('No realm was named', 'Name a credential of the fleet: --id acme-prod.');
  const { credentialsAt } = await import('../fleet/check.ts');
  return targetOf(ids, credentialsAt(options.fleet, { context: contextOf(context, options.context) }));
}

function named({ prefix }: Context, adminUrl: string, options: RealmOptions): Target {
  const { client: clients = [], rotator = DEFAULT_ROTATOR, secretId = `${prefix}-access/shared/${rotator}` } = options;
  if (!ADMIN_URL.test(adminUrl))
    throw usage('--admin-url must end with /admin/realms/<realm>', 'It is iam.adminUrl of the fleet file.');
  if (clients.length === 0) throw usage('No client was named', 'Name those to be rotated: --client NC_Flow_OData.');
  if (clients.includes(rotator))
    throw usage(`${rotator} is the rotator itself`, 'Name another client, or another --rotator.');
  if (!isAccessName(secretId, prefix))
    throw usage('--secret-id is no name of an access secret', `It begins with ${prefix}-access/.`);
  return {
    adminUrl,
    accessTokenUrl: tokenUrlOf({ adminUrl }),
    rotator,
    auth: { clientId: rotator, secretId },
    clients: [...new Set(clients)].sort(),
    overlapping: [],
    credentials: [],
  };
}

/** Asks for what proves the administrator: at a hidden prompt, or from stdin. @throws {CliError} */
export async function askAdministrator(
  { adminUser, adminClient, adminRealm }: AdministratorOptions,
  target: Target,
): Promise<Administrator> {
  const tokenUrl = tokenUrlOf(target, adminRealm);
  if (adminUser !== undefined)
    return { kind: 'user', tokenUrl, name: adminUser, secret: await readSecret(`password of ${adminUser}`) };
  if (adminClient !== undefined)
    return { kind: 'client', tokenUrl, name: adminClient, secret: await readSecret(`client secret of ${adminClient}`) };
  const token = await readSecret('access token of an administrator');
  return { kind: 'token', secret: new Secret(token.reveal().trim()) };
}
