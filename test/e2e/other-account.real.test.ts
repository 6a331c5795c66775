import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { parseDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import { type Deployment, deploy } from '../../local/real-stack/deployment.ts';
import { keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import { releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { createUser, ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { type Provisioned, provision } from '../../local/real-stack/provisioning/provision.ts';
import { startConnector } from '../support/connector-process.ts';
import { asCustomer, deployTemplate, emptyAsOnAws } from '../support/customer-account.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { CLIENT_ID, CONNECTOR_TOKEN, configurationOf } from './stage.ts';

const PREFIX = 'csr-away';
const ID = 'acme-prod';
const SECRET = `${PREFIX}/${ID}`;
const EXTERNAL_ID = 'drawn-for-one-customer';

describeReal("a credential in a customer's account, deployed", ['keycloak', 'ministack'], () => {
  let folder: string;
  let connector: Awaited<ReturnType<typeof startConnector>>;
  let customer: SecretsManagerClient;
  let deployment: Deployment;
  let provisioned: Provisioned;
  let caller: AwsClient;

  beforeAll(async () => {
    const { url } = realStack().ministack;
    customer = new SecretsManagerClient(asCustomer(url));
    const roleArn = await deployTemplate(url, { prefix: PREFIX, id: ID, externalId: EXTERNAL_ID });
    await emptyAsOnAws(customer, SECRET);

    const [connectorPort = 0] = await freePorts(1);
    const settings = settingsOf({ roleArn, connectorPort });
    const credential = credentialSchema({ prefix: PREFIX, local: true }).parse(settings);
    provisioned = await provisionThere(credential, customer);
    connector = await startConnector({
      port: connectorPort,
      config: {
        access: { type: 'bearer', token: CONNECTOR_TOKEN },
        configurations: { [ID]: configurationOf(credential, new Map([[ID, provisioned]])) },
      },
    });
    folder = await mkdtemp(join(tmpdir(), `${PREFIX}-`));
    const fleet = join(folder, 'fleet.json');
    await writeFile(fleet, JSON.stringify({ credentials: [settings] }));
    // Whoever stands before Secrets Manager elsewhere knows one account only.
    deployment = await deploy({
      aws: url,
      region: REGION,
      credentials: fleet,
      prefix: PREFIX,
      secretsManagerEndpoint: url,
    });
    const policy = allow('execute-api:Invoke');
    const operator = await createUser(url, { name: `${PREFIX}-operator`, policy });
    caller = new AwsClient({ ...operator, service: 'execute-api', region: REGION, retries: 0 });
  });

  afterAll(async () => {
    await connector?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const call = async (path: string, init?: RequestInit) =>
    (await (await caller.fetch(`${deployment.apiUrl}${path}`, init)).json()) as Record<string, unknown>;
  /** A rotation, once the last change is old enough. */
  const rotate = async () => {
    for (;;) {
      const answer = await call(`/credentials/${ID}/rotations`, { method: 'POST' });
      if (answer.code !== 'too-soon') return answer;
      await sleep(1000);
    }
  };
  const held = async () => {
    const { SecretString } = await customer.send(new GetSecretValueCommand({ SecretId: SECRET }));
    return parseDocument(new Secret(SecretString ?? '')).clientSecret.reveal();
  };
  const inKeycloak = async () =>
    (await keycloakAdmin(realStack().keycloak).readClient(provisioned.realm, provisioned.uuid)).secret;

  it('is adopted and rotated there, with a role that the function may assume and no other', async () => {
    expect(await rotate()).toMatchObject({ outcome: 'adopted', credential: ID });
    expect(await held()).toBe(provisioned.clientSecret);

    expect(await rotate()).toMatchObject({ outcome: 'rotated', credential: ID });
    expect(await held()).not.toBe(provisioned.clientSecret);
    expect(await held()).toBe(await inKeycloak());
  });

  it('leaves no value at home, where the digest of its settings lies', async () => {
    const home = new SecretsManagerClient({
      endpoint: realStack().ministack.url,
      region: REGION,
      credentials: ROOT_KEYS,
    });
    const { Versions = [] } = await home.send(new ListSecretVersionIdsCommand({ SecretId: SECRET }));
    // The one that MiniStack gives a secret without a value.
    expect(Versions.length).toBeLessThanOrEqual(1);
    expect(await call(`/credentials/${ID}`)).toMatchObject({
      id: ID,
      lastRun: expect.objectContaining({ outcome: 'rotated' }),
    });
  });
});

function settingsOf({ roleArn, connectorPort }: { roleArn: string; connectorPort: number }) {
  const { url } = realStack().keycloak;
  const realm = `${PREFIX}-${ID}`;
  return {
    id: ID,
    accessTokenUrl: `${url}/realms/${realm}/protocol/openid-connect/token`,
    clientId: CLIENT_ID,
    iam: {
      adminUrl: `${url}/admin/realms/${realm}`,
      auth: { clientId: 'flow-secret-rotator', secretId: `${PREFIX}-access/${ID}/iam` },
    },
    connectors: [
      {
        name: 'IFS',
        url: `http://127.0.0.1:${connectorPort}/odata-connector/configurations/${ID}`,
        auth: { type: 'bearer', secretId: `${PREFIX}-access/${ID}/connector` },
      },
    ],
    schedule: { expression: 'cron(0 3 1 1 ? *)' },
    account: { roleArn, externalId: EXTERNAL_ID },
  };
}

/** What the customer has: realm, clients, and the secrets that the rotator gets in with. */
async function provisionThere(credential: Credential, secretsManager: SecretsManagerClient): Promise<Provisioned> {
  const { keycloak } = realStack();
  const made = await provision(credential, {
    keycloak: keycloakAdmin(keycloak),
    secretsManager,
    release: releaseOf(keycloak.version),
  });
  const token = {
    SecretId: `${PREFIX}-access/${ID}/connector`,
    SecretString: JSON.stringify({ token: CONNECTOR_TOKEN }),
  };
  await secretsManager.send(new PutSecretValueCommand(token));
  return made;
}

function allow(Action: string) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}
