import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect, it } from '@jest/globals';
import { isRotationError } from '../../functions/credential/errors.ts';
import type { Account } from '../../functions/credential/settings/placement.ts';
import { otherAccounts } from '../../functions/lambda/compose/parts/other-accounts.ts';
import { runDeps } from '../../functions/lambda/compose/run-deps.ts';
import type { World } from '../../functions/lambda/compose/runs.ts';
import { retire } from '../../functions/rotation/retire.ts';
import { rotate } from '../../functions/rotation/workflow.ts';
import { CONNECTOR_TOKEN } from '../../laboratory/parts.ts';
import { createUser } from '../../local/real-stack/ministack/users.ts';
import { asCustomer, deployTemplate, emptyAsOnAws, OURS, THEIRS } from '../support/customer-account.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { createWorld, documentText, FIRST_SECRET } from '../support/world.ts';

const EXTERNAL_ID = 'drawn-for-one-customer';
const TIMING = { leaseMs: 1000, httpTimeoutMs: 5000 };
const SECRET = 'csr/acme-prod';

describeReal('secrets in the account of a customer', ['ministack'], () => {
  let world: World;
  let embedded: ReturnType<typeof createWorld>;
  let customer: SecretsManagerClient;
  let own: SecretsManagerClient;
  let account: Account;

  beforeAll(async () => {
    const endpoint = realStack().ministack.url;
    customer = new SecretsManagerClient(asCustomer(endpoint));
    const parameters = { prefix: 'csr', id: 'acme-prod', externalId: EXTERNAL_ID };
    account = { roleArn: await deployTemplate(endpoint, parameters), externalId: EXTERNAL_ID };
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: account.roleArn }],
    };
    const functionRole = await createUser(endpoint, { name: 'csr-assumes-roles', policy });
    own = new SecretsManagerClient({ endpoint, region: REGION, credentials: functionRole });
    const environment = {
      timing: TIMING,
      ROTATE_FUNCTION_ARN: `arn:aws:lambda:${REGION}:${OURS}:function:csr-rotate`,
      AWS_ENDPOINT_URL: endpoint,
    };
    // IAM and connector are embedded; Secrets Manager, IAM of AWS and STS are MiniStack's.
    embedded = createWorld();
    const real = { now: () => new Date(), sleep: async (ms: number) => void (await sleep(ms)) };
    world = { ...embedded.world, ...real, secretsManager: own };
    world = { ...world, elsewhere: otherAccounts({ environment, aws: inMiniStack(endpoint) }, own) };
    await putByCustomer(customer);
  });

  const depsFor = (change: Partial<Account> = {}) => {
    const credential = { ...embedded.credential, account: { ...account, ...change } };
    const deps = runDeps(credential, { prefix: 'csr', timing: TIMING }, { world, remainingMs: () => 90_000 });
    return { credential, deps };
  };
  /** A rotation, once the last change is old enough. */
  const rotated = async () => {
    const { credential, deps } = depsFor();
    for (;;) {
      try {
        return { credential, deps, rotation: await rotate(credential, { trigger: 'api' }, deps) };
      } catch (error) {
        if (!isRotationError(error, 'too-soon')) throw error;
        await sleep(200);
      }
    }
  };
  const current = async () => (await customer.send(new GetSecretValueCommand({ SecretId: SECRET }))).SecretString ?? '';

  it('are rotated and retired with the role that the template makes, and nothing of it lies in ours', async () => {
    const { rotation, credential } = await rotated();

    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    const { clientSecret } = JSON.parse(await current());
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expect([embedded.client().secret, embedded.connectorSecret()]).toEqual([clientSecret, clientSecret]);
    await expect(own.send(new DescribeSecretCommand({ SecretId: SECRET }))).rejects.toThrow();

    const { Versions = [] } = await customer.send(new ListSecretVersionIdsCommand({ SecretId: SECRET }));
    const previous = Versions.find(({ VersionStages }) => VersionStages?.includes('AWSPREVIOUS'))?.VersionId ?? '';
    const end = async () => await retire(credential, { versionId: previous, attempt: 0 }, depsFor().deps);
    await sleep(TIMING.leaseMs + 500);
    expect(await end()).toMatchObject({ outcome: 'retired' });
    expect(await embedded.accepts(FIRST_SECRET)).toBe(false);
    expect(await embedded.accepts(clientSecret)).toBe(true);
  });

  it.each([
    ['another external id', { externalId: 'drawn-for-somebody-else' }],
    ['a role that is not there', { roleArn: `arn:aws:iam::${THEIRS}:role/csr/nobody` }],
  ])(
    'are not reached with %s: nothing is changed, and the credential and the role are named',
    async (_what, change) => {
      const before = [await current(), embedded.client().secret];
      const { credential, deps } = depsFor(change);
      const { outcome, nothingChanged, failure } = await rotate(credential, { trigger: 'api' }, deps);

      expect({ outcome, nothingChanged, code: failure?.code }).toEqual({
        outcome: 'refused',
        nothingChanged: true,
        code: 'store-account-refused',
      });
      expect(failure?.detail).toBe(
        `The role ${credential.account.roleArn} of acme-prod can't be assumed: AccessDenied`,
      );
      expect([await current(), embedded.client().secret]).toEqual(before);
    },
  );

  it('are those of one credential: its role is not given to the session of another', async () => {
    const { secretsManager } = world.elsewhere?.(account, 'globex-prod') ?? {};

    await expect(secretsManager?.send(new DescribeSecretCommand({ SecretId: SECRET }))).rejects.toMatchObject({
      code: 'store-account-refused',
    });
  });

  it('are no others than its own: the role reads no other secret of that account', async () => {
    await customer.send(new CreateSecretCommand({ Name: 'csr/acme-production', SecretString: 'theirs' }));
    const { secretsManager } = world.elsewhere?.(account, 'acme-prod') ?? {};

    await expect(
      secretsManager?.send(new GetSecretValueCommand({ SecretId: 'csr/acme-production' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

/** The secrets that the rotator gets in with, and the document as it was adopted. */
async function putByCustomer(client: SecretsManagerClient): Promise<void> {
  const create = (Name: string, value: object) =>
    client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
  await create('csr-access/acme-prod/iam', { clientSecret: 'rotator-secret' });
  await create('csr-access/acme-prod/connector', { token: CONNECTOR_TOKEN });
  const put = await client.send(
    new PutSecretValueCommand({ SecretId: SECRET, SecretString: documentText(FIRST_SECRET) }),
  );
  await emptyAsOnAws(client, SECRET, put.VersionId);
}

function inMiniStack(url: string) {
  const services = ['secretsManager', 'scheduler', 'lambda', 'dynamoDb', 'eventBridge', 'sqs', 'kms'] as const;
  return {
    endpoints: Object.fromEntries(services.map((one) => [one, url])) as Record<(typeof services)[number], string>,
  };
}
