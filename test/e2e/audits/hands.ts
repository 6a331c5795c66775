import { randomUUID } from 'node:crypto';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { serializeDocument } from '../../../functions/credential/document.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { configurationOf, type Stage } from '../stage.ts';

/** What people do to a deployed system by hand, and should not. */
export interface Hands {
  /** Makes a new secret of a client in Keycloak. */
  refresh(id: string): Promise<void>;
  /** Lets the policy of the realm keep the previous secret of a client, as a rotation does. */
  allowOverlap(id: string): Promise<void>;
  /** Plants an expiry on a client's secret in Keycloak. */
  expire(id: string, at: Date): Promise<void>;
  /** Enters a secret in every section of a connector. */
  enter(id: string, clientSecret: string): Promise<void>;
  /** Leaves a version with the label AWSPENDING, as a run does that dies. @returns its secret */
  leavePending(id: string): Promise<string>;
  /** Makes a new secret of the client with which the rotator signs in. */
  refreshRotator(id: string): Promise<void>;
  /** Changes a schedule: a credential's, or one that fires once. */
  change(name: string, change: Partial<UpdateScheduleCommandInput>, group?: 'once'): Promise<void>;
  /** The names of what is planned to happen once for a credential. */
  planned(id: string): Promise<string[]>;
}

/** The hands of a stage's administrators. */
export function handsOf(stage: Stage): Hands {
  const { prefix, keycloak, secretsManager, scheduler } = stage;
  const clientOf = (id: string) => stage.provisioned.get(id) ?? { realm: '', uuid: '' };
  const groupOf = (group?: 'once') => (group ? `${prefix}-once` : prefix);
  return {
    refresh: async (id) => {
      const { realm, uuid } = clientOf(id);
      await keycloak.api.clients.generateNewClientSecret({ realm, id: uuid });
    },
    allowOverlap: async (id) => {
      const { realm, uuid } = clientOf(id);
      await keycloak.updateClient(realm, uuid, { attributes: { 'novacura.rotation': 'on' } });
    },
    expire: async (id, at) => {
      const { realm, uuid } = clientOf(id);
      const attributes = { 'client.secret.expiration.time': String(Math.floor(at.getTime() / 1000)) };
      await keycloak.updateClient(realm, uuid, { attributes });
    },
    enter: async (id, clientSecret) => {
      const configuration = configurationOf(stage.credentials.get(id) as Credential, new Map([[id, { clientSecret }]]));
      const body = JSON.stringify(configuration);
      const answer = await stage.control(`configurations/${id}`, { method: 'PUT', body });
      if (!answer.ok) throw new Error(`the connector was not changed: ${answer.status}`);
    },
    leavePending: async (id) => {
      const clientSecret = randomUUID();
      const document = { ...(await stage.document(id)), clientSecret: new Secret(clientSecret) };
      const SecretString = serializeDocument(document).reveal();
      const put = { SecretId: `${prefix}/${id}`, SecretString, VersionStages: ['AWSPENDING'] };
      await secretsManager.send(new PutSecretValueCommand(put));
      return clientSecret;
    },
    refreshRotator: async (id) => {
      const { realm } = clientOf(id);
      const [rotator] = await keycloak.api.clients.find({ realm, clientId: 'flow-secret-rotator' });
      await keycloak.api.clients.generateNewClientSecret({ realm, id: rotator?.id ?? '' });
    },
    change: async (name, change, group) => {
      const known = await scheduler.send(new GetScheduleCommand({ Name: name, GroupName: groupOf(group) }));
      const { Name, GroupName, State, ScheduleExpression, FlexibleTimeWindow, Target } = known;
      const same = { Name, GroupName, State, ScheduleExpression, FlexibleTimeWindow, Target };
      await scheduler.send(new UpdateScheduleCommand({ ...same, ...change }));
    },
    planned: async (id) => {
      const list = new ListSchedulesCommand({ GroupName: groupOf('once'), NamePrefix: `${id}.` });
      const { Schedules = [] } = await scheduler.send(list);
      return Schedules.map(({ Name = '' }) => Name);
    },
  };
}
