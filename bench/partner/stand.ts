import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Running } from '../../local/embedded-stack/running.ts';
import { deploy } from '../../local/real-stack/deployment.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { guardedFolder } from '../../local/real-stack/programs/guarded-folder.ts';
import type { Provisioned } from '../../local/real-stack/provisioning/provision.ts';
import { type FullStack, type StackDescription, startFullStack } from '../../local/real-stack/stack.ts';
import { accessOf } from '../../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { configurationOf, LATER, MEMBERS, type Member, type Places, writeFleet } from './fleet.ts';

/** Enough for a machine on which the functions, Keycloak and the emulator share two processors. */
const TIMEOUTS = { function: 'PT150S', http: 'PT25S' };
/** No rotation begins so soon after the last change of the labels. */
const LEASE_MS = 180_000;

/** A real Keycloak, MiniStack, and the partner's fleet as it was deployed there. */
export interface PartnerStand {
  readonly description: StackDescription;
  readonly engine: ConnectorEngine;
  readonly keycloak: KeycloakAdmin;
  readonly keycloakUrl: string;
  readonly secretsManager: SecretsManagerClient;
  readonly scheduler: SchedulerClient;
  /** What was made for each credential, in Keycloak. */
  readonly provisioned: ReadonlyMap<string, Provisioned>;
  /** How long the deployment of the whole fleet took. */
  readonly deployMs: number;
  /** Deploys a fleet of these members with the same one command. @returns how long that took */
  redeploy(members: readonly Member[]): Promise<number>;
  /** When each stack was changed last, by its name. */
  changes(): Promise<ReadonlyMap<string, number>>;
  /** Lets the lease of every credential go by. */
  pass(members: readonly Member[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything: some minutes. */
export async function startPartner(progress: (line: string) => void): Promise<PartnerStand> {
  const running = new Running();
  try {
    const [keycloakPort = 0] = await freePorts(1);
    const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
    const access = accessOf({ type: 'bearer', token: `local-${MEMBERS[0]?.id}` });
    const connector = await running.listen(connectorHandler(engine, { access }));
    const places = { keycloakUrl: `http://127.0.0.1:${keycloakPort}`, connectorUrl: connector.url };
    const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-partner-'));
    running.add(() => folder.remove());
    writeFleet(folder.path, MEMBERS, places);
    const provisioned = new Map<string, Provisioned>();
    let deploying = 0;
    const configure = (member: Member, made?: Provisioned) => {
      if (made) provisioned.set(member.id, made);
      engine.configure(member.id, configurationOf(member, places.keycloakUrl, made?.clientSecret ?? ''));
    };
    const stack = await startFullStack(
      { credentials: folder.path, keycloakPort, bare: false },
      {
        timeouts: TIMEOUTS,
        onProgress: progress,
        onProvisioned: (made) => {
          for (const member of MEMBERS) configure(member, made.get(member.id));
          // Whoever comes later has everything at the customer's already.
          writeFleet(
            folder.path,
            MEMBERS.filter(({ id }) => id !== LATER),
            places,
          );
          deploying = performance.now();
        },
      },
    );
    running.add(() => stack.close());
    const deployMs = performance.now() - deploying;
    return standOf({ stack, engine, places, folder: folder.path, provisioned, deployMs, running });
  } catch (error) {
    await running.close();
    throw error;
  }
}

interface Parts extends Pick<PartnerStand, 'engine' | 'provisioned' | 'deployMs'> {
  readonly stack: FullStack;
  readonly places: Places;
  /** Of the fleet's files. */
  readonly folder: string;
  readonly running: Running;
}

function standOf({ stack, places, folder, running, ...parts }: Parts): PartnerStand {
  const { description, secretsManager } = stack;
  const { endpoint, region, accessKeyId, secretAccessKey } = description.aws;
  const aws = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  const cloudFormation = new CloudFormationClient(aws);
  const { url, adminUser, adminPassword } = description.keycloak;
  return {
    ...parts,
    description,
    keycloakUrl: places.keycloakUrl,
    keycloak: keycloakAdmin({ url, user: adminUser, password: adminPassword }),
    secretsManager: new SecretsManagerClient(aws),
    scheduler: new SchedulerClient(aws),
    redeploy: async (members) => {
      writeFleet(folder, members, places);
      const begun = performance.now();
      await deploy({
        aws: endpoint,
        region,
        credentials: folder,
        prefix: description.secretPrefix,
        secretsManagerEndpoint: secretsManager.url,
        timeouts: TIMEOUTS,
      });
      return performance.now() - begun;
    },
    changes: async () => {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
      return new Map(
        Stacks.map(({ StackName = '', LastUpdatedTime, CreationTime }) => [
          StackName,
          (LastUpdatedTime ?? CreationTime)?.getTime() ?? 0,
        ]),
      );
    },
    pass: async (members) => {
      await Promise.all(members.map(({ id }) => stack.pass(id, LEASE_MS)));
    },
    close: () => running.close(),
  };
}
